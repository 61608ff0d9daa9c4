"""What `estimator doctor --mail` promises: it sends a mail for real, and has a sentence for whatever it finds."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import estimator
from tests.support.mail_server import PASSWORD, USER, MailServer, certificate

Run = Callable[..., tuple[int, list[str]]]

ONLY_HERE = """
import smtplib

_get_socket = smtplib.SMTP._get_socket


def only_here(self, host, port, timeout):
    if host not in ("127.0.0.1", "::1"):
        raise SystemExit(f"a test wanted to send mail through {host}")
    return _get_socket(self, host, port, timeout)


smtplib.SMTP._get_socket = only_here
"""
"""Refuses in the command's process what `conftest` refuses in this one: a mail server that is not on this machine."""

ELSEWHERE = """
import socket

from estimator.mail import smtp

smtp.CONNECT_SECONDS = 0.5
_create_connection = socket.create_connection


def elsewhere(address, *given, **named):
    return _create_connection(("127.0.0.1", {port}), *given, **named)


socket.create_connection = elsewhere
"""
"""Leads every connection to another port: nobody may listen on the real one here."""

ADDRESS = "anna@example.org"


@pytest.fixture
def doctor(tmp_path: Path) -> Run:
    """Return a function that runs the command with settings and returns exit code and lines of output."""
    known = {
        "INSTANCE": str(tmp_path / "instance"),
        "PUBLIC_URL": "https://estimate.example.org",
        "SECRET_KEY": "s" * 32,
        "LINK_KEY": "l" * 32,
        "LOOKUP_KEY": "u" * 32,
        "DATA_KEYS": f"testkey1 {'d' * 64}",
    }

    def doctor(
        settings: dict[str, str], address: str = ADDRESS, *more: str, before: str = ""
    ) -> tuple[int, list[str]]:
        given = {**known, **settings}
        code, output, errors = estimator(
            "doctor", "--mail", address, *more, before=ONLY_HERE + before, **given
        )
        assert errors == ""
        return code, output.splitlines()

    return doctor


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., MailServer]]:
    """Return a function that starts a mail server whose certificate is good."""
    started: list[MailServer] = []

    def start(**given: Any) -> MailServer:
        started.append(MailServer(tmp_path, **given))
        monkeypatch.setenv("SSL_CERT_FILE", str(started[-1].certificate))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def test_a_test_mail_arrives_and_every_step_is_told(doctor: Run, start: Callable[..., MailServer]) -> None:
    server = start(sign_in=True)
    code, lines = doctor(
        server.settings(MAIL_USER=USER, MAIL_PASSWORD=PASSWORD, MAIL_REPLY_TO="d@example.org")
    )
    assert lines == [
        f"Trying 127.0.0.1, port {server.port}.",
        "Connected, encrypted with TLSv1.3; its certificate is good.",
        f"The server let us sign in as {USER}.",
        "It can write to addresses with letters of any script.",
        f"The server took a mail to {ADDRESS}: 250 2.0.0 OK: taken",
        "Check whether it arrived. If it is in the spam folder, its headers say why.",
    ]
    assert code == 0
    (taken,) = server.taken
    assert taken.address == ADDRESS
    assert taken.message["Subject"] == "Test mail from estimate.example.org"
    assert taken.message["From"] == "Estimates <estimates@clinic.example.org>"
    assert taken.message["Reply-To"] == "d@example.org"
    assert taken.message_id.endswith("@clinic.example.org>")


@pytest.mark.long
def test_no_database_is_needed(doctor: Run, start: Callable[..., MailServer], tmp_path: Path) -> None:
    assert doctor(start().settings())[0] == 0
    assert not (tmp_path / "instance").exists()


def stopped(lines: list[str]) -> str:
    """Return the last line, behind the one that says what was tried."""
    assert lines[0].startswith("Trying ")
    return lines[-1]


@pytest.mark.long
def test_a_wrong_password_is_told(doctor: Run, start: Callable[..., MailServer]) -> None:
    server = start(sign_in=True)
    code, lines = doctor(server.settings(MAIL_USER=USER, MAIL_PASSWORD="wrong"))
    assert code == 1
    assert stopped(lines).startswith("The mail server refuses to let us sign in: 535")
    assert stopped(lines).endswith("Check MAIL_USER and MAIL_PASSWORD.")
    assert "wrong" not in " ".join(lines)
    assert server.taken == []


def test_a_password_that_is_missing_is_told(doctor: Run, start: Callable[..., MailServer]) -> None:
    code, lines = doctor(start(sign_in=True).settings())
    assert code == 1
    assert stopped(lines).startswith("530 ")
    assert stopped(lines).endswith("Check MAIL_USER and MAIL_PASSWORD.")


def test_a_server_without_a_way_to_sign_in_is_told(doctor: Run, start: Callable[..., MailServer]) -> None:
    given = {"MAIL_USER": USER, "MAIL_PASSWORD": PASSWORD, "MAIL_SECURITY": "unencrypted"}
    code, lines = doctor(start(encrypted=False).settings(**given))
    assert code == 1
    assert stopped(lines).startswith("The mail server offers no sign-in method that we support. ")


def test_a_server_without_encryption_is_told_and_nothing_is_sent(
    doctor: Run, start: Callable[..., MailServer]
) -> None:
    server = start(encrypted=False)
    code, lines = doctor(server.settings())
    assert code == 1
    assert stopped(lines).startswith("The mail server offers no encryption (STARTTLS), so nothing was sent.")
    assert "MAIL_SECURITY=unencrypted sends all the same." in stopped(lines)
    assert server.taken == []


@pytest.mark.long
def test_a_connection_that_anybody_can_read_is_told(doctor: Run, start: Callable[..., MailServer]) -> None:
    server = start(encrypted=False)
    code, lines = doctor(server.settings(MAIL_SECURITY="unencrypted"))
    assert code == 0
    assert lines[1].startswith(
        "Connected without encryption: anybody on the network path can read every email."
    )
    assert len(server.taken) == 1


@pytest.mark.long
def test_a_certificate_that_nobody_vouches_for_is_told(
    doctor: Run, start: Callable[..., MailServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start()
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path / "other")[0]))
    code, lines = doctor(server.settings())
    assert code == 1
    assert stopped(lines).startswith("The mail server's certificate cannot be trusted: ")


@pytest.mark.long
@pytest.mark.parametrize("step", ["to_address", "to_mail"])
def test_an_address_that_is_refused_is_told(doctor: Run, start: Callable[..., MailServer], step: str) -> None:
    server = start()
    setattr(server.behaviour, step, "550 5.1.1 Mailbox unknown.")
    code, lines = doctor(server.settings())
    assert code == 1
    assert stopped(lines) == (
        "550 5.1.1 Mailbox unknown. Check the address, and whether the server may send for MAIL_FROM."
    )


@pytest.mark.long
def test_a_sender_that_is_refused_is_told(doctor: Run, start: Callable[..., MailServer]) -> None:
    server = start()
    server.behaviour.to_sender = "553 5.7.1 Sender not owned"
    code, lines = doctor(server.settings())
    assert code == 1
    assert stopped(lines) == (
        "553 5.7.1 Sender not owned. Check the address, and whether the server may send for MAIL_FROM."
    )


def test_a_server_that_is_not_there_is_told(doctor: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
    given = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": port, "MAIL_FROM": "e@example.org"}
    code, lines = doctor(given)
    assert code == 1
    assert stopped(lines) == (
        "The mail server cannot be reached: Connection refused. "
        "Check MAIL_SERVER, MAIL_PORT and MAIL_SECURITY, and whether a firewall is in between."
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("security", "advice"),
    [
        ("starttls", "Port 465 usually wants MAIL_SECURITY=tls."),
        ("tls", "Port 587 usually wants MAIL_SECURITY=starttls."),
    ],
)
def test_a_port_that_wants_another_encryption_is_told(
    doctor: Run, start: Callable[..., MailServer], security: str, advice: str
) -> None:
    server = start()
    port = {"starttls": "465", "tls": "587"}[security]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = server.port if security == "tls" else silent.getsockname()[1]
        given = server.settings(MAIL_SECURITY=security, MAIL_PORT=port)
        code, lines = doctor(given, before=ELSEWHERE.format(port=there))
    assert code == 1
    assert stopped(lines).endswith(advice)


@pytest.mark.long
def test_a_server_that_cannot_write_to_other_scripts_is_told(
    doctor: Run, start: Callable[..., MailServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(smtputf8=False)
    code, lines = doctor(server.settings(), "дарья@example.org")
    assert code == 1
    assert stopped(lines).startswith("The mail server cannot write to an address with such letters. ")
    assert "It can write to addresses" not in " ".join(lines)
    assert server.taken == []


@pytest.mark.long
def test_what_is_no_address_is_told_and_nothing_is_tried(
    doctor: Run, start: Callable[..., MailServer]
) -> None:
    server = start()
    for typed in ("anna", "anna@example.org\nBcc: bert@example.org"):
        code, lines = doctor(server.settings(), typed)
        assert code == 1
        assert "\n".join(lines) == f"“{typed}” is not an email address."


@pytest.mark.long
def test_where_no_server_is_set_it_is_told_where_mail_is_kept(doctor: Run, tmp_path: Path) -> None:
    for more in ((), ("--demo",)):
        assert doctor({}, ADDRESS, *more) == (
            1,
            [
                f"No mail server is set, so mail is kept in {tmp_path / 'instance' / 'mail'} and reaches nobody. "
                "Set MAIL_SERVER and MAIL_FROM."
            ],
        )


def test_no_test_reaches_a_server_elsewhere(doctor: Run) -> None:
    assert os.environ.get("MAIL_SERVER") is None
    with pytest.raises(AssertionError, match=r"a test wanted to send mail through mail\.example\.org"):
        doctor({"MAIL_SERVER": "mail.example.org", "MAIL_FROM": "e@example.org"})
