"""Turns at what costs much: one at a time on a machine, so that all who ask for something cheap are answered meanwhile.

A turn is a lock on a file in the instance folder, which ends with its process however that ends. Where the folder
cannot be used nobody is held up: pages work without it.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import current_app

from estimator import keys
from estimator.config import Settings

GONE_SECONDS = 8
"""Seconds after which somebody in a queue who did not ask again is not waited for: the page asks each three."""

MOST_WAITING = 100
"""Maximum number of places in a queue; who finds none is told to come back later."""

MOST_WAITING_OF_ONE = 5
"""Maximum number of places in a queue for one network."""

HELD_SECONDS = 30
"""Seconds for which somebody who was refused a turn, and has to send a form again, is let go first."""

SERVED_SECONDS = 900
"""Seconds for which a network that had such a turn lets others go first; once in them it is let go first itself."""

LONG_SECONDS = 1
REST = 3
"""A network whose turn took longer than LONG_SECONDS has no other for REST times as long as it took longer."""

MOST_KEPT = 1_000
"""Maximum number of networks that are remembered of these."""


@contextmanager
def turn(what: str) -> Iterator[bool]:
    """Take the turn at something that costs much, if it is free; one of the WORKERS is left to everybody else."""
    settings: Settings = current_app.config["SETTINGS"]
    with ExitStack() as held:
        free = _locked(held, settings.instance, what) and any(
            _locked(held, settings.instance, f"costly {number}")
            for number in range(max(1, settings.workers - 1))
        )
        yield free


@contextmanager
def fair_turn(what: str, network: str, *, behind: str) -> Iterator[bool]:
    """Take the turn for somebody whose page cannot ask again by itself, because it sends a file or what was typed.

    A network that had a turn lately lets those go first who were refused since and had none, or an earlier one, and
    those who stand in the line `behind`. So whoever sends again and again wins nothing by it, and an honest visitor who
    was refused is next, if they come back soon.
    """
    settings: Settings = current_app.config["SETTINGS"]
    who = keys.lookup(settings.lookup_key, "turns", network)  # so that no address is written down
    if not _may_go(what, who, others_first=_somebody_else_stands(behind, network)):
        yield False
        return
    with turn(what) as free:
        began = time.monotonic()
        try:
            yield free
        finally:
            took = time.monotonic() - began if free else None
            _remember(what, who, took)


def _somebody_else_stands(what: str, network: str) -> bool:
    """Whether somebody of another network stands in a line."""
    now = time.time()
    with _line(what) as line:
        return any(
            now - GONE_SECONDS < place[2] <= now + GONE_SECONDS and place[3] != network for place in line
        )


def _may_go(what: str, network: str, *, others_first: bool) -> bool:
    """Whether a network need not let others go first; if it has to, it is remembered that it waits.

    One that had a turn lately lets `others_first`, and those who wait and had theirs earlier.
    """
    now = time.time()
    with _line(f"{what} networks") as line:
        _forget_networks(line, now)
        served = {place[3]: place for place in line if place[0] == _SERVED}
        mine = served.get(network)
        if mine is None:
            return True
        if now < mine[1]:
            return False
        waiting = (
            place[3] for place in line if place[0] == _WAITS and now < place[1] and place[3] != network
        )
        if not others_first and all(each in served and served[each][2] >= mine[2] for each in waiting):
            return True
        _note_waiting(line, network, now)
        return False


def _remember(what: str, network: str, took: float | None) -> None:
    """Remember that a network had its turn, which took so many seconds, or that it waits for one."""
    now = time.time()
    with _line(f"{what} networks") as line:
        _forget_networks(line, now)
        if took is None:
            _note_waiting(line, network, now)
        else:
            line[:] = [place for place in line if place[3] != network]
            rest = REST * max(0.0, took - LONG_SECONDS)
            _note_network(line, (_SERVED, now + rest, now, network))


_SERVED, _WAITS = "served", "waits"
"""What is remembered of a network: when it had a turn and until when it rests, or waited and until when others do."""


def _note_waiting(line: list[_Place], network: str, now: float) -> None:
    """Note that a network waits, once: whoever comes back is served, and others do not wait for who does not."""
    if all((place[0], place[3]) != (_WAITS, network) for place in line):
        _note_network(line, (_WAITS, now + HELD_SECONDS, now, network))


def _note_network(line: list[_Place], noted: _Place) -> None:
    line[:] = [place for place in line if (place[0], place[3]) != (noted[0], noted[3])][1 - MOST_KEPT :]
    line.append(noted)


def _forget_networks(line: list[_Place], now: float) -> None:
    """Leave out what is over; what lies ahead is over as well: the clock was set back."""
    line[:] = [place for place in line if -1 <= now - place[2] < SERVED_SECONDS]


def stand_in_line(what: str, name: str, network: str) -> int | None:
    """Return how many are served before `name`, which keeps its place while it asks again; None if there is no room.

    Of each network the first comes before the second of any other, so that nobody fills the line. Whoever was served,
    or did not come back, leaves the other places of the network behind all others.
    """
    now = time.time()
    with _line(what) as line:
        _go(line, {place[0] for place in line if not now - GONE_SECONDS < place[2] <= now + GONE_SECONDS})
        mine = next((place for place in line if place[0] == name), None)
        if mine is None:
            if len(line) >= MOST_WAITING or sum(place[3] == network for place in line) >= MOST_WAITING_OF_ONE:
                return None
            mine = (name, now, now, network)
        else:
            line.remove(mine)
        line.append((name, mine[1], now, mine[3]))
        rank: dict[str, int] = {}
        order = []
        for each in sorted(line, key=lambda place: place[1]):
            rank[each[3]] = rank.get(each[3], 0) + 1
            order.append((rank[each[3]], each[1], each[0]))
        return [each[2] for each in sorted(order)].index(name)


def leave(what: str, name: str) -> None:
    """Give a place in a line up."""
    with _line(what) as line:
        _go(line, {name})


def _go(line: list[_Place], names: Collection[str]) -> None:
    """Take places out of a line; their networks had their turns or let them pass, so their other places wait anew."""
    networks, now = {place[3] for place in line if place[0] in names}, time.time()
    line[:] = [
        (name, now if network in networks else since, asked, network)
        for name, since, asked, network in line
        if name not in names
    ]


_Place = tuple[str, float, float, str]
"""A place in a line: whose, since when, when they last asked, and from which network."""


@contextmanager
def _line(what: str) -> Iterator[list[_Place]]:
    """Read a line, and write down what becomes of it, alone."""
    settings: Settings = current_app.config["SETTINGS"]
    line: list[_Place] = []
    try:
        descriptor = _opened(settings.instance, f"{what} line")
    except OSError:
        yield line
        return
    # Without a buffer, which would be written once more when the file is closed, also on a full disk.
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            for name, since, asked, network in json.load(file):
                line.append((str(name), float(since), float(asked), str(network)))
        except (ValueError, TypeError):
            line.clear()  # it is new, or a full disk cut it short
        yield line
        try:
            file.seek(0)
            file.truncate()
            file.write(json.dumps(line).encode())
        except OSError:
            return


def _locked(held: ExitStack, instance: Path, name: str) -> bool:
    try:
        descriptor = _opened(instance, name)
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return False
    held.callback(os.close, descriptor)
    return True


def _opened(instance: Path, name: str) -> int:
    folder = instance / "turns"
    folder.mkdir(mode=0o700, exist_ok=True)
    return os.open(folder / name.replace(" ", "-"), os.O_RDWR | os.O_CREAT, 0o600)
