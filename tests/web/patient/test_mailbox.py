"""The mailbox of a demonstration: mail that nobody gets, for whoever runs it on this machine to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.support.estimate_reader import (
    ADDRESS,
    Reader,
    app,
    clock,
    made,
    mails,
    outcome,
    reader,
    send,
    start,
    token,
)
from tests.support.mail_server import MailServer

__all__ = ["app", "clock", "reader", "start", "token"]


@pytest.mark.long
def test_pages_with_mail_are_kept_by_nobody(app: Flask, reader: Reader) -> None:
    reader.fill_in(address=ADDRESS)
    send(app)
    (letter,) = reader.open("/demonstration/mail/").links(start="/demonstration/mail/" + mails(app)[0].name)
    for path in (
        f"{reader.link}/email",
        "/demonstration/mail/",
        letter,
        f"{letter}/page",
        f"{letter}/0",
        f"/e/{'A' * 43}/email",
    ):
        headers = reader.open(path).headers
        assert headers["Cache-Control"] == "no-store", path
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_whole_journey_works_on_one_machine(app: Flask, reader: Reader) -> None:
    empty = reader.open("/demonstration/mail/")
    assert "There is no mail yet." in empty.reads
    page = reader.open(f"{reader.link}/email")
    assert page.links(start="/demonstration/mail/") == ["/demonstration/mail/"], (
        "the foot of each page leads there"
    )
    reader.fill_in(page, address=ADDRESS)
    send(app)
    status = reader.open(f"{reader.link}/email")
    assert "It is in the mailbox of this demonstration." in status.reads
    (link,) = {link for link in status.links(start="/demonstration/mail/") if len(link) > 30}
    letter = reader.open(link)
    assert letter.texts("h1")[0].startswith("Your estimate EST-")
    assert "to anna@example.org, 10 March 2026, 12:00 (UTC)" in letter.reads
    assert letter.links(start="http://localhost/e/") == [f"http://localhost{reader.link}?written=en"]
    (pdf,) = letter.links(start=f"{link}/1")
    attached, downloaded = reader.open(pdf), reader.open(f"{reader.link}/estimate.pdf")
    assert attached.headers["Content-Type"] == "application/pdf"
    assert attached.headers["Content-Disposition"] == downloaded.headers["Content-Disposition"]
    assert attached.body == downloaded.body
    assert attached.body.startswith(b"%PDF-")
    shown = reader.open(f"{link}/page")
    assert set(shown.links(start="http://localhost/e/")) == {f"http://localhost{reader.link}?written=en"}
    listed = reader.open("/demonstration/mail/")
    assert listed.links(start=link) == [link]
    assert ADDRESS in listed.reads


@pytest.mark.parametrize(
    "name",
    [
        "0" * 32,
        "../estimator.sqlite",
        "..%2Fsecret_key",
        "%2e%2e",
        "A" * 32,
        f"{'0' * 32}/page",
        f"{'0' * 32}/0",
        f"{'0' * 32}/../../secret_key",
    ],
)
def test_the_mailbox_opens_nothing_but_mail(app: Flask, reader: Reader, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret_key.eml").write_text("secret")
    assert reader.open(f"/demonstration/mail/{name}").status == 404


def test_a_letter_has_no_more_than_what_is_attached(app: Flask, reader: Reader) -> None:
    reader.fill_in(address=ADDRESS, attached="no")
    send(app)
    name = mails(app)[0].name
    assert reader.open(f"/demonstration/mail/{name}").status == 200
    assert reader.open(f"/demonstration/mail/{name}/0").status == 404


def test_the_mailbox_shows_the_newest_mail_first_and_no_half_of_one(
    app: Flask, reader: Reader, tmp_path: Path
) -> None:
    for letter in "ab":
        reader.fill_in(address=f"{letter}nna@example.org", attached="no")
        send(app)
    (tmp_path / "mail" / f".{'c' * 32}.123").write_text("To: half")
    (tmp_path / "mail" / "notes.eml").write_text("To: nobody")
    shown = reader.open("/demonstration/mail/").texts("li")
    assert len(shown) == 2
    assert "bnna@example.org" in shown[0]


@pytest.mark.long
def test_the_mailbox_exists_in_a_demonstration_only(start: Callable[..., Flask], tmp_path: Path) -> None:
    demonstration = start()
    reader = Reader(demonstration, made(demonstration))
    reader.fill_in(address=ADDRESS)
    send(demonstration)
    name = mails(demonstration)[0].name
    app = start(DEMO="0", MAIL_SERVER="mail.example.org", MAIL_FROM="e@example.org")
    other = Reader(app, reader.link[3:])
    assert (tmp_path / "mail" / f"{name}.eml").is_file()
    for path in ("", name, f"{name}/page", f"{name}/1"):
        assert reader.open(f"/demonstration/mail/{path}").status == 200
        assert other.open(f"/demonstration/mail/{path}").status == 404
    assert other.open().links(start="/demonstration") == []


@pytest.mark.long
def test_with_a_server_the_mail_of_a_demonstration_really_goes_out(
    start: Callable[..., Flask], tmp_path: Path
) -> None:
    server = MailServer(tmp_path, encrypted=False)
    try:
        app = start(**server.settings(MAIL_SECURITY="unencrypted"))
        reader = Reader(app, made(app))
        reader.fill_in(address=ADDRESS)
        send(app)
    finally:
        server.stop()
    (taken,) = server.taken
    assert taken.address == ADDRESS
    (part,) = taken.message.iter_attachments()
    assert part.get_content() == reader.open(f"{reader.link}/estimate.pdf").body
    assert "The mail server took it on" in outcome(reader)
