"""The program of a process that prices plans: it imports the arithmetic and nothing else, so that it starts quickly."""

from __future__ import annotations

import gc
import json
import resource
import signal
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

import pricing
from pricing.impact import Tally


def serve(connection: Connection, old_text: str, new_text: str, address_space: int) -> None:
    """Price batches of plans under two tables, read from their texts, until the parent closes the pipe or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    old, new = pricing.read(old_text), pricing.read(new_text)
    gc.freeze()
    with suppress(EOFError, OSError):
        while True:
            tally = Tally()
            for answers, plans in connection.recv():
                tally.add(old, new, json.loads(answers), plans)
            connection.send(tally)
