"""Where slow connections wait, so that none occupies a worker: until a request is whole, and until an answer is taken.

Requests are read in one process (`reception`). Each worker has a thread for answers that their readers take slowly.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field

LEAST_RATE = 4_096
"""Bytes a second that a sender, or a reader of a long answer, has to manage."""

ANSWER_PATIENCE = 30
"""Seconds without a byte taken after which the rest of an answer is dropped."""

LINGER_SECONDS = 2
"""Seconds in which a sender who was answered early may go on sending, so that the answer still arrives."""

MOST = 400
"""Maximum number of waiting connections of one process; the oldest of the client that has most make room for others."""

AT_ONCE = 1_000_000
"""Bytes that are read or written of a connection in one go."""

TICK = 0.5
"""Interval in seconds at which deadlines are looked at."""

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Waiting:
    """A connection that waits; what it waits for is the kind's own."""

    client: socket.socket
    client_address: str
    began: float = field(default_factory=time.monotonic, kw_only=True)
    last: float = field(default_factory=time.monotonic, kw_only=True)

    event = selectors.EVENT_READ

    def too_late(self, now: float) -> bool:
        """Whether it is waited for no more."""
        raise NotImplementedError

    def go_on(self, keeper: Keeper) -> None:
        """Do what can be done now without waiting; raises OSError if nothing more will come of it."""
        raise NotImplementedError


@dataclass(eq=False)
class Writing(Waiting):
    """What is not taken yet of an answer; then a while to linger, if asked."""

    rest: memoryview
    lingers: bool
    written: int = 0
    ended: float | None = None

    event = selectors.EVENT_WRITE

    def too_late(self, now: float) -> bool:
        if self.ended is not None:
            return now - self.ended > LINGER_SECONDS
        waited = now - self.began
        return now - self.last > ANSWER_PATIENCE or waited > ANSWER_PATIENCE + self.written / LEAST_RATE

    def go_on(self, keeper: Keeper) -> None:
        if self.ended is not None:
            if not self.client.recv(AT_ONCE):
                keeper.close(self)
            return
        while self.rest:
            sent = self.client.send(self.rest[:AT_ONCE])
            self.rest = self.rest[sent:]
            self.written += sent
            self.last = time.monotonic()
        self.client.shutdown(socket.SHUT_WR)
        self.ended = time.monotonic()
        if self.lingers:
            keeper.listen_to(self)
        else:
            keeper.close(self)


class Keeper:
    """A loop in which connections wait. Whatever is given to it, it closes in the end."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._waiting: set[Waiting] = set()
        self._looked = time.monotonic()

    def begin(self, waiting: Waiting) -> None:
        """Let a connection wait from now on."""
        waiting.client.setblocking(False)
        self._waiting.add(waiting)
        self.make_room()
        if waiting in self._waiting:
            self._selector.register(waiting.client, waiting.event, waiting)
            self._go_on(waiting)

    def release(self, waiting: Waiting) -> None:
        """Let a connection wait no more, and leave it open."""
        if waiting in self._waiting:
            self._waiting.discard(waiting)
            with suppress(KeyError, ValueError):
                self._selector.unregister(waiting.client)

    def close(self, waiting: Waiting) -> None:
        """Close a connection."""
        self.release(waiting)
        waiting.client.close()

    def listen_to(self, waiting: Waiting) -> None:
        """Go on with a connection when something came that can be read."""
        self._selector.modify(waiting.client, selectors.EVENT_READ, waiting)

    def make_room(self) -> None:
        """Close connections while there are too many of them."""
        while len(self._waiting) > MOST:
            clients = [each for each in self._waiting if each.client_address]
            if not clients:
                return  # these are whole requests, on their way to workers
            most = Counter(each.client_address for each in clients).most_common(1)[0][0]
            self.close(oldest(each for each in clients if each.client_address == most))

    def _look(self, seconds: float) -> None:
        """Wait until something can be done, and do it; close what waited too long."""
        for key, _events in self._selector.select(seconds):
            if isinstance(key.data, Waiting):
                self._go_on(key.data)
            else:
                key.data()
        now = time.monotonic()
        if now - self._looked >= TICK:
            self._looked = now
            for waiting in [each for each in self._waiting if each.too_late(now)]:
                self.close(waiting)

    def _go_on(self, waiting: Waiting) -> None:
        if waiting not in self._waiting:
            return
        try:
            waiting.go_on(self)
        except BlockingIOError:
            pass
        except OSError:
            self.close(waiting)

    def _answers_wait(self) -> bool:
        return any(isinstance(each, Writing) and each.ended is None for each in self._waiting)


class AnswerKeeper(Keeper):
    """The thread of a worker in which answers wait for their readers."""

    def __init__(self) -> None:
        super().__init__()
        self._given: deque[Writing] = deque()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, self._take_given)
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="connections", daemon=True)

    def start(self) -> None:
        """Begin, in the process of the worker."""
        self._thread.start()

    def end(self, seconds: float) -> None:
        """Let answers that are being taken finish, for `seconds` at most."""
        self._ending = True
        self._wake()
        self._thread.join(seconds)
        self._wake_reader.close()
        self._wake_writer.close()

    def write(self, client: socket.socket, rest: bytes, *, lingers: bool) -> None:
        """Send the rest of an answer, and close."""
        self._given.append(Writing(client, _address(client), memoryview(rest), lingers))
        self._wake()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # then it is awake already
            self._wake_writer.send(b".")

    def _take_given(self) -> None:
        with suppress(BlockingIOError):
            self._wake_reader.recv(4_096)
        while self._given:
            self.begin(self._given.popleft())

    def _run(self) -> None:
        try:
            while not self._ending or self._given or self._answers_wait():
                self._look(TICK)
        except Exception:
            logger.exception("the thread of waiting connections failed; its worker ends and is replaced")
            os.kill(os.getpid(), signal.SIGTERM)


def oldest(waiting: Iterable[Waiting]) -> Waiting:
    """Return the one that has waited longest."""
    return min(waiting, key=lambda each: each.began)


def _address(client: socket.socket) -> str:
    """Return the address of a client; "?" if it has gone, or has none."""
    try:
        name = client.getpeername()
    except OSError:
        return "?"
    return str(name[0]) if isinstance(name, tuple) else "?"
