"""Why a database does not do what it is asked for, and what to do, in words for whoever runs the installation.

The page of a patient says less: see `estimator.db.SENTENCES`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, quote_plus

from sqlalchemy.exc import ArgumentError, DBAPIError

from estimator import postgresql
from estimator.db import Hindrance, unavailable
from estimator.messages import gettext as _
from estimator.operations import disks

_HINTS: Sequence[tuple[str, str]] = (
    (
        r"password authentication failed|no password supplied|fe_sendauth",
        _(
            "Correct the user's name or password in DATABASE_URL; in a password, signs other than letters and digits "
            "are written percent-encoded."
        ),
    ),
    (
        r'role ".*" does not exist',
        _("Make the role on the server (createuser), or correct its name in DATABASE_URL."),
    ),
    (
        r'database ".*" does not exist',
        _("Create it on the server (createdb --owner USER NAME), or correct its name in DATABASE_URL."),
    ),
    (
        r"resolve|Name or service not known|No address associated|not known",
        _("Correct the name of the host in DATABASE_URL, or let this machine's name server know it."),
    ),
    (
        r"certificate file|crl file|private key file",
        _("Put the file where DATABASE_URL says (sslcert, sslkey), readable by the user that runs the app."),
    ),
    (
        r"certificate verify failed|server certificate|SSL|TLS",
        _("Check sslmode and sslrootcert in DATABASE_URL, and the certificate of the server."),
    ),
    (
        r"pg_hba\.conf",
        _("Allow this machine, user and database in pg_hba.conf on the server, and reload it."),
    ),
    (
        r"read-only|read-write|hot standby|in recovery|not in recovery",
        _(
            "No server that DATABASE_URL names is what its target_session_attrs asks for. Promote the standby, or "
            "correct the hosts."
        ),
    ),
    (
        r"starting up|shutting down|not yet accepting",
        _("The server starts or stops. Run this again in a moment."),
    ),
    (r"too many|remaining connection slots", _("Raise max_connections on the server, or lower WORKERS.")),
    (
        r"[Rr]efused|No such file or directory",
        _(
            "Start the server, or correct host and port in DATABASE_URL; it must also listen there (listen_addresses)."
        ),
    ),
    (
        r"timeout|[Tt]imed out|no answer|does not answer|unreachable|No route",
        _(
            "Nothing answers there. Check host and port in DATABASE_URL, whether that machine runs, and its firewall."
        ),
    ),
    (r"invalid|unknown|missing \"=\"", _("Correct DATABASE_URL.")),
)
"""What to do about a fault, by what its driver says; the first one that is found counts."""

_SENTENCES: dict[Hindrance, str] = {
    "locked": _(
        "%(where)s is held by somebody else (%(reason)s). Wait until the other command, report or pg_dump has ended, "
        "and run this again."
    ),
    "full": _("The disk under %(where)s is full (%(reason)s). Make room, and run this again."),
    "read-only": _(
        "%(where)s takes no changes (%(reason)s). Name the server that takes them in DATABASE_URL; a file must belong "
        "to the user that runs the app."
    ),
    "broken": _(
        "%(where)s cannot be read or written (%(reason)s). Look at its disk; a damaged one is restored from a copy."
    ),
    "unreachable": _(
        "%(where)s cannot be opened (%(reason)s). Give the file and its folder to the user that runs the app: chown"
    ),
}


def sentence(error: DBAPIError, url: str) -> str | None:
    """Return why the database at `url` could not do its work, and what to do; None for a bug of ours."""
    known = unavailable(error)
    never_connected = getattr(error.orig, "sqlstate", None) is None and not error.statement
    if known is None and not (never_connected and not url.startswith("sqlite:")):
        return None
    reason = reason_of(error, url)
    if not url.startswith("sqlite:") and (known is None or known.kind == "unreachable"):
        return _(
            "%(where)s cannot be reached: %(reason)s. %(hint)s",
            where=_sentence_case(place(url)),
            reason=reason,
            hint=_missing_certificate(url) or _hint(reason),
        ).rstrip()
    assert known is not None
    said = _SENTENCES[_kind_of(known.kind, url)] % {"where": place(url), "reason": reason}
    return _sentence_case(said)


def _kind_of(kind: Hindrance, url: str) -> Hindrance:
    """Return what is in the way of a database: SQLite does not say of its log that there is no room for it."""
    folder = Path(url.removeprefix("sqlite:///")).absolute().parent
    no_room = kind in ("broken", "unreachable") and url.startswith("sqlite:") and os.access(folder, os.W_OK)
    return "full" if no_room and disks.is_full(folder) else kind


def place(url: str) -> str:
    """Return where a database is, for people: never with its password."""
    if url.startswith("sqlite:"):
        return _("the database %(path)s", path=url.removeprefix("sqlite:///"))
    parts = _parts(url)
    return _(
        "the database %(name)s on %(host)s, port %(port)s",
        name=parts.get("dbname") or parts.get("user") or "?",
        host=(parts.get("host") or parts.get("hostaddr") or "localhost").replace(",", ", "),
        port=(parts.get("port") or "5432").replace(",", ", "),
    )


def reason_of(error: Exception, url: str) -> str:
    """Return what the driver says, on one line, without the password and without advice of its own."""
    error = getattr(error, "orig", None) or error
    said = re.sub(r"\s*Is the server running.*?\?", "", str(error), flags=re.DOTALL)
    said = " ".join(said.split())
    password = "" if url.startswith("sqlite:") else _parts(url).get("password", "")
    for written in {password, quote(password), quote(password, safe=" +"), quote_plus(password)} - {""}:
        said = said.replace(written, "…")
    return said.rstrip(".") or type(error).__name__


def _missing_certificate(url: str) -> str | None:
    """Return what to do about a file of certificates that cannot be read: not every server gets as far as asking."""
    path = _parts(url).get("sslrootcert", "system")
    if path == "system" or os.access(path, os.R_OK):
        return None
    return _(
        "%(path)s, which DATABASE_URL names as sslrootcert, cannot be read. Put the certificates there, readable by "
        "the user that runs the app.",
        path=path,
    )


def _hint(reason: str) -> str:
    found = (hint for pattern, hint in _HINTS if re.search(pattern, reason))
    return next(found, _("Check DATABASE_URL, and the log of the server."))


def _parts(url: str) -> dict[str, str]:
    """Return what a URL of PostgreSQL says, as its driver is told it; nothing of one that cannot be read."""
    try:
        return {name: str(value) for name, value in postgresql.parameters(url).items()}
    except (ArgumentError, ValueError):
        return {}


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
