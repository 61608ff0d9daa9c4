"""Keys that encrypt personal columns: a stored name or address cannot be read without them.

AES-256-GCM. A sealed text is bound to the table, the column and the row that it stands in, so that nobody can
move it to another row, and begins with the id of its key, so that keys can be replaced. The keys are lines of
text, `ID HEXADECIMAL`, the one that seals first.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

logger = logging.getLogger(__name__)

ID_LENGTH = 8
NONCE_LENGTH = 12
KEY_LENGTH = 32


class WrongKeys(ValueError):
    """A text is no list of keys."""


class Unreadable(Exception):
    """A sealed text cannot be opened: its key is missing, or it stood somewhere else."""


def new_line() -> str:
    """Return a new key as the line of a key file."""
    return f"{secrets.token_hex(ID_LENGTH // 2)} {secrets.token_hex(KEY_LENGTH)}\n"


class Keyring:
    """The keys of one installation. One that stands in a file notices when the file changes.

    A file that cannot be read as keys, such as one that is being copied, changes nothing.
    """

    def __init__(self, text: str, path: Path | None = None) -> None:
        """Take keys as text; raises WrongKeys."""
        self.path = path
        self._read_as = None if path is None else _state(path)
        self._refused: tuple[int, int, int] | None = None
        self._keys = _parsed(text)

    def seal(self, text: str, table: str, column: str, row: str) -> bytes:
        """Encrypt a text for one table, column and row; the same text never gives the same bytes twice."""
        return self.seal_bytes(text.encode(), table, column, row)

    def open(self, sealed: bytes, table: str, column: str, row: str) -> str:
        """Decrypt a text that was sealed for a table, column and row; raises Unreadable."""
        return self.open_bytes(sealed, table, column, row).decode()

    def seal_bytes(self, content: bytes, table: str, column: str, row: str) -> bytes:
        """Encrypt a document for one table, column and row."""
        key_id, key = next(iter(self.keys().items()))
        nonce = secrets.token_bytes(NONCE_LENGTH)
        return key_id.encode() + nonce + AESGCM(key).encrypt(nonce, content, _place(table, column, row))

    def open_bytes(self, sealed: bytes, table: str, column: str, row: str) -> bytes:
        """Decrypt a document that was sealed for a table, column and row; raises Unreadable."""
        key_id, nonce = id_of(sealed), sealed[ID_LENGTH : ID_LENGTH + NONCE_LENGTH]
        key = self.keys().get(key_id)
        if key is None:
            raise Unreadable(f"the key {key_id} is not there")
        try:
            return AESGCM(key).decrypt(nonce, sealed[ID_LENGTH + NONCE_LENGTH :], _place(table, column, row))
        except (InvalidTag, ValueError):
            raise Unreadable(f"{table}.{column} was changed, or stood in another row") from None

    def keys(self) -> Mapping[str, bytes]:
        """Return the keys by their ids, first the one that encrypts; a changed file is read again."""
        if self.path is not None:
            state = _state(self.path)
            if state is not None and state not in (self._read_as, self._refused):
                self._read_again(self.path, state)
        return self._keys

    def follows_its_file(self) -> bool:
        """Whether the keys are those of the file: it may be half written or gone, and those read before go on then."""
        self.keys()
        return self._refused is None and (self.path is None or _state(self.path) is not None)

    def _read_again(self, path: Path, state: tuple[int, int, int]) -> None:
        try:
            self._keys = _parsed(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:  # a copy that is being made, among others
            self._refused = state
            reason = str(error) if isinstance(error, WrongKeys) else type(error).__name__
            logger.error("%s cannot be read as keys (%s): the keys read before are used", path, reason)
        else:
            self._read_as, self._refused = state, None

    def __repr__(self) -> str:
        """Return the ids alone: what is shown in a traceback must open nothing."""
        return f"Keyring({', '.join(self._keys)})"


def id_of(sealed: bytes) -> str:
    """Return the id of the key that sealed a text."""
    return sealed[:ID_LENGTH].decode("ascii", "replace")


def as_text(lines: Mapping[str, bytes]) -> str:
    """Return keys as the text of a key file."""
    return "".join(f"{key_id} {key.hex()}\n" for key_id, key in lines.items())


def write(path: Path, lines: Mapping[str, bytes]) -> None:
    """Replace a key file atomically, readable by its owner alone."""
    write_text(path, as_text(lines))


def write_text(path: Path, text: str) -> None:
    """Replace a file with a secret atomically, readable by its owner alone: without room for it the old one stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def parsed_line(line: str) -> tuple[str, bytes]:
    """Return the id and the key of a line; raises WrongKeys."""
    key_id, _, digits = line.strip().partition(" ")
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        key = b""
    if len(key_id) != ID_LENGTH or not key_id.isascii() or not key_id.isalnum() or len(key) != KEY_LENGTH:
        raise WrongKeys("a line of keys is an id of 8 letters or digits, a space, and 64 hexadecimal digits")
    return key_id, key


def lookup(key: str, kind: str, text: str) -> str:
    """Return the HMAC of a text, in hexadecimal: it is stored to find the text without being able to read it."""
    return hmac.new(key.encode(), f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def lookup_number(key: str, kind: str, text: str) -> int:
    """Return the first 63 bits of that HMAC, which every database can keep as a whole number."""
    return int(lookup(key, kind, text)[:16], 16) >> 1


def _parsed(text: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for line in text.splitlines():
        if line.strip():
            key_id, key = parsed_line(line)
            if key_id in found:
                raise WrongKeys(f"the key {key_id} is there twice")
            found[key_id] = key
    if not found:
        raise WrongKeys("there is no key")
    return found


def _place(table: str, column: str, row: str) -> bytes:
    return "\x00".join((table, column, row)).encode()


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
