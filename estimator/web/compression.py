"""Patients' pages are compressed, for those who pay for each megabyte.

How long a compressed page is would tell, letter by letter, what is in it to somebody who can make a browser ask for it
with texts of their own and see how much comes. A patient's page has one secret, the token of its forms, and that is
masked anew in each answer, so that nothing can be learnt of it; nor does the browser send its cookie along for another
site's request (SameSite). Staff's pages are not compressed: theirs are full of what others typed, and of secrets.
"""

from __future__ import annotations

import base64
import secrets
import zlib

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
        token: str | None = g.get("csrf_token")
        if token:
            content = content.replace(token.encode(), mask(token).encode())
        response.set_data(_gzip(content))
        response.content_encoding = "gzip"
        return response


def _gzip(content: bytes) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))
