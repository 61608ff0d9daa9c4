from __future__ import annotations

import pytest

from estimator.processes import framing
from estimator.processes.framing import Incoming

HEAD = b"POST /verify HTTP/1.1\r\nHost: a.example\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

WHOLE = [
    b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n",
    HEAD + b"Content-Length: 0\r\n\r\n",
    HEAD + b"Content-Length: 11\r\n\r\nhello world",
    HEAD + b"content-LENGTH:   3  \r\n\r\n\r\n\r",
    CHUNKED + b"0\r\n\r\n",
    CHUNKED + b"5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n",
    CHUNKED + b"4\r\n\r\n\r\n\r\n0\r\nX-After: it\r\n\r\n",
]


@pytest.mark.parametrize("request_bytes", WHOLE)
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_bytes: bytes) -> None:
    for pieces in (1, 2, 3, 7):
        incoming = Incoming()
        for at in range(0, len(request_bytes), pieces):
            assert not incoming.whole
            incoming.add(request_bytes[at : at + pieces])
        assert incoming.whole
        assert incoming.ended
        assert bytes(incoming.content) == request_bytes


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: five\r\n\r\n",
        b"Content-Length: -1\r\n\r\n",
        b"Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"Transfer-Encoding: gzip\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nno size\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 1_000,
        b"Content-Length: 9999999999\r\n\r\n",
        b"Content-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"X: " + b"x" * framing.LARGEST_HEAD,
    ],
)
def test_what_the_server_refuses_is_not_waited_for(head: bytes) -> None:
    incoming = Incoming()
    incoming.add(HEAD + head)
    assert incoming.whole
    assert not incoming.ended, "its sender may go on"


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\n", b"\n\r\n", b"Accept: */*\n\n"])
@pytest.mark.parametrize("pieces", [1, 2, 3, 1_000])
def test_a_head_that_ends_with_a_bare_line_feed_is_not_waited_for(end: bytes, pieces: int) -> None:
    sent = HEAD.removesuffix(b"\r\n") + end
    incoming = Incoming()
    for at in range(0, len(sent), pieces):
        assert not incoming.whole
        incoming.add(sent[at : at + pieces])
    assert incoming.whole
    assert not incoming.ended


def test_a_sender_that_waits_for_a_word_before_the_body_is_noticed() -> None:
    incoming = Incoming()
    incoming.add(HEAD + b"Expect: 100-Continue\r\nContent-Length: 3\r\n\r\n")
    assert incoming.asks_to_continue
    assert not incoming.whole


@pytest.mark.parametrize(
    ("chunk", "many", "kept"),
    [
        (b"1\r\nx\r\n", 200_000, False),
        (b"1\r\nx\r\n", framing.FREE_CHUNKS, True),
        (b"400\r\n" + b"x" * 1_024 + b"\r\n", 3_000, True),
    ],
)
def test_a_body_of_tiny_chunks_is_refused_before_the_server_reads_them_one_by_one(
    chunk: bytes, many: int, kept: bool
) -> None:
    sent = CHUNKED + chunk * many + b"0\r\n\r\n"
    incoming = Incoming()
    for at in range(0, len(sent), 65_536):
        if not incoming.whole:
            incoming.add(sent[at : at + 65_536])
    assert incoming.whole
    assert (bytes(incoming.content) == sent) is kept
    assert kept or len(incoming.content) < len(CHUNKED) + 50
