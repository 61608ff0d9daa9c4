"""Our style sheets, scripts and the icon: read once, known by their content, compressed for browsers that ask for it.

What is here is the same for everybody and no secret; pages are another matter, see `compression`.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

FOLDER = Path(__file__).parent.parent / "static"

IMMUTABLE = frozenset({"static", "patient.logo"})
"""Endpoints whose addresses carry a hash of the content, so that what they send may be kept for ever by anybody."""


_IMPORT = re.compile(r'@import "(\w+\.css)";')
"""A part of a style sheet that stands in a file of its own and is sent with it."""


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent: the same bytes on every machine that has the same version."""

    content: bytes
    compressed: bytes
    sha256: str
    media_type: str


class Sessions(SecureCookieSessionInterface):
    """Sessions in a signed cookie, of which what may be kept for ever says nothing: it is the same for everybody."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set the cookie, and say that the answer depends on it, for pages alone."""
        if request.endpoint not in IMMUTABLE or response.status_code >= 400:
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Let an app send its static files from here."""
    app.session_interface = Sessions()
    app.view_functions["static"] = send


def send(filename: str) -> Response:
    """Send one of our files; 304 to whoever has it already."""
    found = _files().get(filename)
    if found is None:
        abort(404)
    is_compressed = request.accept_encodings.quality("gzip") > 0
    response = Response(found.compressed if is_compressed else found.content, mimetype=found.media_type)
    response.vary.add("Accept-Encoding")
    if is_compressed:
        response.content_encoding = "gzip"
    # Two representations have two names: a cache must not take one for the other.
    response.set_etag(f"{found.sha256[:32]}{'-gzip' if is_compressed else ''}")
    response.make_conditional(request)
    return response


def version(name: str) -> str:
    """Return what the address of a file carries, so that a changed one has another address."""
    return _files()[name].sha256[:12]


def paths() -> frozenset[bytes]:
    """Return the paths of all of them, without the version that an address carries."""
    return frozenset(f"/static/{name}".encode() for name in _files())


def is_kept_for_ever() -> bool:
    """Whether what this request asks for is named by its content, so that no other version is kept under its name.

    While machines are brought up to date one after the other, an older one may be asked for a newer file.
    """
    if request.endpoint == "static":
        found = _files().get((request.view_args or {}).get("filename", ""))
        return found is not None and request.args.get("v") == found.sha256[:12]
    return request.endpoint in IMMUTABLE


@cache
def _files() -> Mapping[str, StaticFile]:
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.is_file()}


def squeezed(style: str) -> str:
    """Return a style sheet without comments, indentation and zeros before a point, which no browser needs."""
    bare = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    bare = re.sub(r"(?<![\w.])0\.(?=\d)", ".", bare)
    dense = re.sub(r"\s*([{};,>])\s*", r"\1", bare).replace(";}", "}").strip()
    return re.sub(r"(?<=[a-z]): ", ":", dense)


def uncommented(script: str) -> str:
    """Return a script without indentation, lines that are nothing but a comment, and space that separates nothing.

    No string of ours has a line end or one of these signs between spaces, which a test sees to.
    """
    bare = re.sub(r"^\s*(//.*\n)?", "", script, flags=re.MULTILINE)
    return re.sub(r" (=>|[!=]==|&&|\|\||\?\?) ", r"\1", re.sub(r"(?<=[;{,(\[])\n", "", bare))


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    if path.suffix == ".css":
        whole = _IMPORT.sub(lambda named: (FOLDER / named[1]).read_text(encoding="utf-8"), content.decode())
        content = squeezed(whole).encode()
    elif path.suffix == ".js":
        content = uncommented(content.decode()).encode()
    return StaticFile(
        content,
        gzip.compress(content, mtime=0),
        hashlib.sha256(content).hexdigest(),
        mimetypes.guess_type(path.name)[0] or "application/octet-stream",
    )
