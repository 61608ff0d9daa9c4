"""The socket through which the process that reads requests hands whole ones to whichever worker is free."""

from __future__ import annotations

import os
import socket

ENDED, GOES_ON = b"e", b"g"


class HandOver:
    """A pair of sockets that all processes of the server share; made before they are."""

    def __init__(self) -> None:
        self.taking, self._giving = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.taking.setblocking(False)
        self._giving.setblocking(False)

    def give(self, client: socket.socket, content: socket.socket, *, ended: bool) -> None:
        """Pass a connection, the socket its request is read from, and whether its sender has nothing more to send.

        Raises BlockingIOError while too many wait.
        """
        said = ENDED if ended else GOES_ON
        socket.send_fds(self._giving, [said], [client.fileno(), content.fileno()])

    def take(self) -> tuple[socket.socket, socket.socket, bool] | None:
        """Return what `give` passed; None if another worker was faster."""
        try:
            said, descriptors, _flags, _address = socket.recv_fds(self.taking, 1, 2)
        except OSError:
            return None
        if len(descriptors) != 2:  # this process has no descriptor left
            for descriptor in descriptors:
                os.close(descriptor)
            return None
        client, content = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        client.set_inheritable(False)
        content.set_inheritable(False)
        return client, content, said == ENDED

    def close(self) -> None:
        """Close both ends; what nobody took is dropped."""
        self.taking.close()
        self._giving.close()
