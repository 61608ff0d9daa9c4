"""Delivery of mail: to a server, or into a folder where no server is set."""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from estimator.config import MailServer
from estimator.messages import gettext as _

CONNECT_SECONDS = 20
ANSWER_SECONDS = 60
"""Timeout for one answer of the server, in seconds."""

ALL_SECONDS = 120
"""Timeout for a whole mail, in seconds, however slowly single bytes arrive."""

LONGEST_WORDS = 300

KEPT = "Kept in the folder for mail; no mail server is set."
"""What is recorded of a mail instead of a server's words where none was set: by it, it is known later what became of
the mail, whichever server is set by then."""

REFUSED_FOR_GOOD = 500
"""The least code of a server that will not change its mind."""

_ADDRESS = re.compile(r"[^\s<>\"'():;,]{1,64}@[^\s<>\"'():;,]{1,250}")


class NotNow(Exception):
    """A mail could not be delivered now, which may be retried; `words` say why.

    `perhaps_sent` tells that the server may have taken it before the connection broke, `of_server` that the server
    took no mail at all, so that another one would fare no better.
    """

    def __init__(self, words: str, perhaps_sent: bool = False, *, of_server: bool = False) -> None:
        self.words = words
        self.perhaps_sent = perhaps_sent
        self.of_server = of_server
        super().__init__(words)


class Refused(Exception):
    """The server refused a mail for good; `words` are its own."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


def hand_over(
    found: EmailMessage,
    server: MailServer,
    *,
    hello: str,
    taking: Callable[[], None],
) -> str:
    """Send a message to a server and return the text of its acceptance.

    `taking` is called right before DATA: an exception from it stops the mail. Raises NotNow, Refused.
    """
    address = parseaddr(str(found["To"]))[1]
    with connected(server, hello) as smtp:
        options = []
        if not address.isascii():
            if not smtp.has_extn("smtputf8"):
                raise Refused(_("The mail server cannot write to an address with such letters."))
            options = ["SMTPUTF8"]
        code, reply = smtp.mail(parseaddr(str(found["From"]))[1], options)
        if code != 250:
            # All mail has the one sender: what is refused for good is refused to every other mail too.
            raise NotNow(scrubbed(_said(code, reply), address), of_server=code >= REFUSED_FOR_GOOD)
        code, reply = smtp.rcpt(address)
        _check(code, reply, address, (250, 251))
        taking()
        try:
            code, reply = smtp.data(found.as_bytes())
        except smtplib.SMTPDataError as error:
            code, reply = error.smtp_code, error.smtp_error  # type: ignore[assignment]
        except (OSError, smtplib.SMTPException) as error:
            raise NotNow(_broken(error), perhaps_sent=True, of_server=True) from None
        _check(code, reply, address, (250,))
        return scrubbed(_said(code, reply), address)


@contextmanager
def connected(server: MailServer, hello: str) -> Iterator[smtplib.SMTP]:
    """Connect to a server, encrypted as its settings ask and signed in. Raises NotNow with the reason."""
    with _told(), closing(_greeted(server, hello)) as smtp:
        assert smtp.sock is not None
        smtp.sock.settimeout(ANSWER_SECONDS)
        deadline = threading.Timer(ALL_SECONDS, _break_off, [smtp.sock])
        deadline.daemon = True
        deadline.start()
        try:
            _encrypted(smtp, server)
            if server.user is not None:
                smtp.login(server.user, server.password or "")
            yield smtp
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()  # the mail is accepted already: an error here changes nothing
        finally:
            deadline.cancel()


def _greeted(server: MailServer, hello: str) -> smtplib.SMTP:
    options: dict[str, Any] = {"local_hostname": hello, "timeout": CONNECT_SECONDS}
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, context=context, **options)
    return smtplib.SMTP(server.host, server.port, **options)


def _encrypted(smtp: smtplib.SMTP, server: MailServer) -> None:
    smtp.ehlo_or_helo_if_needed()
    if server.security != "starttls":
        return
    if not smtp.has_extn("starttls"):
        raise NotNow(
            _(
                "The mail server offers no encryption (STARTTLS), so nothing was sent. "
                "MAIL_SECURITY=unencrypted sends all the same."
            ),
            of_server=True,
        )
    smtp.starttls(context=ssl.create_default_context())
    smtp.ehlo()


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors of SMTP, TLS and the network into NotNow with a sentence."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        why = _("The mail server's certificate cannot be trusted: %(reason)s.", reason=error.verify_message)
    except smtplib.SMTPAuthenticationError as error:
        said = scrubbed(_said(error.smtp_code, error.smtp_error))
        why = _("The mail server refuses to let us sign in: %(words)s", words=said)
    except smtplib.SMTPResponseException as error:
        why = scrubbed(_said(error.smtp_code, error.smtp_error))
    except smtplib.SMTPNotSupportedError:
        why = _("The mail server offers no sign-in method that we support.")
    except (OSError, smtplib.SMTPException) as error:
        why = _broken(error)
    else:
        return
    raise NotNow(why, of_server=True)


def keep(found: EmailMessage, folder: Path, name: str) -> str:
    """Write a message to a file atomically; one of the same name is replaced. Raises NotNow."""
    draft = folder / f".{name}.{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(found.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / f"{name}.eml")
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise NotNow(
            _("The folder for mail cannot be written: %(reason)s.", reason=error.strerror or error)
        ) from None
    return KEPT


def forget(folder: Path, before: datetime, *, dry_run: bool = False) -> int:
    """Remove every mail file older than a moment, and remains of interrupted writes: there are addresses in them.

    Return how many; with `dry_run` nothing is removed.
    """
    count = 0
    for path in [*folder.glob("*.eml"), *folder.glob(".*")]:
        with suppress(OSError):  # another process may have removed it
            if path.stat().st_mtime < before.timestamp():
                if not dry_run:
                    path.unlink()
                count += 1
    return count


def forget_these(folder: Path, names: Iterable[str]) -> None:
    """Remove the mail files with these names, where they exist."""
    for name in names:
        with suppress(OSError):
            (folder / f"{name}.eml").unlink(missing_ok=True)


def scrubbed(words: str, address: str = "") -> str:
    """Return a server's words on one line without the address, which is personal, its parts, or any other one."""
    line = " ".join(words.split())
    for part in (address, *address.rpartition("@")[::2]):
        if part:
            line = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "…", line, flags=re.IGNORECASE)
    return _ADDRESS.sub("…", line)[:LONGEST_WORDS]


def _check(code: int, reply: bytes | str, address: str, good: tuple[int, ...]) -> None:
    if code in good:
        return
    words = scrubbed(_said(code, reply), address)
    if 500 <= code < 600:
        raise Refused(words)
    raise NotNow(words, of_server=code == 421)


def _said(code: int, reply: bytes | str) -> str:
    return f"{code} {reply.decode('utf-8', 'replace') if isinstance(reply, bytes) else reply}"


def _broken(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return _("The mail server did not answer in time.")
    if isinstance(error, socket.gaierror):
        return _("The mail server's name cannot be found.")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return _("The mail server ended the connection.")
    if isinstance(error, OSError) and error.strerror:
        return _("The mail server cannot be reached: %(reason)s.", reason=error.strerror)
    return _("The mail server gave an invalid answer.")


def _break_off(connection: socket.socket) -> None:
    with suppress(OSError):  # it may be closed already
        connection.shutdown(socket.SHUT_RDWR)
