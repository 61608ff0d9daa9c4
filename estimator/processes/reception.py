"""The process that accepts connections, reads requests until they are whole, and hands them to workers by turns.

It is the only one that accepts, so that nothing waits where it cannot see whose it is: not in the operating system, and
not in front of the workers, who are given one request more than they can answer and no further one before.
"""

from __future__ import annotations

import errno
import logging
import os
import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from estimator.messages import gettext as _
from estimator.processes.connections import AT_ONCE, LEAST_RATE, TICK, Keeper, Waiting, Writing
from estimator.processes.fair_queue import Bounds, FairQueue
from estimator.processes.framing import LARGEST_BODY, LARGEST_HEAD, Incoming
from estimator.processes.hand_over import HandOver

PATIENCE = 5
"""Seconds without a byte after which a connection is closed."""

WHOLE_SECONDS = 10
"""Seconds for a whole request, head and body, and a second more for each LEAST_RATE bytes of it that have come."""

LONGEST_SECONDS = 300
"""Seconds after which no request is waited for any more, however large."""

MOST_BYTES = 64_000_000
"""Maximum size of what has come of requests that are not whole; the largest of whichever network holds most go."""

BOUNDS = Bounds(
    items_of_one=150, items=400, bytes_of_one=LARGEST_BODY + LARGEST_HEAD + 5_000_000, bytes=128_000_000
)
"""How many whole requests wait for a worker; a network that sends more is told to come back later. A hospital whose
people share one address may send so many at once, and one file of the largest size always has room."""

RETRY_AFTER = 60
"""Seconds after which whoever found no room is asked to come back, as with every other 503."""

ACCEPTED_AT_ONCE = 100
"""Connections that are accepted before those that wait are looked at again."""

REPORTED_EVERY = 60
"""Seconds between two lines in the log about requests that found no room."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

logger = logging.getLogger(__name__)


@dataclass(eq=False)
class Reading(Waiting):
    """A request that is not whole yet."""

    incoming: Incoming
    continued: bool = False

    def too_late(self, now: float) -> bool:
        waited = now - self.began
        earned = len(self.incoming.content) / LEAST_RATE
        return now - self.last > PATIENCE or waited > min(WHOLE_SECONDS + earned, LONGEST_SECONDS)

    def go_on(self, keeper: Keeper) -> None:
        assert isinstance(keeper, Reception)
        come = self._available()
        if come is None:
            keeper.close(self)
        elif self.incoming.whole:
            self.last = time.monotonic()
            keeper.release(self)
            keeper.queue(self)
        else:
            if self.incoming.asks_to_continue and not self.continued:
                self.continued = True
                self.client.send(CONTINUE)
            if come:
                self.last = time.monotonic()
                keeper.make_room()

    def _available(self) -> int | None:
        """Read what has come, without waiting; return how many bytes, None if no more will come."""
        come = 0
        while not self.incoming.whole and come < AT_ONCE:
            try:
                data = self.client.recv(65_536)
            except BlockingIOError:
                return come
            except OSError:
                return None
            if not data:
                return None
            self.incoming.add(data)
            come += len(data)
        return come


@dataclass(eq=False)
class Handed(Writing):
    """A request on its way to a worker, who closes the socket it is read from when it has answered."""

    def too_late(self, now: float) -> bool:
        return self.ended is None and super().too_late(now)


class Line:
    """Whole requests that wait for one kind of worker, and those that such workers answer."""

    def __init__(self, hand_over: HandOver, workers: int) -> None:
        self.hand_over = hand_over
        self.most_handed = workers + 1  # one is there already when a worker becomes free
        self.queue: FairQueue[Reading] = FairQueue(BOUNDS)
        self.next: Reading | None = None
        self.handed: set[Waiting] = set()

    @property
    def waits(self) -> bool:
        """Whether a request has not been handed over yet."""
        return bool(self.queue) or self.next is not None

    @property
    def has_room(self) -> bool:
        """Whether the workers can be given one more."""
        return len(self.handed) < self.most_handed


class Reception(Keeper):
    """Where all connections begin, and whole requests wait for their turn."""

    def __init__(
        self,
        listeners: Sequence[socket.socket],
        hand_over: HandOver,
        at_once: HandOver,
        *,
        workers: int,
        proxies: int,
        headers: Mapping[str, str],
        network_of: Callable[[str], str],
        paths_at_once: Collection[bytes],
    ) -> None:
        """`at_once` leads to a worker of its own for what needs no database, `hand_over` to all others.

        `paths_at_once` are those that are answered from memory alone where somebody only reads them. `headers` are
        those of a refusal; `network_of` an address is what takes turns.
        """
        super().__init__()
        self._listeners = listeners
        self._pages, self._at_once = Line(hand_over, workers), Line(at_once, 1)
        self._lines = (self._at_once, self._pages)
        self._proxies = proxies
        self._refusal = _refusal(headers)
        self._network_of = network_of
        self._paths_at_once = paths_at_once
        self._refused = 0
        self._reported = time.monotonic() - REPORTED_EVERY

    def run(self, goes_on: Callable[[], bool], told: int | None = None) -> None:
        """Accept and hand over while `goes_on`, which is asked twice a second and when `told` can be read."""
        for listener in self._listeners:
            listener.setblocking(False)
            self._selector.register(
                listener, selectors.EVENT_READ, lambda listener=listener: self._accept(listener)
            )
        if told is not None:
            self._selector.register(told, selectors.EVENT_READ, lambda: os.read(told, 4_096))
        while goes_on():
            self._look(0.05 if any(line.next for line in self._lines) else TICK)
            self._hand_out()
        for listener in self._listeners:
            self._selector.unregister(listener)

    def finish(self, seconds: float) -> None:
        """Hand over what is whole, for `seconds` at most; then close everything."""
        until = time.monotonic() + seconds
        for reading in [each for each in self._waiting if isinstance(each, Reading)]:
            self.close(reading)
        self._hand_out()
        while (self._somebody_waits() or self._answers_wait()) and time.monotonic() < until:
            self._look(0.05)
            self._hand_out()
        for line in self._lines:
            if line.next:
                line.next.client.close()
            while line.queue:
                line.queue.take().client.close()
        for waiting in list(self._waiting):
            self.close(waiting)
        self._selector.close()

    def queue(self, reading: Reading) -> None:
        """Let a whole request wait for its turn among those of its network."""
        line = self._at_once if self._needs_no_database(reading.incoming) else self._pages
        for refused in line.queue.put(self.network(reading), reading, len(reading.incoming.content)):
            self._refused += 1
            lingers = not refused.incoming.ended
            self.begin(Writing(refused.client, refused.client_address, memoryview(self._refusal), lingers))
        now = time.monotonic()
        if self._refused and now - self._reported >= REPORTED_EVERY:
            logger.warning("%s requests found no room: too many of their network waited", self._refused)
            self._refused, self._reported = 0, now

    def close(self, waiting: Waiting) -> None:
        """Close a connection; if it was that of a worker, the next request may go to one."""
        super().close(waiting)
        for line in self._lines:
            line.handed.discard(waiting)

    def _somebody_waits(self) -> bool:
        return any(line.waits for line in self._lines)

    def network(self, waiting: Waiting) -> str:
        """Return the network that a connection comes from; behind proxies, as soon as its head has come."""
        return self._network_of(self._sender(waiting))

    def make_room(self) -> None:
        """Close connections while there are too many of them, or hold too much."""
        super().make_room()
        sizes = {each: len(each.incoming.content) for each in self._waiting if isinstance(each, Reading)}
        if sum(sizes.values()) <= MOST_BYTES:
            return
        networks = {each: self.network(each) for each in sizes}
        while sum(sizes.values()) > MOST_BYTES:
            held: Counter[str] = Counter()
            for each, size in sizes.items():
                held[networks[each]] += size
            most = held.most_common(1)[0][0]
            largest = max((each for each in sizes if networks[each] == most), key=lambda each: sizes[each])
            del sizes[largest]
            self.close(largest)

    def _accept(self, listener: socket.socket) -> None:
        for _number in range(ACCEPTED_AT_ONCE):
            try:
                client, address = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    time.sleep(0.05)  # others are being closed meanwhile
                return
            name = str(address[0]) if isinstance(address, tuple) else "?"
            self.begin(Reading(client, name, Incoming()))

    def _sender(self, waiting: Waiting) -> str:
        """Return the address that a request comes from, as the app sees it: behind proxies, what they say."""
        if self._proxies and isinstance(waiting, Reading):
            named = waiting.incoming.forwarded_for.rsplit(",", self._proxies)
            if len(named) >= self._proxies and named[-self._proxies].strip():
                return named[-self._proxies].strip()
        return waiting.client_address

    def _needs_no_database(self, incoming: Incoming) -> bool:
        """Whether the answer comes all the same while every worker waits for the database; no page of errors does."""
        return incoming.method in (b"GET", b"HEAD") and incoming.path in self._paths_at_once

    def _hand_out(self) -> None:
        """Give whole requests to the workers, by turns among networks."""
        for line in self._lines:
            while line.has_room and line.waits:
                if not self._give_next(line):
                    break

    def _give_next(self, line: Line) -> bool:
        """Give the request whose turn it is to a worker; whether one more may be given."""
        reading = line.next = line.next or line.queue.take()
        ours, theirs = socket.socketpair()
        try:
            line.hand_over.give(reading.client, theirs, whole=reading.last, ended=reading.incoming.ended)
        except BlockingIOError:
            ours.close()
            return False
        except OSError:
            ours.close()
        else:
            handed = Handed(ours, "", memoryview(bytes(reading.incoming.content)), lingers=True)
            line.handed.add(handed)
            self.begin(handed)
        finally:
            theirs.close()
        line.next = None
        reading.client.close()  # the worker has a descriptor of its own
        return True


def _refusal(headers: Mapping[str, str]) -> bytes:
    sentence = _("Too many requests from your network are waiting. Please try again in a minute.") + "\n"
    body = sentence.encode()
    fields = {
        **headers,
        "Cache-Control": "no-store",
        "Connection": "close",
        "Content-Length": str(len(body)),
        "Content-Type": "text/plain; charset=utf-8",
        "Retry-After": str(RETRY_AFTER),
    }
    lines = ["HTTP/1.1 503 Service Unavailable", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
