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
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from estimator.operations import disks

FOLDER = "temporary"
"""The folder in the instance folder with those of the processes."""

MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there is this user's alone, or it is not used
"""A folder for files that are never written to a disk, where the operating system has one."""

LOCK = "lock"

_held: list[int] = []
"""Descriptors that hold this process's lock; they are closed when it ends, however it ends."""

_temporary: list[Path] = []
"""The folder for this process's temporary files, and the one in memory, once there was no room in the first."""


def close_to_others() -> None:
    """Let new files be readable by their owner alone, and a process that crashes leave no image of its memory."""
    os.umask(0o077)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def use_own_temporary_folder(instance: Path) -> Path:
    """Let this process put its temporary files into a new folder of its own; return it.

    It is in memory where the instance folder takes none, as on a full disk: a process that cannot start serves nobody.
    """
    _temporary.clear()
    try:
        own = own_folder(instance)
    except OSError:
        memory = in_memory()
        if memory is None:
            raise
        own = own_folder(memory)
    _temporary.append(own)
    tempfile.tempdir = str(own)
    return own


def leave_a_full_disk() -> None:
    """Let temporary files from now on be in memory while there is no room where they are otherwise."""
    if not _temporary:
        return
    if not disks.is_full(_temporary[0]):
        tempfile.tempdir = str(_temporary[0])
    elif len(_temporary) > 1:
        tempfile.tempdir = str(_temporary[1])
    elif (memory := in_memory()) is not None:
        with suppress(OSError):
            _temporary.append(own_folder(memory))
            tempfile.tempdir = str(_temporary[1])


def folder_for_figures(instance: Path) -> Path:
    """Return a new folder for what the processes of a server count: in memory, or else in the instance folder.

    Such files are mapped, and a process that writes where a full disk has no room for its map is killed by that.
    """
    memory = in_memory()
    if memory is not None:
        with suppress(OSError):
            return own_folder(memory)
    return own_folder(instance)


def in_memory() -> Path | None:
    """Return this user's own folder in memory; None if there is none, or another user made one of its name."""
    folder = MEMORY / f"estimator-{os.geteuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    safe = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077
    return folder if safe else None


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
