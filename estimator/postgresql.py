"""Connections to PostgreSQL that give a silent server up: one that froze, or that no packet reaches any more.

PostgreSQL's own limits are kept by the server, so they do not help against one that has stopped. Importing this module
does not load the driver.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from estimator.outages import Outage

if TYPE_CHECKING:
    from collections.abc import Generator

CONNECT_SECONDS = 3
"""Timeout for a new connection to each server named, in seconds, signing in included."""

LEAST_CONNECT_SECONDS = 2
"""The shortest such timeout that the driver has."""

LOOK_SECONDS = 2
"""Timeout for the look whether a connection that nobody used for a moment is still good."""

KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 6_000}
"""The operating system's limits, for a server that packets do not reach any more."""

SERVER_KEEPALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
"""The server's own, told to it as options: a machine that was cut off in the middle of something keeps rows locked for
25 seconds, and not for the two hours that are usual."""


@dataclass(frozen=True)
class Limits:
    """How long one statement may take in seconds, told to the server, and how long the server may be silent."""

    statement: int | None
    silence: float


PAGES = Limits(statement=6, silence=7)
"""For processes that answer requests: well under the time after which the web server gives a page up."""

WORK = Limits(statement=None, silence=300)
"""For workers and commands: a night's work takes its time, but a thread is not lost for ever."""

LOOK = Limits(statement=None, silence=LOOK_SECONDS)
"""For what takes no time where a server is well."""

TOO_MANY = ("too many clients", "too many connections", "connection slots are reserved")
"""What a server says, in English, that is well but has no connection left. One that says so in another language counts
as away."""

BRIEF_SECONDS = 1
"""The longest wait for a server that is usual, and counts for nothing."""


@dataclass
class Patience:
    """How many seconds of silence of a server a piece of work has left, all its waits together."""

    left: float

    def spend(self, seconds: float) -> None:
        """Count a wait, if it was not brief."""
        if seconds > BRIEF_SECONDS:
            self.left -= seconds


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Have connections given up within the block when their server was silent for `seconds` altogether.

    Each statement has a limit of its own, but a page asks several, and may have waited for its turn before. What takes
    long for other reasons, as drawing does, or asks for very much in parts, is not hurried by it.
    """
    token = _patience.set(Patience(seconds))
    try:
        yield
    finally:
        _patience.reset(token)


def connect(parameters: dict[str, Any], limits: Limits, outage: Outage | None = None) -> Any:
    """Return a new connection; an outage is told, and while a server is silent nobody waits for it.

    Raises psycopg.OperationalError.
    """
    import psycopg  # noqa: PLC0415 - it is installed where such a database is chosen

    if outage is not None and outage.lasting:
        raise psycopg.OperationalError("it does not answer at the moment")
    patience = _patience.get()
    timeout = _connect_timeout(str(parameters.get("host", "")).count(",") + 1, patience)
    began = time.monotonic()
    try:
        connection = _class().connect(**{"connect_timeout": timeout, **KEEPALIVE, **parameters})
    except psycopg.OperationalError as error:
        if outage is not None and is_crowded(error):
            outage.refused(str(error))
        elif outage is not None and _is_outage(error):
            outage.began(str(error), silent=isinstance(error, psycopg.errors.ConnectionTimeout))
        raise
    finally:
        if patience is not None:
            patience.spend(time.monotonic() - began)
    connection.limits = limits
    connection.outage = outage
    if outage is not None and outage.known:
        outage.ended()
    return connection


def _connect_timeout(servers: int, patience: Patience | None) -> int:
    """Return the timeout for each of some servers that are tried in turn.

    Raises psycopg.OperationalError if no patience is left for them.
    """
    import psycopg  # noqa: PLC0415

    if patience is None:
        return CONNECT_SECONDS
    each = patience.left / servers
    if each < LEAST_CONNECT_SECONDS:
        raise psycopg.OperationalError("no time is left to connect to it")
    return min(CONNECT_SECONDS, int(each))


def parameters(url: str) -> dict[str, Any]:
    """Return what the driver is to connect with, of a URL as SQLAlchemy reads it.

    The driver is never given the URL itself: it has other rules for it, and shows it, password and all, in what it says
    of one that it cannot read.
    """
    found = make_url(url).set(drivername="postgresql+psycopg")
    return dict(found.get_dialect()().create_connect_args(found)[1])


def place(found: Mapping[str, Any]) -> str:
    """Return where the database is that these parameters lead to, for a line of the log: name, hosts and ports."""
    return f"{found.get('dbname')} on {found.get('host', 'this machine')}, port {found.get('port', 5432)},"


def probe(found: dict[str, Any]) -> None:
    """Connect once and ask something; raises psycopg.Error if that does not work, within a few seconds."""
    with connect(found, LOOK) as connection:
        connection.execute("SELECT 1")


def is_good(connection: Any) -> bool:
    """Whether an idle connection still works; told within LOOK_SECONDS."""
    import psycopg  # noqa: PLC0415

    if connection.outage is not None and connection.outage.lasting:
        return False
    limits, was = connection.limits, connection.autocommit
    connection.limits = LOOK
    try:
        connection.autocommit = True
        connection.execute("")
        connection.autocommit = was
    except psycopg.Error:
        return False
    finally:
        connection.limits = limits
    return True


def is_crowded(error: BaseException) -> bool:
    """Whether an error says that a server is well and has no connection left.

    The driver has no SQLSTATE of a connection that was refused, so the server's words have to do for it.
    """
    return any(words in str(error) for words in TOO_MANY)


def _is_outage(error: Any) -> bool:
    """Whether an error says that the server is away, stops or starts."""
    state = error.sqlstate
    return state is None or state.startswith(("08", "57P"))


@cache
def _class() -> Any:
    """Return the class of connections, made when the driver is first needed."""
    import psycopg  # noqa: PLC0415

    class Limited(psycopg.Connection[Any]):
        """A connection that breaks when its server is silent for too long in the middle of something."""

        limits = WORK
        outage: Outage | None = None

        def wait(self, gen: Generator[Any, Any, Any], *given: Any, **named: Any) -> Any:
            return super().wait(self._limited(gen), *given, **named)

        def rollback(self) -> None:
            """Roll back, or drop the connection, whose server then does: a page that is made is not lost by it."""
            limits, self.limits = self.limits, LOOK
            try:
                super().rollback()
            except psycopg.OperationalError:
                self.pgconn.finish()
            finally:
                self.limits = limits

        def _limited(self, gen: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
            """Pass everything on; psycopg asks at short intervals whether to go on although nothing came."""
            patience, heard = _patience.get(), time.monotonic()
            try:
                wanted = next(gen)
                while True:
                    ready = yield wanted
                    waited = time.monotonic() - heard
                    if ready:
                        heard += waited
                        if patience is not None:
                            patience.spend(waited)
                    elif waited > self.limits.silence:
                        self._give_up()
                    elif patience is not None and waited > max(patience.left, BRIEF_SECONDS):
                        self._end_in_time()
                    wanted = gen.send(ready)
            except StopIteration as end:
                return end.value
            finally:
                gen.close()

        def _give_up(self) -> None:
            self._break_off()
            reason = f"no answer within {self.limits.silence:.0f} seconds"
            if self.outage is not None:
                self.outage.began(reason, silent=True)
            raise psycopg.errors.ConnectionTimeout(reason)

        def _end_in_time(self) -> None:
            """End it without a word of an outage: the server may be busy only."""
            self._break_off()
            raise psycopg.errors.ConnectionTimeout("no answer in the time that is left")

        def _break_off(self) -> None:
            self.pgconn.finish()
            patience = _patience.get()
            if patience is not None:
                patience.spend(self.limits.silence)

    return Limited
