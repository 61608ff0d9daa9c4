"""What a process writes to disk is open to its owner alone, and what it leaves behind when it is killed is removed.

Each process has a folder of its own for temporary files inside the instance folder, and holds a lock on it as long as
it lives. Whoever starts next removes the folders that nobody holds: there are names of patients in an export that was
interrupted.
"""

from __future__ import annotations

import fcntl
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FOLDER = "temporary"
"""The folder in the instance folder with those of the processes."""

LOCK = "lock"

_held: list[int] = []
"""Descriptors that hold this process's lock; they are closed when it ends, however it ends."""


def close_to_others() -> None:
    """Let new files be readable by their owner alone, and a process that crashes leave no image of its memory."""
    os.umask(0o077)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def use_own_temporary_folder(instance: Path) -> Path:
    """Let this process put its temporary files into a new folder of its own; return it."""
    own = own_folder(instance)
    tempfile.tempdir = str(own)
    return own


def own_folder(instance: Path) -> Path:
    """Return a new folder that lives as long as this process and its children; remove those of others that are gone."""
    everybody = instance / FOLDER
    everybody.mkdir(mode=0o700, exist_ok=True)
    with _one_at_a_time(everybody):
        _remove_abandoned(everybody)
        own = Path(tempfile.mkdtemp(dir=everybody, prefix=f"{os.getpid()}-"))
        descriptor = os.open(own / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    _held.append(descriptor)
    return own


def tighten(*paths: Path) -> None:
    """Take the rights of others from files that an older version made; those of somebody else stay as they are."""
    for path in paths:
        with suppress(OSError):
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)


@contextmanager
def _one_at_a_time(everybody: Path) -> Iterator[None]:
    """Keep other processes from looking for abandoned folders while this one makes its own."""
    descriptor = os.open(everybody / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _remove_abandoned(everybody: Path) -> None:
    for folder in everybody.iterdir():
        if folder.is_dir() and not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_held(folder: Path) -> bool:
    try:
        descriptor = os.open(folder / LOCK, os.O_WRONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
