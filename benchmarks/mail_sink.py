"""A mail server on loopback that takes every mail and keeps none, as fast as a thread for each client can."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Client(socketserver.StreamRequestHandler):
    """One conversation."""

    def handle(self) -> None:
        """Say yes to everything."""
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            command = line[:4].upper()
            if command == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() not in (b".\r\n", b""):
                    pass
            elif command == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 OK\r\n")


class _Sink(socketserver.ThreadingTCPServer):
    """The server; it ends with the process."""

    daemon_threads = True


@contextmanager
def mail_sink() -> Iterator[int]:
    """Run the server and give its port."""
    with _Sink(("127.0.0.1", 0), _Client) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
