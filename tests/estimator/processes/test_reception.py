"""Who floods waits for itself: whole requests reach workers by turns among networks. No clock is looked at here."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from estimator.processes import connections, reception
from estimator.processes.hand_over import HandOver
from estimator.processes.reception import BOUNDS, RETRY_AFTER, Reception
from estimator.web import client_network
from tests.support.profile import count
from tests.support.server_process import serving

FLOOD, VISITOR = "127.0.0.2", "127.0.0.1"


class Door:
    """A reception without workers: what it hands over is taken by the test, one after another."""

    def __init__(self, proxies: int = 0) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1_024)
        self.hand_over, self.at_once = HandOver(), HandOver()
        self.hand_over.taking.setblocking(True)
        self.at_once.taking.setblocking(True)
        self.reception = Reception(
            [self.listener],
            self.hand_over,
            self.at_once,
            workers=1,
            proxies=proxies,
            headers={"X-Ours": "yes"},
            network_of=client_network.household,
            paths_at_once=frozenset({b"/healthz", b"/robots.txt", b"/static/site.css"}),
        )
        self.clients = ExitStack()

    def send(self, name: str, address: str, forwarded: str = "") -> socket.socket:
        """Send a whole request from an address."""
        client = self.clients.enter_context(
            socket.create_connection(self.listener.getsockname(), 30, (address, 0))
        )
        header = f"X-Forwarded-For: {forwarded}\r\n" if forwarded else ""
        client.sendall(f"GET /{name} HTTP/1.1\r\nHost: a\r\n{header}\r\n".encode())
        return client

    def begin(
        self, name: str, address: str, length: int, content: bytes = b"", forwarded: str = ""
    ) -> socket.socket:
        """Send the head of a request from an address, and the beginning of its body."""
        client = self.clients.enter_context(
            socket.create_connection(self.listener.getsockname(), 30, (address, 0))
        )
        header = f"X-Forwarded-For: {forwarded}\r\n" if forwarded else ""
        head = f"POST /{name} HTTP/1.1\r\nHost: a\r\n{header}Content-Length: {length}\r\n\r\n"
        client.sendall(head.encode())
        client.sendall(content)
        return client

    def taken(self, line: HandOver | None = None) -> str:
        """Return the name of the next request that is handed over, and end it as a worker does."""
        found = (line or self.hand_over).take()
        assert found is not None
        client, content, _whole, _ended = found
        with client, content:
            return content.recv(1_000).split(b" ")[1][1:].decode()


@contextmanager
def door(proxies: int = 0) -> Iterator[Door]:
    here, over = Door(proxies), threading.Event()
    thread = threading.Thread(target=here.reception.run, args=(lambda: not over.is_set(),))
    thread.start()
    try:
        yield here
    finally:
        over.set()
        thread.join()
        here.reception.finish(0)
        here.clients.close()
        here.hand_over.close()
        here.at_once.close()
        here.listener.close()


def whole_answer(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65_536), b""))


def whole_answer_within(client: socket.socket, seconds: float) -> bool:
    """Whether a connection is closed within some seconds."""
    client.settimeout(seconds)
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def one_after_another(here: Door, count: int) -> list[str]:
    return [here.taken() for _number in range(count)]


def test_what_needs_no_database_is_answered_while_all_workers_wait_for_one() -> None:
    with door() as here:
        for number in range(3):  # none of them is taken: the worker waits, and so does who is next
            here.send(f"page{number}", VISITOR)
        asked = ["healthz", "static/site.css", "robots.txt", "static/site.css?v=1"]
        for name in asked:
            here.send(name, VISITOR)
            assert here.taken(here.at_once) == name
        here.send("static/none.css", VISITOR)  # a page of errors is a page
        here.begin("static/site.css", VISITOR, 0)
        assert one_after_another(here, 5) == ["page0", "page1", "page2", "static/none.css", "static/site.css"]


def test_an_honest_visitor_is_next_however_many_of_another_address_wait() -> None:
    with door() as here:
        for number in range(100):
            here.send(f"flood{number}", FLOOD)
        first = here.taken()
        here.send("visitor", VISITOR)
        order = [first, *one_after_another(here, 100)]
    assert sorted(order) == sorted(["visitor", *(f"flood{number}" for number in range(100))])
    # Two were handed over already, one was its turn, and some may have been accepted before the visitor.
    assert order.index("visitor") < 20


@pytest.mark.long
def test_whoever_holds_most_makes_room_and_not_who_came_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "MOST_BYTES", 1_000_000)
    with door() as here:
        small = here.begin("visitor", VISITOR, 3)
        large = [here.begin(f"large{number}", FLOOD, 900_000, b"x" * 400_000) for number in range(3)]
        closed = [client for client in large if whole_answer_within(client, 2)]
        small.sendall(b"abc")
        assert here.taken() == "visitor"
    assert closed, "room was made"


def test_a_household_with_an_address_for_each_connection_makes_room_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MOST", 20)
    with door(proxies=1) as here:
        visitors = [
            here.begin(f"visitor{number}", VISITOR, 3, b"a", f"203.0.113.{number}") for number in range(5)
        ]
        flood = [
            here.begin(f"{number}", VISITOR, 3, b"a", f"2001:db8:0:1::{number:x}") for number in range(40)
        ]
        closed = [client for client in flood[:20] if whole_answer_within(client, 2)]
        for client in visitors:
            client.sendall(b"bc")
        assert sorted(one_after_another(here, 5)) == [f"visitor{number}" for number in range(5)]
    assert len(closed) == 20


@pytest.mark.parametrize(
    ("flood", "visitor"),
    [
        ("203.0.113.7", "203.0.113.8"),
        ("2001:db8:0:1::{number:x}", "2001:db8:0:2::1"),
        ("198.51.100.{number}, 203.0.113.7", "203.0.113.7, 203.0.113.8"),  # the first is what the sender says
    ],
    ids=["IPv4", "a household of IPv6", "forged"],
)
def test_behind_a_proxy_the_network_is_the_one_that_the_proxy_names(flood: str, visitor: str) -> None:
    with door(proxies=1) as here:
        for number in range(60):
            here.send(f"flood{number}", "127.0.0.1", flood.format(number=number))
        first = here.taken()
        here.send("visitor", "127.0.0.1", visitor)
        order = [first, *one_after_another(here, 60)]
    assert order.index("visitor") < 20


def test_without_a_proxy_what_a_sender_says_of_itself_counts_for_nothing() -> None:
    with door() as here:
        for number in range(60):
            here.send(f"flood{number}", FLOOD, f"203.0.113.{number}")
        first = here.taken()
        here.send("visitor", VISITOR, "203.0.113.200")
        order = [first, *one_after_another(here, 60)]
    assert order.index("visitor") < 20


def test_a_network_that_sends_too_much_is_told_when_to_come_back_and_nobody_else_is() -> None:
    too_many = 5
    with door() as here:
        # Two are handed over, and wait for nobody.
        clients = [here.send(f"flood{number}", FLOOD) for number in range(2 + BOUNDS.items_of_one + too_many)]
        answers = [whole_answer(client) for client in clients[-too_many:]]
        visitor = here.send("visitor", VISITOR)
        order = one_after_another(here, 3 + BOUNDS.items_of_one)
        assert visitor.recv(1) == b""  # it was closed without an answer, as the test does
    for answer in answers:
        head, _empty, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        fields = head.split(b"\r\n")
        assert f"Retry-After: {RETRY_AFTER}".encode() in fields
        assert b"X-Ours: yes" in fields
        assert f"Content-Length: {len(body)}".encode() in fields
        assert body == b"Too many requests from your network are waiting. Please try again in a minute.\n"
    assert order[-1] == f"flood{1 + BOUNDS.items_of_one}"
    assert "visitor" in order


@pytest.mark.soak
def test_whichever_process_of_the_server_is_killed_pages_are_answered(tmp_path: Path) -> None:
    with serving(tmp_path, WORKERS="1") as server:
        for _time in range(count(1, 10)):
            for victim in processes_below(server.process.pid):
                os.kill(victim, signal.SIGKILL)
                assert answered(server.port), server.log.read_text()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        assert "Traceback" not in server.log.read_text()


def processes_below(parent: int) -> list[int]:
    """Return the processes that a server started: those that answer, and the one that reads requests."""
    return [int(each) for each in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def answered(port: int) -> bool:
    """Ask until a page is answered; a process that was killed takes with it what it held."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), 30) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % port)
                if client.recv(65_536).startswith(b"HTTP/1.1 200 "):
                    return True
        except OSError:
            continue
    return False
