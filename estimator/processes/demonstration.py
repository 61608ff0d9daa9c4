"""Demonstration mode: invented price lists, and nobody but the people at this very machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from estimator import config, price_lists, staff
from estimator.act import Act
from estimator.messages import gettext as _
from estimator.models.staff import Role
from estimator.staff import invitations

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def import_tables(act: Act) -> list[str]:
    """Add the demonstration price lists with their worked examples; return a sentence for each that was left alone.

    A version that is stored already is never changed, because estimates refer to it.
    """
    left = []
    folder = resources.files("pricing.tables")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        examples = folder / f"{file.name.removesuffix('.toml')}.json"
        try:
            price_lists.import_(
                act, file.read_text(encoding="utf-8"), examples=examples.read_text(encoding="utf-8")
            )
        except price_lists.VersionTaken:
            left.append(
                _(
                    "The demonstration table %(file)s has changed since it was stored for the same date; "
                    "the stored one is kept.",
                    file=file.name,
                )
            )
    return left


def ways_in(act: Act) -> dict[Role, str]:
    """Make a link for each of the invented people; it signs them in once, without a second factor."""
    found: dict[Role, str] = {}
    for role in staff.DEMONSTRATION:
        user = staff.demonstration(role, language=act.settings.languages[0], now=act.now)
        _link, token = invitations.make(act, user, "demonstration")
        found[role] = f"{act.settings.public_url}{invitations.PATHS['demonstration']}{token}"
    return found


def this_machine_only(app: WSGIApplication) -> WSGIApplication:
    """Wrap a WSGI app so that it answers this machine only, whichever server runs it."""

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if is_loopback(environ.get("REMOTE_ADDR") or "127.0.0.1"):
            return app(environ, start_response)
        sentence = _("This is a demonstration with invented prices. It answers only the machine it runs on.")
        start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
        return [sentence.encode()]

    return guarded


def address_of_patients() -> str | None:
    """Return the address at which patients are served with the settings of this environment; None if none are.

    They are not where DEMO says that it is a demonstration, or where nobody but the people at this machine has an
    address of it. Raises config.WrongSetting.
    """
    url: str | None = config.value("PUBLIC_URL")
    return None if url is None or config.value("DEMO") or is_of_this_machine(url) else url


def is_of_this_machine(url: str) -> bool:
    """Whether an address leads all readers to their own machine, as http://localhost:8000 does."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or is_loopback(host)


def is_loopback(address: str) -> bool:
    """Whether an IP address is this machine's own, as 127.0.0.1 and ::1 are."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_loopback
