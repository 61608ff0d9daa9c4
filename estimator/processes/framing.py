"""Where one HTTP request ends: told from its bytes as they come, so that a worker is given whole requests only."""

from __future__ import annotations

import re

LARGEST_HEAD = 65_536
"""Maximum length of a request's head in bytes; a longer one is refused by the server without being read on."""

LARGEST_BODY = 41_000_000
"""Maximum length of a body that is waited for in bytes; the app refuses a longer one by its head alone."""

_END = b"\r\n\r\n"
_BARE_END = re.compile(rb"\n\n|(?<!\r)\n\r\n")
"""A line feed without a carriage return before it, where a head would end: no end for the server's parser."""

_LENGTH = re.compile(rb"[0-9]{1,18}\Z")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(;[^\r\n]*)?\Z")
_LONGEST_CHUNK_LINE = 1_000

FREE_CHUNKS = 1_000
LEAST_CHUNK = 1_024
"""After FREE_CHUNKS chunks a body whose chunks are smaller than LEAST_CHUNK bytes on average is refused: the server
takes its time for each of them, however small."""

_NO_CHUNK = b"no chunk\r\n"


class Incoming:
    """The bytes of one request that have come so far, and whether it is whole.

    What the server's own parser refuses counts as whole as soon as that can be told: it is the one to answer.
    """

    def __init__(self) -> None:
        self.content = bytearray()
        self.whole = False
        self.ended = False
        """Whether its sender has nothing more to send; a request that is refused by its head has not ended."""
        self.asks_to_continue = False
        """Whether the sender waits for “100 Continue” before it sends the body."""
        self.method = self.path = b""
        """What the first line does, and to which path, without what follows a question mark, once the head is there."""
        self.forwarded_for = ""
        """What the header X-Forwarded-For says, once the head is there; more of them are joined as the app has them."""
        self._body: int | None = None  # where the body begins, once the head is there
        self._ends: int | None = (
            None  # where the request ends; None for chunks, which tell it one after another
        )
        self._chunk = 0
        self._chunks = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        searched = max(0, len(self.content) - len(_END) + 1)
        self.content += data
        if self._body is None:
            end = self.content.find(_END, searched)
            if end < 0:
                if _BARE_END.search(self.content, max(0, searched - 1)):
                    self.whole = True
                    self.content += _END  # the parser refuses the line feed as soon as there is an end
                    return
                self.whole = len(self.content) > LARGEST_HEAD
                if self.whole:  # its end is what lets the parser tell that it is too long
                    self.content[LARGEST_HEAD:] = _END
                return
            self._body = end + len(_END)
            self._read_head(bytes(self.content[:end]))
        if not self.whole:
            if self._ends is None:
                self.whole = self._chunks_end()
            else:
                self.whole = self.ended = len(self.content) >= self._ends

    def _read_head(self, head: bytes) -> None:
        assert self._body is not None
        first, *lines = head.split(b"\r\n")
        self.method, _space, asked = first.partition(b" ")
        self.path = asked.partition(b" ")[0].partition(b"?")[0]
        fields = [line.partition(b":")[::2] for line in lines]
        named: dict[bytes, list[bytes]] = {}
        for name, value in fields:
            named.setdefault(name.strip().lower(), []).append(value.strip())
        lengths, codings = named.get(b"content-length", []), named.get(b"transfer-encoding", [])
        self.asks_to_continue = named.get(b"expect", [b""])[0].lower() == b"100-continue"
        self.forwarded_for = b",".join(named.get(b"x-forwarded-for", [])).decode("latin-1")
        if codings:
            self._chunk = self._body
            self.whole = bool(lengths) or codings[-1].lower() != b"chunked"
        elif not lengths:
            self._ends = self._body
        elif len(lengths) == 1 and _LENGTH.match(lengths[0]) and int(lengths[0]) <= LARGEST_BODY:
            self._ends = self._body + int(lengths[0])
        else:
            self.whole = True

    def _chunks_end(self) -> bool:
        """Go on from chunk to chunk as far as they have come; whether the last one has ended, or is none."""
        assert self._body is not None
        while True:
            line_end = self.content.find(b"\r\n", self._chunk, self._chunk + _LONGEST_CHUNK_LINE)
            if line_end < 0:
                return len(self.content) - self._chunk >= _LONGEST_CHUNK_LINE
            found = _CHUNK.match(bytes(self.content[self._chunk : line_end]))
            if found is None or len(self.content) - self._body > LARGEST_BODY:
                return True
            size = int(found[1], 16)
            if size == 0:
                # Trailers may stand between the last chunk and the empty line.
                self.ended = self.content.find(_END, line_end) >= 0
                return self.ended or len(self.content) - line_end > LARGEST_HEAD
            if len(self.content) < line_end + 2 + size + 2:
                return size > LARGEST_BODY
            self._chunk = line_end + 2 + size + 2
            self._chunks += 1
            if self._chunks > FREE_CHUNKS and self._chunk - self._body < self._chunks * LEAST_CHUNK:
                # What follows the head is nothing that the server's parser takes.
                self.content[self._body :] = _NO_CHUNK
                return True
