"""Texts that all processes of the server find again, in memory that they share and that no disk holds.

Each text has a few places where it can stand, by its key; where all are taken, the oldest one goes. Nobody waits for
anybody: what two processes write at once, or one reads while another writes, does not have its digest and is not there.
"""

from __future__ import annotations

import mmap
import struct
import time
from hashlib import blake2b

from estimator.web.compression import Packed

_HEAD = struct.Struct("<16s16sdI")
"""Digest of the key, digest of head and text, when it was written, and how long it is."""

WAYS = 4
"""Number of places where a text can stand."""


class SharedTexts:
    """Room for texts; made before the server's processes are, which then share it."""

    def __init__(self, places: int, size: int) -> None:
        """`places` texts at most are kept, none larger than `size` bytes when it is compressed."""
        self._size = _HEAD.size + size
        self._groups = places // WAYS
        self._memory = mmap.mmap(-1, self._groups * WAYS * self._size)

    def get(self, key: str) -> Packed | None:
        """Return the text with this key as it is compressed; None if it is not there any more, or never was."""
        name = _digest(key.encode())
        for at in self._places(name):
            owner, digest, written, length = _HEAD.unpack_from(self._memory, at)
            if owner == name and length <= self._size - _HEAD.size:
                packed = self._memory[at + _HEAD.size : at + _HEAD.size + length]
                if _digest(name, struct.pack("<d", written), packed) == digest:
                    return Packed(packed)
        return None

    def put(self, key: str, text: Packed) -> None:
        """Keep a text for whoever asks for its key; one that is too large is not kept."""
        packed = text.content
        if len(packed) > self._size - _HEAD.size:
            return
        name, now = _digest(key.encode()), time.monotonic()
        at = min(self._places(name), key=lambda place: self._age(place, name))
        head = _HEAD.pack(name, _digest(name, struct.pack("<d", now), packed), now, len(packed))
        self._memory[at : at + self._size] = (head + packed).ljust(self._size, b"\0")

    def clear(self) -> None:
        """Forget everything."""
        self._memory[:] = bytes(len(self._memory))

    def _places(self, name: bytes) -> range:
        first = int.from_bytes(name[:8], "little") % self._groups * WAYS * self._size
        return range(first, first + WAYS * self._size, self._size)

    def _age(self, at: int, name: bytes) -> float:
        """Return when a text was written, and 0 for one that the next of the same key takes the place of."""
        owner, _of_text, written, _length = _HEAD.unpack_from(self._memory, at)
        return 0.0 if owner == name else written


def _digest(*parts: bytes) -> bytes:
    found = blake2b(digest_size=16)
    for part in parts:
        found.update(part)
    return found.digest()
