"""A real SMTP server for tests: STARTTLS, signing in, and whatever a server may do wrong."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "estimator", "a long password"


@dataclass
class Taken:
    """One mail that the server said yes to."""

    address: str
    content: bytes
    options: list[str]

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=SMTPUTF8)

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


@dataclass
class Behaviour:
    """What the server does; a word starts with its code, or is "hang" or "hang up"."""

    to_sender: str | None = None
    to_address: str | None = None
    to_mail: str | None = None
    after_mail: str | None = None
    seconds: float = 0
    taken: list[Taken] = field(default_factory=list)
    told: threading.Event = field(default_factory=threading.Event)
    handed_over_by: str = ""
    """The address of whoever hands a mail over, or did so last."""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_sender is not None:
            return self.to_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_address is not None:
            return self._unless_gone(self.to_address, server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.handed_over_by = str(session.peer[0]) if session.peer else ""
        if self.seconds:
            time.sleep(self.seconds)
        if self.to_mail is not None:
            return self._unless_gone(self.to_mail, server)
        assert isinstance(envelope.content, bytes)
        self.taken.append(Taken(envelope.rcpt_tos[0], envelope.content, list(envelope.mail_options)))
        self.told.set()
        if self.after_mail is not None:
            return self._unless_gone(self.after_mail, server)
        return "250 2.0.0 OK: taken"

    def _unless_gone(self, words: str, server: SMTP) -> str:
        if words == "hang up":
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        if words == "hang":
            time.sleep(3)
        return words


class MailServer:
    """The server with its address and the certificate it is known by."""

    def __init__(
        self,
        folder: Path,
        *,
        encrypted: bool = True,
        sign_in: bool = False,
        smtputf8: bool = True,
        host: str = "127.0.0.1",
    ) -> None:
        self.host = host
        self.behaviour = Behaviour()
        self.certificate, key = certificate(folder)
        options: dict[str, Any] = {}
        if encrypted:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, key)
            options |= {"tls_context": context, "require_starttls": True}
        if sign_in:
            options |= {
                "authenticator": _authenticate,
                "auth_required": True,
                "auth_require_tls": encrypted,
            }
        options["enable_SMTPUTF8"] = smtputf8
        with socket.socket() as free:
            free.bind((host, 0))
            self.port: int = free.getsockname()[1]
        self.controller = Controller(self.behaviour, hostname=host, port=self.port, **options)
        self.controller.start()

    @property
    def taken(self) -> list[Taken]:
        return self.behaviour.taken

    def settings(self, **others: str) -> dict[str, str]:
        """Return the settings by which the app finds it."""
        return {
            "MAIL_SERVER": self.host,
            "MAIL_PORT": str(self.port),
            "MAIL_FROM": "Estimates <estimates@clinic.example.org>",
            **others,
        }

    def stop(self) -> None:
        with suppress(RuntimeError):  # a test may have stopped it already
            self.controller.stop(no_assert=True)


def _authenticate(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = data.login == USER.encode() and data.password == PASSWORD.encode()
    return AuthResult(success=good, handled=good)


def certificate(folder: Path, *, name: str = "127.0.0.1") -> tuple[Path, Path]:
    """Make a certificate that is its own authority, and its key; return both files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def wait_until(what: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so; fail if it does not become so."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not become so"
        time.sleep(0.02)
