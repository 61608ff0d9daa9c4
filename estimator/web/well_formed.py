"""What is refused before any page looks at it: control characters in an address, and a foreign or malformed Host.

A small WSGI layer, so that neither routing nor an error page ever sees such a request. The answer is one sentence.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from estimator.config.readers import is_host_name
from estimator.messages import gettext as _
from estimator.web import whole_numbers

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
"""Paths that answer to any well-formed Host: what asks for them knows machines by their numbers."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PARTS = re.compile(r"(?P<name>\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]+)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)


class Host(NamedTuple):
    """A Host header as it is compared: the name in small letters, and the port if one is named."""

    name: str
    port: int | None


def only(app: WSGIApplication, *, public_url: str, headers: Mapping[str, str]) -> WSGIApplication:
    """Wrap a WSGI app so that it gets well-formed requests to this site only; `headers` go with a refusal."""
    public = urlsplit(public_url)
    own = Host((public.hostname or "").rstrip("."), public.port or _DEFAULT_PORTS[public.scheme])

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if has_control_characters(path):
            return _refused(start_response, headers, _("This address holds characters that no address has."))
        host = read_host(environ.get("HTTP_HOST", ""))
        if path not in ANY_HOST and not is_own(host, own):
            sentence = _("This site has another address: %(address)s", address=public_url)
            return _refused(start_response, headers, sentence)
        if host is None and "HTTP_HOST" in environ:
            return _refused(start_response, headers, _("The request names no host."))
        return app(environ, start_response)

    return guarded


def has_control_characters(path: str) -> bool:
    """Whether a path as WSGI hands it on (bytes as Latin-1) holds control characters or line breaks of any script."""
    text = path.encode("latin-1", "replace").decode("utf-8", "replace")
    return any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in text)


def read_host(text: str) -> Host | None:
    """Return the name and port of a Host header; None if it is none."""
    found = _PARTS.fullmatch(text) if text.isascii() else None
    if found is None:
        return None
    name = found["name"].lower()
    port = whole_numbers.read(found["port"], least=1, most=65_535)
    if port is None and found["port"] is not None:
        return None
    if name.startswith("["):
        try:
            return Host(str(ipaddress.IPv6Address(name[1:-1])), port)
        except ValueError:
            return None
    name = name.removesuffix(".")
    return Host(name, port) if is_host_name(name) else None


def is_own(host: Host | None, own: Host) -> bool:
    """Whether a request was meant for this site.

    A proxy may leave the port out. The names of this machine itself count with any port: they are what a proxy on it
    or a forwarded port sends, and no page elsewhere can make a browser send them to another machine.
    """
    if host is None:
        return False
    return (host.name == own.name and host.port in (None, own.port)) or _is_this_machine(host.name)


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _refused(start_response: StartResponse, headers: Mapping[str, str], sentence: str) -> Iterable[bytes]:
    content = sentence.encode() + b"\n"
    start_response(
        "400 Bad Request",
        [
            *headers.items(),
            ("Cache-Control", "no-store"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(content))),
        ],
    )
    return [content]
