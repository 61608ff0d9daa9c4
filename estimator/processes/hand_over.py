"""The socket through which the process that reads requests hands whole ones to whichever worker is free."""

from __future__ import annotations

import os
import socket
import struct
from typing import NamedTuple

_SAID = struct.Struct("d?")


class HandedOver(NamedTuple):
    """A whole request as a worker takes it."""

    client: socket.socket
    content: socket.socket
    """What the request is read from."""
    whole: float
    """When it was whole, by the monotonic clock, which all processes of a machine share."""
    ended: bool
    """Whether its sender has nothing more to send."""


class HandOver:
    """A pair of sockets that all processes of the server share; made before they are."""

    def __init__(self) -> None:
        self.taking, self._giving = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.taking.setblocking(False)
        self._giving.setblocking(False)

    def give(self, client: socket.socket, content: socket.socket, *, whole: float, ended: bool) -> None:
        """Pass a request, as HandedOver describes it; raises BlockingIOError while too many wait."""
        said = _SAID.pack(whole, ended)
        socket.send_fds(self._giving, [said], [client.fileno(), content.fileno()])

    def take(self) -> HandedOver | None:
        """Return what `give` passed; None if another worker was faster."""
        try:
            said, descriptors, _flags, _address = socket.recv_fds(self.taking, _SAID.size, 2)
        except OSError:
            return None
        if len(descriptors) != 2:  # this process has no descriptor left
            for descriptor in descriptors:
                os.close(descriptor)
            return None
        client, content = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        client.set_inheritable(False)
        content.set_inheritable(False)
        whole, ended = _SAID.unpack(said)
        return HandedOver(client, content, whole, ended)

    def close(self) -> None:
        """Close both ends; what nobody took is dropped."""
        self.taking.close()
        self._giving.close()
