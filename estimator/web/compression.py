"""Patients' pages are compressed, for those who pay for each megabyte.

How long a compressed page is would tell, letter by letter, what is in it to somebody who can make a browser ask for it
with texts of their own and see how much comes. A patient's page has one secret, the token of its forms, and that is
masked anew in each answer, so that nothing can be learnt of it; nor does the browser send its cookie along for another
site's request (SameSite). Staff's pages are not compressed: theirs are full of what others typed, and of secrets.
"""

from __future__ import annotations

import base64
import secrets
import struct
import zlib
from dataclasses import dataclass

from flask import Flask, Response, g, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from wtforms import Field, Form

LEVEL = 5
"""How hard gzip tries: above it a page takes twice the time to get one part in a hundred shorter."""

LEAST_BYTES = 1_000
"""Length below which compressing is not worth its time."""

KINDS = frozenset({"text/html", "text/plain", "application/json"})

_MARK = "~"
"""Stands between the two halves of a masked token; no token has it."""


_GZIP = b"\x1f\x8b\x08" + bytes(6) + b"\xff"
"""What stands before a page in gzip: its kind, no name, no day, from no system in particular (RFC 1952)."""


@dataclass(frozen=True)
class Packed:
    """A text that is kept compressed, as a whole number of bytes that can stand between others in gzip."""

    content: bytes

    @classmethod
    def of(cls, text: str) -> Packed:
        """Compress a text; it must have no token of a form in it, because no answer masks it any more."""
        packer = _packer()
        return cls(packer.compress(text.encode()) + packer.flush(zlib.Z_FULL_FLUSH))

    def text(self) -> str:
        """Return the text; raises ValueError or zlib.error if that is not what the bytes are."""
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(self.content).decode()


def mask(token: str) -> str:
    """Return a token in a form that is another one each time; `unmask` reads it."""
    content = token.encode()
    pad = secrets.token_bytes(len(content))
    return f"{_text(pad)}{_MARK}{_text(_mixed(pad, content))}"


def unmask(text: str) -> str:
    """Return the token of what `mask` returned; anything else as it is."""
    first, mark, second = text.partition(_MARK)
    if not mark:
        return text
    try:
        pad, mixed = (base64.urlsafe_b64decode(half + "=" * (-len(half) % 4)) for half in (first, second))
        return _mixed(pad, mixed).decode()
    except ValueError:
        return text


class Protect(CSRFProtect):  # type: ignore[misc]
    """Protection of forms whose tokens may be masked."""

    def _get_csrf_token(self) -> str | None:
        token = super()._get_csrf_token()
        return None if token is None else unmask(token)


class FormTokens(FlaskForm.Meta.csrf_class):  # type: ignore[misc]
    """The same for forms that check their token themselves."""

    def validate_csrf_token(self, form: Form, field: Field) -> None:
        """Raise wtforms.ValidationError unless the token belongs to the session."""
        field.data = unmask(field.data or "")
        super().validate_csrf_token(form, field)


def init_app(app: Flask, pages: frozenset[str]) -> None:
    """Let an app compress what the endpoints named `pages` answer."""

    @app.after_request
    def compress(response: Response) -> Response:
        if request.endpoint not in pages or response.mimetype not in KINDS or response.is_streamed:
            return response
        response.vary.add("Accept-Encoding")
        content = response.get_data()
        if len(content) < LEAST_BYTES or response.content_encoding or not request.accept_encodings["gzip"]:
            return response
        ready: tuple[bytes, Packed] | None = g.get("packed")
        before, kept, after = content.partition(ready[0]) if ready else (content, b"", b"")
        token: str | None = g.get("csrf_token")
        if token:
            before, after = (part.replace(token.encode(), mask(token).encode()) for part in (before, after))
        response.set_data(_gzip(before, (kept, ready[1].content) if ready and kept else None, after))
        response.content_encoding = "gzip"
        return response


def packed_already(text: str, packed: Packed) -> None:
    """Tell the compression of this answer that a text which stands in it is compressed already."""
    g.packed = text.encode(), packed


def _gzip(before: bytes, kept: tuple[bytes, bytes] | None, after: bytes) -> bytes:
    """Return three parts of a page as one in gzip; the part between is compressed already, if there is one."""
    packer = _packer()
    parts = [_GZIP, packer.compress(before)]
    checksum, length = zlib.crc32(before), len(before)
    if kept:
        # Nothing that follows may refer to what stands before a part that it does not know.
        parts += [packer.flush(zlib.Z_FULL_FLUSH), kept[1]]
        checksum, length = zlib.crc32(kept[0], checksum), length + len(kept[0])
    parts += [packer.compress(after), packer.flush()]
    checksum, length = zlib.crc32(after, checksum), length + len(after)
    return b"".join((*parts, struct.pack("<II", checksum, length)))


def _packer() -> zlib._Compress:
    return zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))
