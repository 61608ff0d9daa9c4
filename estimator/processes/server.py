"""Serve the app with gunicorn: two listening sockets at most, a process that reads requests, and a few workers."""

from __future__ import annotations

import errno
import fcntl
import gc
import mmap
import os
import select
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import ParseException
from gunicorn.workers.sync import StopWaiting, SyncWorker
from werkzeug.exceptions import BadRequest

from estimator import logs, postgresql
from estimator.config import Settings
from estimator.db import db
from estimator.messages import gettext as _
from estimator.operations import disks
from estimator.processes import own_files
from estimator.processes.connections import ANSWER_PATIENCE, AnswerKeeper
from estimator.processes.demonstration import is_loopback
from estimator.processes.hand_over import HandOver
from estimator.processes.reception import PATIENCE, Reception
from estimator.processes.regularly import Regularly

SECONDS = 60
"""Seconds without an answer after which a process is killed and replaced; a PDF may take 40 seconds."""

ANSWERED_WITHIN = 9
"""Seconds that a request waits: for its turn, and for a database that is silent."""

LEAST_PATIENCE = 1
"""Seconds for a silent database, all the same, of a request that waited long for its turn."""

GRACE = 25
"""Seconds that answers under way have to finish when the server is told to end; a second Ctrl-C ends at once."""

BACKLOG = 1_024
"""Connections that the operating system holds while the process that reads them is replaced."""

TAKE_OVER_SECONDS = 1
"""Seconds after which a worker with nothing to do looks whether somebody reads requests."""

ANSWER_BYTES = 200_000
"""Bytes of an answer that the operating system takes before its reader does."""

MOST_UNSENT = 16_000_000
"""Maximum size in bytes of what is kept of an answer that its reader is slow to take."""

UNSPOKEN = 30
"""Seconds for which the operating system itself holds back connections without data (TCP_DEFER_ACCEPT), if it can."""


class CannotListen(Exception):
    """The address to serve on cannot be used; the message says why and what to do."""


def bind(settings: Settings) -> list[socket.socket]:
    """Return sockets bound to the host and port of the settings, which take no connection before `run`.

    Until there is somebody to answer, a load balancer is refused at once and asks another machine.

    Raises CannotListen; in demonstration mode also for any address that is not this machine's own.
    """
    addresses = _addresses(settings.host, settings.port)
    if settings.demo:
        for _family, address in addresses:
            if not is_loopback(address[0]):
                raise CannotListen(
                    _(
                        "%(host)s can be reached from other machines. The demonstration is served on this machine "
                        "alone, because its prices are invented: leave HOST out, or set it to 127.0.0.1.",
                        host=settings.host,
                    )
                )
    sockets, refusals = [], []
    for family, address in addresses:
        try:
            sockets.append(_bound(family, address))
        except OSError as error:
            refusals.append(error)
    taken = [error for error in refusals if error.errno == errno.EADDRINUSE]
    if taken or not sockets:
        for bound in sockets:
            bound.close()
        raise CannotListen(_refusal(settings, (taken or refusals)[0]))
    return sockets


def run(app: Flask, sockets: Sequence[socket.socket], ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called once when the first page can be asked for.

    Ends with SystemExit, as the server does. Raises CannotListen if another program was faster.
    """
    for each in sockets:
        try:
            each.listen(BACKLOG)
        except OSError as error:
            raise CannotListen(_refusal(app.config["SETTINGS"], error)) from None
    with app.app_context():
        db.engine.dispose()  # a connection must not be shared with the processes to come
    _Server(app, [each.detach() for each in sockets], ready).run()


class _Connection(socket.socket):
    """The connection of a whole request, as gunicorn sees it: reading never waits for the client, nor does writing.

    What the client does not take at once of an answer is left to the thread of answers when the connection is closed.
    """

    def __init__(
        self, client: socket.socket, content: socket.socket, keeper: AnswerKeeper, *, ended: bool
    ) -> None:
        super().__init__(fileno=client.detach())
        self._ended = ended
        self.setblocking(True)
        self._content = content
        self._keeper = keeper
        self._unsent = bytearray()

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Return the next bytes of the request."""
        return self._content.recv(size)

    def send(self, data: Any, flags: int = 0) -> int:
        """Send nothing: this is how gunicorn writes “100 Continue”, which was written when the body was waited for."""
        return len(data)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send as much of an answer as the client takes at once, and keep the rest."""
        sent = 0
        if not self._unsent:
            with suppress(BlockingIOError):
                while sent < len(data):
                    sent += super().send(data[sent:], flags | socket.MSG_DONTWAIT)
        self._unsent += data[sent:]
        if len(self._unsent) > MOST_UNSENT:
            self._wait_for_the_client()

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """Send a part of a file, in the same manner."""
        file.seek(offset)
        data = file.read(-1 if count is None else count)
        self.sendall(data)
        return len(data)

    def shutdown(self, how: int) -> None:
        """Hand it to the keeper, if some of the answer is left or more of the request would break it off."""
        if self.fileno() >= 0:
            self.setblocking(False)
            lingers = not self._ended or self._more_came()
            if self._unsent or lingers:
                rest = bytes(self._unsent)
                self._keeper.write(socket.socket(fileno=self.detach()), rest, lingers=lingers)
        raise OSError(errno.ENOTCONN, "the connection is closed")  # gunicorn then lingers no more itself

    def close(self) -> None:
        """Close it, and the socket that the request was read from."""
        self._content.close()
        super().close()

    def _more_came(self) -> bool:
        """Whether the client sent what nobody read. Closing would reset the connection, and the answer be lost."""
        try:
            return bool(super().recv(1, socket.MSG_PEEK))
        except OSError:
            return False

    def _wait_for_the_client(self) -> None:
        """Send a very long answer as fast as it is taken: only people of staff are given such."""
        self.settimeout(ANSWER_PATIENCE)
        sent = super().send(self._unsent)
        self.setblocking(True)
        del self._unsent[:sent]


class _Body:
    """The body of a request as the app reads it: what gunicorn cannot read is a bad request, no mistake of ours."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int | None = None) -> bytes:
        """Return the next bytes."""
        return self._well(self._body.read, size)

    def readline(self, size: int | None = None) -> bytes:
        """Return the next line."""
        return self._well(self._body.readline, size)

    def readlines(self, size: int | None = None) -> list[bytes]:
        """Return all lines."""
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _well(self, read: Callable[[int | None], bytes], size: int | None) -> bytes:
        try:
            return read(size)
        except ParseException as error:
            raise BadRequest from error


class _Worker(SyncWorker):  # type: ignore[misc]
    """A sync worker that answers one whole request at a time, or, of all of them, one of the two that do not.

    One reads the requests, and one answers those that need no database. These are whichever have the locks. If one is
    killed, a worker that has nothing to do takes its place, and the master starts another worker.
    """

    def run(self) -> None:
        server: _Server = self.app
        self.keeper = AnswerKeeper()
        self.keeper.start()
        hand_over = server.hand_over
        while self._goes_on():
            if hand_over is not server.at_once:
                if server.reading.take():
                    self._read_requests(server)
                    break
                if server.answering_at_once.take():
                    hand_over = server.at_once
            self.wait_fds = [hand_over.taking, self.PIPE[0]]
            try:
                ready = self.wait(TAKE_OVER_SECONDS)
            except StopWaiting:
                break
            if ready and hand_over.taking in ready:
                self._take(hand_over)
        self._answer_the_last(server, hand_over)
        self.keeper.end(GRACE / 2)

    def _goes_on(self) -> bool:
        self.notify()
        return bool(self.alive and self.is_parent_alive())

    def _read_requests(self, server: _Server) -> None:
        from estimator.web import client_network, guard, static_files  # noqa: PLC0415 - only after it is said where its figures go

        reception = Reception(
            self.sockets,
            server.hand_over,
            server.at_once,
            workers=server.settings.workers,
            proxies=server.settings.proxies,
            headers=guard.HEADERS,
            network_of=client_network.household,
            paths_at_once=static_files.paths() | {b"/healthz", b"/robots.txt"},
        )
        watch = Regularly(disks.LOOKED_AT_EVERY, disks.Watch(server.settings).look)
        watch.start()
        server.set_reading(True)
        reception.run(self._goes_on, self.PIPE[0])
        reception.finish(GRACE / 2)
        server.set_reading(False)
        watch.stop()

    def _answer_the_last(self, server: _Server, hand_over: HandOver) -> None:
        """Answer what became whole before everything was told to end."""
        until = time.monotonic() + GRACE / 2
        while server.is_reading() and time.monotonic() < until:
            select.select([hand_over.taking], [], [], 0.02)
            self._take(hand_over)
            self.notify()
        while self._take(hand_over):
            self.notify()

    def _take(self, hand_over: HandOver) -> bool:
        """Answer a request that was handed over; whether there was one."""
        found = hand_over.take()
        if found is None:
            return False
        client, content, whole, ended = found
        own_files.leave_a_full_disk()
        content.settimeout(PATIENCE)
        left = max(whole + ANSWERED_WITHIN - time.monotonic(), LEAST_PATIENCE)
        try:
            address = client.getpeername()
        except OSError:  # it has gone meanwhile
            client.close()
            content.close()
        else:
            with (
                postgresql.patience(left),
                _Connection(client, content, self.keeper, ended=ended) as connection,
            ):
                self.handle(connection, connection, address)
        return True


class _Task:
    """What one process at a time does; it is free again when that process has ended. Made before the processes are."""

    def __init__(self) -> None:
        self._lock = tempfile.TemporaryFile()  # noqa: SIM115 - it is held as long as the server lives

    def take(self) -> bool:
        """Take the task unless another process has it; whether this one has it now."""
        try:
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with sync workers: for a database in a file they are twice as fast as threads."""

    def __init__(self, flask_app: Flask, descriptors: Sequence[int], ready: Callable[[], None]) -> None:
        self.flask_app = flask_app
        self.settings: Settings = flask_app.config["SETTINGS"]
        self.ready = ready
        self.hand_over, self.at_once = HandOver(), HandOver()
        self.reading, self.answering_at_once = _Task(), _Task()
        self._reading = mmap.mmap(-1, 1)  # shared by all processes
        self.options = {
            "accesslog": "-",
            "access_log_format": logs.ACCESS,
            "backlog": BACKLOG,
            "bind": [f"fd://{descriptor}" for descriptor in descriptors],
            "control_socket_disable": True,
            "errorlog": "-",
            # No header of a request says where the app is mounted, or how it was reached; PROXIES is for that.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
            "logger_class": logs.JsonServerLog if self.settings.log_format == "json" else logs.ServerLog,
            "loglevel": "warning",
            "graceful_timeout": GRACE,
            "post_fork": self._forget_connections,
            "post_worker_init": self._leave_ctrl_c_to_the_master,
            "preload_app": True,
            "proc_name": "estimator",
            "timeout": SECONDS,
            "when_ready": self._end_in_peace_and_report,
            "worker_class": _Worker,
            "workers": self.settings.workers + 2,  # one reads requests, one answers what needs no database
        }
        super().__init__()

    def set_reading(self, whether: bool) -> None:
        """Let all processes know whether there is one that reads requests."""
        self._reading[0] = whether

    def is_reading(self) -> bool:
        """Whether there is a process that reads requests and may still hand one over."""
        return bool(self._reading[0])

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Iterable[bytes]]:
        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            return self.flask_app(environ | {"wsgi.input": _Body(environ["wsgi.input"])}, start_response)

        return answer

    def _forget_connections(self, _arbiter: Any, _worker: Any) -> None:
        # What the master made lives as long as the process: no collection looks through it, not even the last one.
        gc.freeze()
        with self.flask_app.app_context():
            db.engine.dispose(close=False)
        own_files.use_own_temporary_folder(self.flask_app.config["SETTINGS"].instance)

    def _leave_ctrl_c_to_the_master(self, _worker: Any) -> None:
        # A terminal sends Ctrl-C to every process. A worker would break off the answer it is giving.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _end_in_peace_and_report(self, _arbiter: Any) -> None:
        at_once = signal.getsignal(signal.SIGINT)

        def end(_signal: int, _frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, at_once)
            os.kill(os.getpid(), signal.SIGTERM)

        signal.signal(signal.SIGINT, end)
        self.ready()


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise CannotListen(
            _("HOST is “%(host)s”, which cannot be resolved to an address.", host=host)
        ) from error
    return list(dict.fromkeys((family, address) for family, _type, _protocol, _name, address in found))


def _bound(family: socket.AddressFamily, address: tuple[Any, ...]) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_DEFER_ACCEPT"):
            # Browsers open connections to have them ready. Those need not be waited for by us.
            bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, UNSPOKEN)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # Room for nearly every answer, so that hardly one has to wait for its reader; connections inherit it.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ANSWER_BYTES)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound


def _refusal(settings: Settings, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return _(
            "Port %(port)s is in use by another program. Stop that one, or choose another port, for example "
            "PORT=%(other)s.",
            port=settings.port,
            other=settings.port + 1 if settings.port < 65535 else 8000,
        )
    if error.errno == errno.EACCES:
        return _(
            "Port %(port)s is reserved for the administrator. Choose one above 1023, for example PORT=8000.",
            port=settings.port,
        )
    return _(
        "%(host)s, port %(port)s, cannot be listened on (%(reason)s).",
        host=settings.host,
        port=settings.port,
        reason=error.strerror or str(error),
    )
