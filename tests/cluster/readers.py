"""Those who ask for pages of two web hosts: a coordinator who issues quotes, and visitors who are timed all the while.

A host that does not answer is passed over, as a balancer does.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from tests.support.clinic_staff import PASSWORD, code_of

HOST = "estimate.example.org"

PATIENCE = 60
"""Seconds after which a page is not waited for any more."""


@dataclass
class Answer:
    """What came of a page: status 0 if no host answered."""

    status: int
    text: str = ""
    location: str = ""


@dataclass
class Waits:
    """How long pages took, and what their answers were."""

    longest: float = 0
    longest_page: str = ""
    pages: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, page: str, seconds: float, status: int) -> None:
        self.pages += 1
        self.statuses[status] += 1
        if seconds > self.longest:
            self.longest, self.longest_page = seconds, page


class Browser:
    """Somebody with cookies, whom one of the hosts answers."""

    def __init__(self, hosts: Sequence[str], waits: Waits, cookies: dict[str, str] | None = None) -> None:
        self.hosts, self.waits = list(hosts), waits
        self.cookies = {} if cookies is None else cookies

    def ask(self, method: str, path: str, typed: dict[str, str] | None = None) -> Answer:
        """Ask for a page; what only reads is asked of another host where the first does not answer."""
        began = time.monotonic()
        found = Answer(0)
        for host in list(self.hosts):
            found = self._ask(host, method, path, typed)
            if found.status:
                break
            self.hosts.append(self.hosts.pop(0))
            if method != "GET":
                break
        self.waits.add(f"{method} {path}", time.monotonic() - began, found.status)
        return found

    def fill_in(self, path: str, page: Answer, **typed: str) -> Answer:
        """Send the form of a page with what it carries, and what is typed."""
        hidden = {}
        for tag in re.findall(r"<input[^>]*>", page.text):
            name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
            if 'type="hidden"' in tag and name and value:
                hidden[name[1]] = unescape(value[1])
        return self.ask("POST", path, {**hidden, **typed})

    def sign_in(self, address: str, secret: str) -> None:
        """Sign in with password and code."""
        path = "/staff/sign-in"
        answer = self.fill_in(path, self.ask("GET", path), email=address, password=PASSWORD)
        code = answer.location.removeprefix(f"https://{HOST}") or "/staff/code"
        answer = self.fill_in(code, self.ask("GET", code), code=code_of(secret))
        assert answer.status == 302, answer.text
        assert self.ask("GET", "/desk/requests").status == 200

    def _ask(self, host: str, method: str, path: str, typed: dict[str, str] | None) -> Answer:
        connection = HTTPConnection(host, 8000, timeout=PATIENCE)
        headers = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = None
        if typed is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Referer"] = f"https://{HOST}{path}"
            body = urlencode(typed)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException):
            return Answer(0)
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, text, response.headers.get("Location") or "")


class Gate:
    """Lets so many through and no more until it is opened further."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(0)
        self.over = threading.Event()

    def open_for(self, number: int) -> None:
        self._free.release(number)

    def passes(self) -> bool:
        """Wait for a turn; False when it is over."""
        while not self.over.is_set():
            if self._free.acquire(timeout=0.2):
                return True
        return False


class Coordinators:
    """People who issue prepared quotes at the desk's own page, one after another, however often a page fails."""

    def __init__(
        self,
        number: int,
        hosts: Sequence[str],
        cookies: dict[str, str],
        references: Sequence[str],
        gate: Gate,
    ) -> None:
        self.waits = Waits()
        self.issued = 0
        self.unexpected: list[str] = []
        self._waiting = list(references)
        self._gate = gate
        self._threads = [
            threading.Thread(target=self._work, args=(Browser(hosts, self.waits, dict(cookies)),))
            for _number in range(number)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._gate.over.set()
        for thread in self._threads:
            thread.join()

    def _work(self, browser: Browser) -> None:
        while self._gate.passes():
            try:
                reference = self._waiting.pop()
            except IndexError:
                return
            while not self._issue(browser, reference):
                if self._gate.over.wait(0.3):
                    return
            self.issued += 1

    def _issue(self, browser: Browser, reference: str) -> bool:
        """Try to issue a quote; whether it is issued, now or by a press before whose answer was lost."""
        path = f"/desk/requests/{reference}/quote/issue"
        page = browser.ask("GET", path)
        if page.status == 200 and 'name="fingerprint"' in page.text:
            answer = browser.fill_in(path, page)
            if answer.status not in (0, 303, 503):
                self.unexpected.append(f"{answer.status} to {path}: {answer.text[-2000:]}")
            return answer.status == 303
        if page.status in (0, 503):
            return False
        if page.status != 404:
            self.unexpected.append(f"{page.status} to {path}: {page.text[-2000:]}")
        return True  # nothing is prepared any more


class Visitors:
    """Somebody who asks for pages one after another, all the while, and is timed."""

    def __init__(self, hosts: Sequence[str], paths: Sequence[str], cookies: dict[str, str]) -> None:
        self.waits = Waits()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._visit, args=(Browser([host], self.waits, dict(cookies)), paths))
            for host in hosts
        ]
        for thread in self._threads:
            thread.start()

    def _visit(self, browser: Browser, paths: Sequence[str]) -> None:
        while not self._over.is_set():
            for path in paths:
                with suppress(UnicodeDecodeError):
                    browser.ask("GET", path)
                self._over.wait(0.2)

    def end(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
