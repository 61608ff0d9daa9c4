"""`estimator doctor --mail`: send a mail for real, and say step by step what was found."""

from __future__ import annotations

import re
import secrets
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from estimator.messages import gettext as _

if TYPE_CHECKING:
    from estimator.config import MailServer, Settings


class Stopped(Exception):
    """A step did not work; the message says what was found and what to do."""


def steps(settings: Settings, typed: str) -> Iterator[str]:
    """Yield a sentence for each step that worked; raises Stopped at the first one that did not."""
    from estimator.i18n import reader
    from estimator.mail import addresses, composing, smtp

    address = addresses.checked(typed)
    if address is None:
        raise Stopped(_("“%(address)s” is not an email address.", address=typed))
    server = settings.mail_server
    if server is None:
        raise Stopped(
            _(
                "No mail server is set, so mail is kept in %(folder)s and reaches nobody. "
                "Set MAIL_SERVER and MAIL_FROM.",
                folder=settings.mail_folder,
            )
        )
    yield _("Trying %(host)s, port %(port)s.", host=server.host, port=server.port)
    try:
        with smtp.connected(server, settings.host_name) as connection:
            yield _connection(connection.sock, server)
            if server.user is not None:
                yield _("The server let us sign in as %(user)s.", user=server.user)
            if connection.has_extn("smtputf8"):
                yield _("It can write to addresses with letters of any script.")
        message = composing.message(
            composing.compose(
                "test",
                reader("en"),
                composing.Letterhead(settings.host_name),
                {"host": settings.host_name},
            ),
            sender=settings.mail_from,
            reply_to=settings.mail_reply_to,
            address=address,
            name=secrets.token_hex(16),
            language="en",
            written=datetime.now(UTC),
        )
        words = smtp.hand_over(message, server, hello=settings.host_name, taking=lambda: None)
    except (smtp.NotNow, smtp.Refused) as error:
        raise Stopped(f"{error.words.rstrip('.')}. {advice(error.words, server)}".rstrip()) from None
    yield _("The server took a mail to %(address)s: %(words)s", address=address, words=words)
    yield _("Check whether it arrived. If it is in the spam folder, its headers say why.")


def _connection(sock: object, server: MailServer) -> str:
    if isinstance(sock, ssl.SSLSocket):
        return _("Connected, encrypted with %(version)s; its certificate is good.", version=sock.version())
    return _(
        "Connected without encryption: anybody on the network path can read every email. "
        "Unset MAIL_SECURITY if the server supports encryption."
    )


def advice(words: str, server: MailServer) -> str:
    """Return what to look at, by the server's status code, which may follow words of ours."""
    if re.search(r"\b53[045] ", words):
        return _("Check MAIL_USER and MAIL_PASSWORD.")
    if re.search(r"\b55[034] ", words):
        return _("Check the address, and whether the server may send for MAIL_FROM.")
    if server.security == "tls" and server.port == 587:
        return _("Port 587 usually wants MAIL_SECURITY=starttls.")
    if server.security == "starttls" and server.port == 465:
        return _("Port 465 usually wants MAIL_SECURITY=tls.")
    return _("Check MAIL_SERVER, MAIL_PORT and MAIL_SECURITY, and whether a firewall is in between.")
