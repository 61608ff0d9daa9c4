"""What handing mail to a real server promises, whatever the server does."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from estimator import config
from estimator.config import Settings
from estimator.mail import composing, smtp
from tests.support.mail_server import PASSWORD, USER, MailServer, certificate

Load = Callable[..., Settings]

ADDRESS = "anna@example.org"
LETTER = composing.Letter("Your estimate", "Text.\n", "<p>Text.</p>\n")


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    found = MailServer(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(found.certificate))
    yield found
    found.stop()


def message(address: str = ADDRESS) -> EmailMessage:
    return composing.message(
        LETTER,
        sender="Estimates <estimates@clinic.example.org>",
        reply_to=None,
        address=address,
        name="a" * 32,
        language="en",
        written=datetime(2026, 11, 1, tzinfo=UTC),
    )


def settings_of(load: Load, server: MailServer, **given: str) -> config.MailServer:
    found = load(**server.settings(**given)).mail_server
    assert found is not None
    return found


def hand_over(where: config.MailServer, address: str = ADDRESS) -> str:
    return smtp.hand_over(message(address), where, hello="clinic.example.org", taking=lambda: None)


def not_now(where: config.MailServer) -> smtp.NotNow:
    with pytest.raises(smtp.NotNow) as reason:
        hand_over(where)
    return reason.value


def test_a_mail_goes_out_encrypted_and_its_words_are_kept(load: Load, server: MailServer) -> None:
    assert hand_over(settings_of(load, server)) == "250 2.0.0 OK: taken"
    (taken,) = server.taken
    assert taken.address == ADDRESS
    assert taken.message["To"] == ADDRESS
    assert taken.message_id == f"<{'a' * 32}@clinic.example.org>"


def test_nothing_goes_out_unencrypted_unless_that_is_asked_for_by_name(load: Load, tmp_path: Path) -> None:
    server = MailServer(tmp_path, encrypted=False)
    try:
        assert "offers no encryption (STARTTLS)" in not_now(settings_of(load, server)).words
        assert server.taken == []
        hand_over(settings_of(load, server, MAIL_SECURITY="unencrypted"))
        assert len(server.taken) == 1
    finally:
        server.stop()


def test_a_certificate_that_nobody_vouches_for_stops_the_mail(
    load: Load, server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path / "other")[0]))
    assert "certificate cannot be trusted" in not_now(settings_of(load, server)).words
    assert server.taken == []


def test_it_signs_in_where_the_server_asks_for_it(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MailServer(tmp_path, sign_in=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    try:
        hand_over(settings_of(load, server, MAIL_USER=USER, MAIL_PASSWORD=PASSWORD))
        assert len(server.taken) == 1
        wrong = not_now(settings_of(load, server, MAIL_USER=USER, MAIL_PASSWORD="wrong"))
        assert wrong.words.startswith("The mail server refuses to let us sign in: 535")
        assert "530" in not_now(settings_of(load, server)).words
    finally:
        server.stop()


@pytest.mark.parametrize("step", ["to_address", "to_mail"])
def test_a_server_that_says_later_is_asked_again_later(load: Load, server: MailServer, step: str) -> None:
    setattr(server.behaviour, step, "451 4.7.1 Greylisted, try again in 5 minutes")
    reason = not_now(settings_of(load, server))
    assert reason.words == "451 4.7.1 Greylisted, try again in 5 minutes"
    assert not reason.perhaps_sent


@pytest.mark.parametrize("step", ["to_address", "to_mail"])
def test_a_server_that_says_never_is_not_asked_again(load: Load, server: MailServer, step: str) -> None:
    setattr(server.behaviour, step, "550 5.1.1 Mailbox unknown")
    with pytest.raises(smtp.Refused) as refused:
        hand_over(settings_of(load, server))
    assert refused.value.words == "550 5.1.1 Mailbox unknown"


def test_a_server_that_refuses_our_sender_may_be_set_right(load: Load, server: MailServer) -> None:
    server.behaviour.to_sender = "550 5.7.1 Sender not allowed"
    assert not_now(settings_of(load, server)).words == "550 5.7.1 Sender not allowed"


def test_the_address_is_left_out_of_the_server_s_words(load: Load, server: MailServer) -> None:
    server.behaviour.to_address = f"550 5.1.1 <{ADDRESS.upper()}>: anna@mx.example.org unknown\tin table"
    with pytest.raises(smtp.Refused) as refused:
        hand_over(settings_of(load, server))
    assert refused.value.words == "550 5.1.1 <…>: … unknown in table"


def test_a_server_that_hangs_up_before_the_mail_has_not_taken_it(load: Load, server: MailServer) -> None:
    server.behaviour.to_address = "hang up"
    reason = not_now(settings_of(load, server))
    assert reason.words == "The mail server ended the connection."
    assert not reason.perhaps_sent


def test_a_server_that_hangs_up_after_the_mail_may_have_taken_it(load: Load, server: MailServer) -> None:
    server.behaviour.after_mail = "hang up"
    assert not_now(settings_of(load, server)).perhaps_sent
    assert len(server.taken) == 1


@pytest.mark.long
def test_a_server_that_does_not_answer_is_left(
    load: Load, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.3)
    server.behaviour.to_address = "hang"
    assert not_now(settings_of(load, server)).words == "The mail server did not answer in time."


def test_a_server_that_drips_is_left_in_the_end(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "ALL_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _address = listening.accept()
            with connection:
                connection.sendall(b"220 hello\r\n")
                connection.recv(100)
                try:
                    for _second in range(100):
                        connection.sendall(b"2")
                        threading.Event().wait(0.05)
                except OSError:
                    return

        threading.Thread(target=drip, daemon=True).start()
        where = config.MailServer("127.0.0.1", listening.getsockname()[1], "unencrypted", None, None)
        assert "ended the connection" in not_now(where).words


def test_a_server_that_is_not_there_is_tried_later(load: Load) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    where = config.MailServer("127.0.0.1", port, "starttls", None, None)
    assert not_now(where).words == "The mail server cannot be reached: Connection refused."


def test_an_address_with_letters_of_another_script_is_written_as_it_is(
    load: Load, server: MailServer
) -> None:
    hand_over(settings_of(load, server), "дарья@example.org")
    (taken,) = server.taken
    assert taken.address == "дарья@example.org"
    assert "SMTPUTF8" in taken.options
    assert taken.message["To"] == "дарья@example.org"


def test_what_is_raised_right_before_the_server_takes_a_mail_stops_it(load: Load, server: MailServer) -> None:
    def stop() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        smtp.hand_over(message(), settings_of(load, server), hello="x", taking=stop)
    assert server.taken == []


def test_the_same_mail_is_the_same_bytes() -> None:
    assert message().as_bytes() == message().as_bytes()


def test_mail_without_a_server_is_kept_whole_and_closed(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    smtp.keep(message(), folder, "a" * 32)
    smtp.keep(message(), folder, "a" * 32)
    (path,) = folder.iterdir()
    assert path.read_bytes() == message().as_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_is_a_reason_to_wait(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(smtp.NotNow, match="cannot be written"):
        smtp.keep(message(), tmp_path / "mail", "a" * 32)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1 anna: no such user here", "550 5.1.1 …: no such user here"),
        ("550 No domain EXAMPLE.ORG in our table", "550 No domain … in our table"),
        ("550 annabel is nobody", "550 annabel is nobody"),
        ("550 not anna+sale@example.org either", "550 not … either"),
    ],
)
def test_the_parts_of_an_address_are_left_out_of_the_server_s_words_too(said: str, kept: str) -> None:
    assert smtp.scrubbed(said, ADDRESS) == kept


def test_nothing_is_left_behind_of_a_mail_that_could_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(smtp.NotNow, match="No space left on device"):
        smtp.keep(message(), tmp_path / "mail", "a" * 32)
    assert list((tmp_path / "mail").iterdir()) == []


def test_mail_that_is_kept_in_a_folder_is_forgotten_like_its_address(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    smtp.forget(folder, before=datetime.now(UTC))  # there is no folder yet
    smtp.keep(message(), folder, "a" * 32)
    smtp.keep(message(), folder, "b" * 32)
    (folder / f".{'c' * 32}.1").write_text(ADDRESS)  # what a kill left
    week_ago = (datetime.now(UTC) - timedelta(days=7, seconds=1)).timestamp()
    for name in (f"{'a' * 32}.eml", f".{'c' * 32}.1"):
        os.utime(folder / name, (week_ago, week_ago))
    smtp.forget(folder, before=datetime.now(UTC) - timedelta(days=7))
    assert [path.name for path in folder.iterdir()] == [f"{'b' * 32}.eml"]
