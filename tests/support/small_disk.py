"""A disk that a test can fill: a real one, in memory, which only root may mount."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MAY_MOUNT = os.geteuid() == 0
"""Whether this user can have such a disk; everybody else limits the size of files (RLIMIT_FSIZE)."""


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Have `folder` be a disk of a size of its own, such as "5m"."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes=200,mode=700", "tmpfs", folder], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> None:
    """Take all room of the disk that a folder is on, to the last byte and the last name of a file."""
    with (folder / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4_096))
    with suppress(OSError):
        for number in range(1_000):
            (folder / f"filling-{number}").touch()


def make_room(folder: Path) -> None:
    """Give back what `fill` took."""
    for path in folder.glob("filling*"):
        path.unlink()
