"""One visitor never stops the others, however slowly it sends, reads or goes away."""

from __future__ import annotations

import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from estimator.processes import connections, reception
from tests.support.server_process import Server, serving, upload

SLOW = 200

PAGES = 5
"""How many pages a visitor asks for meanwhile."""

HALF_A_HEAD = b"GET / HTTP/1.1\r\nHost: "
HALF_A_BODY = b"POST /verify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\nhalf"
HALF_A_CHUNK = b"POST /verify HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("slow")) as found:
        yield found


@contextmanager
def dripping(clients: Sequence[socket.socket]) -> Iterator[None]:
    """Send a byte on each connection every now and then."""
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.5):
            for client in clients:
                with suppress(OSError):
                    client.send(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def has_ended(client: socket.socket) -> bool:
    """Whether the server has closed a connection, or answered on it."""
    try:
        client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@pytest.mark.long
@pytest.mark.parametrize("begun", [HALF_A_HEAD, HALF_A_BODY, HALF_A_CHUNK], ids=["head", "body", "chunk"])
def test_two_hundred_slow_senders_keep_nobody_waiting(server: Server, begun: bytes) -> None:
    clients = [server.connect() for _number in range(SLOW)]
    for client in clients:
        client.sendall(begun)
    with dripping(clients):
        assert not any(map(has_ended, clients))
        waits: list[float] = []
        while not any(map(has_ended, clients)) and len(waits) < PAGES:
            began = time.monotonic()
            assert server.get("/")[0] == 200
            waits.append(time.monotonic() - began)
        # Where slow senders hold the workers, a page comes when they are closed, and no sooner.
        assert not any(map(has_ended, clients))
        assert len(waits) == PAGES
        assert max(waits) < reception.PATIENCE
    for client in clients:
        client.close()


@pytest.mark.long
def test_readers_that_take_nothing_and_do_not_go_away_keep_nobody_waiting(server: Server) -> None:
    clients = [server.connect(SO_RCVBUF=1_024) for _number in range(20)]
    for client in clients:
        client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    for _page in range(PAGES):
        began = time.monotonic()
        assert server.get("/")[0] == 200
        assert time.monotonic() - began < reception.PATIENCE
    whole = server.get("/")[1]
    # Whoever takes the answer late has all of it all the same.
    late = b"".join(iter(lambda: clients[0].recv(65_536), b""))
    assert len(late.partition(b"\r\n\r\n")[2]) == len(whole)
    for client in clients:
        client.close()


def answer(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65_536), b""))


@pytest.mark.long
def test_a_request_that_comes_in_pieces_is_answered(server: Server) -> None:
    for pieces in (
        [b"GET / HT", b"TP/1.1\r\nHost: 127.0.0.1\r", b"\n\r", b"\n"],
        [b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4\r\n\r\n", b"a=", b"bc"],
        [HALF_A_CHUNK, b"whole", b"\r\n0\r\n\r\n"],
    ):
        client = server.connect()
        for piece in pieces:
            client.sendall(piece)
            time.sleep(0.1)
        assert re.match(rb"HTTP/1.1 (200|400|405) ", answer(client))
        client.close()


def test_a_sender_that_waits_for_a_word_before_the_body_gets_it_once(server: Server) -> None:
    client = server.connect()
    client.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert client.recv(1_000) == reception.CONTINUE
    client.sendall(b"a=b")
    assert answer(client).startswith(b"HTTP/1.1 405 ")
    client.close()


@pytest.mark.long
@pytest.mark.parametrize(("pause", "pieces"), [(0, 20), (0.5, 1)], ids=["at once", "after the refusal"])
def test_a_body_that_is_too_large_is_refused_before_it_was_sent_and_the_refusal_arrives(
    server: Server, pause: float, pieces: int
) -> None:
    client = server.connect()
    client.sendall(b"POST /verify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900000000\r\n\r\n")
    time.sleep(pause)
    with suppress(OSError):
        for _number in range(pieces):
            client.sendall(b"x" * 65_536)
    time.sleep(pause)
    assert answer(client).startswith(b"HTTP/1.1 413 ")
    client.close()


BROKEN = {
    "no size": b"ZZ\r\n",
    "a size below nought": b"-5\r\nhello\r\n0\r\n\r\n",
    "no end of a chunk": b"5\r\nhelloXX0\r\n\r\n",
    "a line of spaces": b"5" + b" " * 2_000 + b"\r\nhello\r\n0\r\n\r\n",
    "a trailer without a colon": b"5\r\nhello\r\n0\r\nnothing\r\n\r\n",
    "a long trailer": b"5\r\nhello\r\n0\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    "tiny chunks": b"1\r\nx\r\n" * 5_000,
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_body_that_cannot_be_read_is_a_bad_request_and_no_mistake_of_ours(
    server: Server, body: bytes
) -> None:
    kind = b"application/x-www-form-urlencoded"
    head = b"POST /verify HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\nContent-Type: "
    client = server.connect()
    client.sendall(head + kind + b"\r\n\r\n" + body)
    assert answer(client).startswith(b"HTTP/1.1 400 ")
    client.close()
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("length", [66_000, 140_000, 1_000_000])
def test_a_head_that_is_too_long_is_refused_with_a_word(server: Server, length: int) -> None:
    client = server.connect()
    with suppress(OSError):
        client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * length + b"\r\n\r\n")
    assert answer(client).startswith(b"HTTP/1.1 431 ")
    client.close()


@pytest.mark.long
def test_a_large_body_arrives_whole(server: Server) -> None:
    content = b"%PDF-" + b"x" * 3_000_000
    head, form = upload(server, content)
    client = server.connect()
    client.sendall(head)
    for at in range(0, len(form), 500_000):
        client.sendall(form[at : at + 500_000])
        time.sleep(0.02)
    assert b"It is damaged, or not whole" in answer(client)
    client.close()


def closed_after(client: socket.socket, keep_on: Callable[[], object], most: float) -> float:
    began = time.monotonic()
    client.settimeout(0.5)
    while time.monotonic() - began < most:
        try:
            keep_on()
            if not client.recv(1):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


def test_senders_are_closed_after_silence_and_however_they_drip(server: Server) -> None:
    silent, slow = server.connect(), server.connect()
    silent.sendall(HALF_A_BODY)
    slow.sendall(HALF_A_HEAD)
    found: dict[str, float] = {}
    waiting = threading.Thread(
        target=lambda: found.update(silent=closed_after(silent, lambda: None, most=20))
    )
    waiting.start()
    found["slow"] = closed_after(slow, lambda: slow.send(b"x"), most=20)
    waiting.join()
    silent.close()
    slow.close()
    # The clock of this side begins a moment later, and on a busy machine everything takes a while longer.
    assert reception.PATIENCE - 1 <= found["silent"] <= reception.PATIENCE + 4
    assert reception.WHOLE_SECONDS - 1 <= found["slow"] <= reception.WHOLE_SECONDS + 4


@pytest.mark.long
def test_new_visitors_find_room_when_one_client_holds_every_place(tmp_path: Path) -> None:
    with serving(tmp_path, WORKERS="1") as server:
        clients = [server.connect() for _number in range(connections.MOST + 50)]
        for client in clients:
            client.sendall(HALF_A_HEAD)
        pieces = server.connect()
        pieces.sendall(b"GET / HTTP/1.1\r\nHost: ")
        time.sleep(0.3)
        pieces.sendall(b"127.0.0.1\r\n\r\n")
        assert answer(pieces).startswith(b"HTTP/1.1 200 ")
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        assert "Traceback" not in server.log.read_text()
        for client in [*clients, pieces]:
            client.close()


@pytest.mark.long
def test_a_long_answer_is_taken_at_its_readers_pace() -> None:
    keeper = connections.AnswerKeeper()
    keeper.start()
    ours, theirs = socket.socketpair()
    content = b"".join(b"%07d\n" % number for number in range(300_000))
    keeper.write(ours, content, lingers=True)
    time.sleep(0.2)
    assert answer(theirs) == content
    theirs.close()
    keeper.end(5)
