"""Secret links: whoever has one may read one record, and none can be recovered from the database.

A token is an HMAC of the record it opens, so that a worker can compose it again. Only its SHA-256 is
stored. A new serial makes a new token, and the old one opens nothing any more.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

_IN_PATH = re.compile(r"""(/(?:[eqr]|verify|compare)/)[^/\s?#"'<>]+""")
_ALONE = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])")


WRITTEN = "written"
"""What names, after an address, the language of the message that it stands in."""


def written_in(language: str, address: str) -> str:
    """Return an address with the language of the message that it stands in, for a browser that has chosen none."""
    return f"{address}?{WRITTEN}={language}"


def compose(key: str, kind: str, reference: str, serial: int) -> str:
    """Return the token of a record: 256 bits as 43 characters that need no escaping in a URL."""
    message = f"{kind}:{reference}:{serial}".encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def stored(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal, by which a record is stored and looked up."""
    return hashlib.sha256(token.encode()).hexdigest()


def masked(text: str) -> str:
    """Return a line for a log with the tokens in it masked, whether in a URL or alone."""
    return _ALONE.sub("…", _IN_PATH.sub(r"\1…", text))
