"""People of a clinic and their browsers, for the tests of signing in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from html import unescape
from typing import Any

from flask import Flask
from flask_security import hash_password
from sqlalchemy import select
from werkzeug.test import TestResponse

from estimator import staff
from estimator.db import db
from estimator.mail import outbox
from estimator.models import Mail, StaffUser
from estimator.models.staff import Role
from estimator.processes import mail_contents
from estimator.staff import invitations
from tests.support import browser
from tests.support.acts import acting

PASSWORD = "blue tractor under seven windows"
OTHER_PASSWORD = "a quiet river of paper boats"
ADDRESSES = ("198.51.100.7", "198.51.100.8")


def code_of(secret: str, at: float | None = None) -> str:
    """The six digits that an app shows for a secret, worked out from RFC 6238 by itself."""
    key = base64.b32decode(secret.replace("-", "").replace(" ", ""))
    counter = int((time.time() if at is None else at) // 30)
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = (struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000
    return f"{number:06}"


@cache
def hashed(password: str, costs: tuple[tuple[str, int], ...]) -> str:
    """A password as it is kept; worked out once for what it costs, because that takes its time on purpose."""
    found: str = hash_password(password)
    return found


class Browser(browser.Browser):
    """A browser that follows what it is told, and fills in the token of the form that it sees."""

    def __init__(self, app: Flask, address: str | None = None) -> None:
        super().__init__(app)
        self.address = address or ("127.0.0.1" if app.config["SETTINGS"].demo else ADDRESSES[0])
        self.scheme = "http"
        self.seen: browser.Page | None = None

    @property
    def page(self) -> str:
        """The page as it was sent."""
        return "" if self.seen is None else self.seen.html

    @property
    def status(self) -> int:
        """What the last answer was."""
        return 0 if self.seen is None else self.seen.status

    @property
    def headers(self) -> Any:
        """What came with the last answer."""
        return None if self.seen is None else self.seen.headers

    @property
    def path(self) -> str:
        """Where the browser is, with what stands behind the question mark."""
        return "" if self.seen is None else self.seen.answer.request.full_path.rstrip("?")

    def get(self, path: str, follow: bool = True) -> TestResponse:
        return self._open("GET", path, None, follow)

    def post(
        self,
        path: str | None = None,
        data: dict[str, Any] | None = None,
        follow: bool = True,
        token: bool = True,
    ) -> TestResponse:
        """Send a form; to the page it stands on where no path is given."""
        found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', self.page)
        sent = dict(data or {})
        if token and found:
            sent["csrf_token"] = found.group(1)
        return self._open("POST", path or self.path, sent, follow)

    def _open(self, method: str, path: str, data: dict[str, Any] | None, follow: bool) -> TestResponse:
        self.seen = self.ask(
            method,
            path,
            data=data,
            follow_redirects=follow,
            environ_base={"REMOTE_ADDR": self.address},
            base_url=f"{self.scheme}://localhost",
        )
        assert self.seen is not None
        return self.seen.answer

    def says(self, sentence: str) -> bool:
        """Whether the page has a sentence, whatever the markup in it."""
        return sentence in " ".join(unescape(re.sub(r"<[^>]+>", "", self.page)).split())

    @property
    def heading(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.page, re.S)
        return unescape(re.sub(r"<[^>]+>", "", found.group(1))).strip() if found else ""

    def secret_shown(self) -> str:
        found = re.search(r'<bdi class="key">([^<]+)</bdi>', self.page)
        assert found, self.page
        return found.group(1)

    def cookie(self, name: str = "session") -> str | None:
        found = self.client.get_cookie(name)
        return None if found is None else found.value


class Person:
    """Somebody with an account: address, password, and the secret in their phone."""

    def __init__(self, app: Flask, address: str, roles: Sequence[Role]) -> None:
        self.app = app
        self.address = address
        self.roles = roles
        self.secret = ""
        self.password = PASSWORD

    def begin(self, browser: Browser, now: Any) -> Browser:
        """Take an invitation, from the link to being signed in."""
        settings = self.app.config["SETTINGS"]
        with self.app.app_context():
            _user, _link, token = staff.invite(
                acting(actor="test", now=now, settings=settings), self.address, self.roles, language="en"
            )
            db.session.commit()
        return self.take(browser, f"/staff/welcome/{token}")

    def put(self, now: datetime) -> Person:
        """Insert the account directly, with password and second factor, as if they had begun long ago."""
        settings = self.app.config["SETTINGS"]
        with self.app.app_context():
            user, link, _token = staff.invite(
                acting(actor="test", now=now, settings=settings), self.address, self.roles, language="en"
            )
            invitations.use(link)
            costs = self.app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"]
            user.password = hashed(self.password, tuple(costs.items()))
            factory = self.app.extensions["security"].totp_factory
            pending = factory.generate_totp_secret()
            self.secret = factory.get_totp_b32_key(pending)
            user.tf_totp_secret, user.tf_primary_method = factory.bound(pending, user), "authenticator"
            db.session.commit()
        return self

    def take(self, browser: Browser, link: str) -> Browser:
        browser.get(link)
        browser.post(data={"password": self.password, "password_confirm": self.password})
        assert browser.heading == "Second factor", browser.page
        browser.post(data={"setup": "authenticator"})
        self.secret = browser.secret_shown()
        browser.post("/staff/code", {"code": code_of(self.secret)})
        assert browser.heading == "Start", browser.page
        return browser

    def give_password(
        self, browser: Browser, password: str | None = None, path: str = "/staff/sign-in"
    ) -> Browser:
        browser.get(path)
        browser.post(data={"email": self.address, "password": password or self.password, **_next(browser)})
        return browser

    def sign_in(self, browser: Browser, path: str = "/staff/sign-in") -> Browser:
        """Sign in, in the half minute after the last code."""
        self.give_password(browser, path=path)
        assert browser.heading == "Code of your app", browser.page
        browser.post(data={"code": code_of(self.secret)})
        return browser

    @contextmanager
    def row(self) -> Iterator[StaffUser]:
        """The row of their account, in a context that commits what was changed."""
        with self.app.app_context():
            found = staff.find(self.address)
            assert found is not None
            yield found
            db.session.commit()


def _next(browser: Browser) -> dict[str, str]:
    found = re.search(r'name="next" value="([^"]*)"', browser.page)
    return {"next": unescape(found.group(1))} if found else {}


def mails(app: Flask, template: str | None = None) -> list[str]:
    """The text of every mail in the outbox, the newest first, as it would be sent at this moment."""
    settings = app.config["SETTINGS"]
    texts = []
    with app.app_context():
        for mail in db.session.scalars(select(Mail).order_by(Mail.id.desc())):
            if template is None or mail.template == template:
                try:
                    message = mail_contents.compose(
                        acting(settings=settings, now=datetime.now(UTC)), _claimed(mail)
                    )
                except mail_contents.Gone:
                    continue
                part = message.get_body(("plain",))
                assert part is not None
                texts.append(f"To: {message['To']}\n{part.get_content()}")
    return texts


def _claimed(mail: Mail) -> outbox.Claimed:
    return outbox.Claimed(
        id=mail.id,
        lease="",
        name=mail.name,
        template=mail.template,
        about=mail.about,
        language=mail.language,
        options=json.loads(mail.options),
        address=mail.address,
        created_at=mail.created_at,
        attempts=1,
    )


def link_in(text: str) -> str:
    """The path of the link in a mail."""
    found = re.search(r"http://[^/\s]+(/staff/\S+)", text)
    assert found, text
    return found.group(1)
