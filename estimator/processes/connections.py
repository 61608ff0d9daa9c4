"""Where slow connections wait, so that none occupies a worker: until a request is whole, and until an answer is taken.

Each worker has one thread for them. A request that became whole is handed to whichever worker is free: the thread
passes the connection and its bytes through a socket that all workers share.
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
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from estimator.processes.framing import Incoming

PATIENCE = 5
"""Seconds without a byte after which a connection is closed."""

WHOLE_SECONDS = 10
"""Seconds for a whole request, head and body, and a second more for each LEAST_RATE bytes of it that have come."""

LEAST_RATE = 4_096
"""Bytes a second that a sender, or a reader of a long answer, has to manage."""

LONGEST_SECONDS = 300
"""Seconds after which no request is waited for any more, however large."""

ANSWER_PATIENCE = 30
"""Seconds without a byte taken after which the rest of an answer is dropped."""

LINGER_SECONDS = 2
"""Seconds in which a sender who was answered early may go on sending, so that the answer still arrives."""

MOST = 400
"""Maximum number of waiting connections of one worker; the oldest of the client that has most make room for others."""

MOST_BYTES = 64_000_000
"""Maximum size of what waiting connections of one worker have sent; the oldest of them make room for others."""

AT_ONCE = 1_000_000
"""Bytes that are read of a request in one go."""

TICK = 0.5
"""Interval in seconds at which deadlines are looked at."""

logger = logging.getLogger(__name__)

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class HandOver:
    """The socket through which whole requests reach whichever worker is free; made before the workers are."""

    def __init__(self) -> None:
        self.taking, self._giving = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.taking.setblocking(False)
        self._giving.setblocking(False)

    def give(self, client: socket.socket, content: socket.socket) -> None:
        """Pass a connection and the socket its request is read from; raises BlockingIOError while too many wait."""
        socket.send_fds(self._giving, [b"."], [client.fileno(), content.fileno()])

    def take(self) -> tuple[socket.socket, socket.socket] | None:
        """Return what `give` passed; None if another worker was faster."""
        try:
            descriptors = socket.recv_fds(self.taking, 1, 2)[1]
        except OSError:
            return None
        if len(descriptors) != 2:  # this process has no descriptor left
            for descriptor in descriptors:
                os.close(descriptor)
            return None
        client, content = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        client.set_inheritable(False)
        content.set_inheritable(False)
        return client, content

    def close(self) -> None:
        """Close both ends; what nobody took is dropped."""
        self.taking.close()
        self._giving.close()


@dataclass(eq=False)
class _Reading:
    """A request that is not whole yet."""

    client: socket.socket
    incoming: Incoming
    network: str
    began: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)
    continued: bool = False

    def too_late(self, now: float) -> bool:
        waited = now - self.began
        earned = len(self.incoming.content) / LEAST_RATE
        return now - self.last > PATIENCE or waited > min(WHOLE_SECONDS + earned, LONGEST_SECONDS)


@dataclass(eq=False)
class _Writing:
    """An answer that is not taken yet, or a request on its way to another worker; then a while to linger, if asked."""

    client: socket.socket
    rest: memoryview
    lingers: bool
    network: str = ""
    began: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)
    written: int = 0
    ended: float | None = None

    def too_late(self, now: float) -> bool:
        if self.ended is not None:
            return now - self.ended > LINGER_SECONDS
        waited = now - self.began
        return now - self.last > ANSWER_PATIENCE or waited > ANSWER_PATIENCE + self.written / LEAST_RATE


_Waiting = _Reading | _Writing


class Keeper:
    """The thread of a worker in which connections wait. Whatever is given to it, it closes in the end."""

    def __init__(self, hand_over: HandOver) -> None:
        self._hand_over = hand_over
        self._selector = selectors.DefaultSelector()
        self._given: deque[_Waiting] = deque()
        self._whole: deque[_Reading] = deque()
        self._waiting: set[_Waiting] = set()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ)
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="connections", daemon=True)

    def start(self) -> None:
        """Begin, in the process of the worker."""
        self._thread.start()

    def end(self, seconds: float) -> None:
        """Stop reading, and let answers that are being taken finish, for `seconds` at most."""
        self._ending = True
        self._wake()
        self._thread.join(seconds)
        self._wake_reader.close()
        self._wake_writer.close()

    def read(self, client: socket.socket, incoming: Incoming) -> None:
        """Wait until a request is whole, and hand it to a worker."""
        self._give(_Reading(client, incoming, _network(client)))

    def write(self, client: socket.socket, rest: bytes, *, lingers: bool) -> None:
        """Send the rest of an answer, and close."""
        self._give(_Writing(client, memoryview(rest), lingers, _network(client)))

    def _give(self, waiting: _Waiting) -> None:
        self._given.append(waiting)
        self._wake()

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # then it is awake already
            self._wake_writer.send(b".")

    def _run(self) -> None:
        try:
            self._keep()
        except Exception:
            logger.exception("the thread of waiting connections failed; its worker ends and is replaced")
            os.kill(os.getpid(), signal.SIGTERM)

    def _keep(self) -> None:
        looked = time.monotonic()
        while not (self._ending and not self._given and not any(map(_is_answer, self._waiting))):
            for key, _events in self._selector.select(0.05 if self._whole else TICK):
                if key.data is None:
                    with suppress(BlockingIOError):
                        self._wake_reader.recv(4_096)
                else:
                    self._go_on(key.data)
            while self._given:
                self._begin(self._given.popleft())
            self._hand_out()
            now = time.monotonic()
            if now - looked >= TICK:
                looked = now
                for waiting in [each for each in self._waiting if each.too_late(now)]:
                    self._close(waiting)

    def _begin(self, waiting: _Waiting) -> None:
        waiting.client.setblocking(False)
        self._waiting.add(waiting)
        self._make_room()
        if waiting not in self._waiting:
            return
        event = selectors.EVENT_READ if isinstance(waiting, _Reading) else selectors.EVENT_WRITE
        self._selector.register(waiting.client, event, waiting)
        self._go_on(waiting)

    def _go_on(self, waiting: _Waiting) -> None:
        if waiting not in self._waiting:
            return
        try:
            if isinstance(waiting, _Reading):
                self._read_on(waiting)
            elif waiting.ended is None:
                self._write_on(waiting)
            elif not waiting.client.recv(AT_ONCE):
                self._close(waiting)
        except BlockingIOError:
            pass
        except OSError:
            self._close(waiting)

    def _read_on(self, reading: _Reading) -> None:
        come = available(reading.client, reading.incoming)
        if come is None:
            self._close(reading)
            return
        if reading.incoming.whole:
            self._selector.unregister(reading.client)
            self._waiting.discard(reading)
            self._whole.append(reading)
            return
        if reading.incoming.asks_to_continue and not reading.continued:
            reading.continued = True
            reading.client.send(CONTINUE)
        if come:
            reading.last = time.monotonic()
            self._make_room()

    def _write_on(self, writing: _Writing) -> None:
        while writing.rest:
            sent = writing.client.send(writing.rest[:AT_ONCE])
            writing.rest = writing.rest[sent:]
            writing.written += sent
            writing.last = time.monotonic()
        writing.client.shutdown(socket.SHUT_WR)
        if not writing.lingers:
            self._close(writing)
            return
        writing.ended = time.monotonic()
        self._selector.modify(writing.client, selectors.EVENT_READ, writing)

    def _hand_out(self) -> None:
        """Give whole requests to the workers, the one first that was whole first."""
        while self._whole:
            reading = self._whole[0]
            ours, theirs = socket.socketpair()
            try:
                self._hand_over.give(reading.client, theirs)
            except BlockingIOError:
                ours.close()
                return
            except OSError:
                ours.close()
                reading.client.close()
            else:
                reading.client.close()  # the worker has a descriptor of its own
                self._begin(_Writing(ours, memoryview(bytes(reading.incoming.content)), lingers=False))
            finally:
                theirs.close()
            self._whole.popleft()

    def _make_room(self) -> None:
        while len(self._waiting) > MOST:
            clients = [each for each in self._waiting if each.network]
            if not clients:
                return  # these are whole requests, on their way to workers
            most = Counter(each.network for each in clients).most_common(1)[0][0]
            self._close(_oldest([each for each in clients if each.network == most]))
        sizes = {each: len(each.incoming.content) for each in self._waiting if isinstance(each, _Reading)}
        held = sum(sizes.values())
        while held > MOST_BYTES:
            first = _oldest([each for each in sizes if sizes[each]])
            held -= sizes.pop(first)  # type: ignore[arg-type]
            self._close(first)

    def _close(self, waiting: _Waiting) -> None:
        if waiting in self._waiting:
            self._waiting.discard(waiting)
            with suppress(KeyError, ValueError):
                self._selector.unregister(waiting.client)
        waiting.client.close()


def available(client: socket.socket, incoming: Incoming) -> int | None:
    """Read what has come of a request, without waiting; return how many bytes, None if no more will come."""
    come = 0
    while not incoming.whole and come < AT_ONCE:
        try:
            data = client.recv(65_536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return come
        except OSError:
            return None
        if not data:
            return None
        incoming.add(data)
        come += len(data)
    return come


def _oldest(waiting: Sequence[_Waiting]) -> _Waiting:
    return min(waiting, key=lambda each: each.began)


def _is_answer(waiting: _Waiting) -> bool:
    return isinstance(waiting, _Writing) and waiting.ended is None


def _network(client: socket.socket) -> str:
    """Return the address of a client; "?" if it has gone, or has none."""
    try:
        name = client.getpeername()
    except OSError:
        return "?"
    return str(name[0]) if isinstance(name, tuple) else "?"
