"""Sides measured in turns, so that whatever else the machine does meets all of them; medians; one table."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median
from time import process_time
from typing import TypeVar

T = TypeVar("T")

COLUMNS = ("What", "Ours", "Beside it", "Ratio", "Aim")


@dataclass(frozen=True)
class Row:
    """One line of the printed table; `aim` says which ratio is wanted, if one is."""

    what: str
    ours: str
    beside: str = ""
    ratio: str = ""
    aim: str = ""


def in_turns(sides: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """Run every side once in each round, every other round backwards, and return what each gave."""
    found: dict[str, list[T]] = {name: [] for name in sides}
    for number in range(rounds):
        names = list(sides) if number % 2 == 0 else list(sides)[::-1]
        for name in names:
            found[name].append(sides[name]())
    return found


def processor_seconds(work: Callable[[], object], times: int) -> Callable[[], float]:
    """Return a side that measures the processor time of one `work`, by repeating it."""

    def side() -> float:
        start = process_time()
        for _ in range(times):
            work()
        return (process_time() - start) / times

    return side


def middle(values: Iterable[float]) -> float:
    """Return the median of what the rounds gave."""
    return median(values)


def ratio(ours: float, beside: float) -> str:
    """Write a ratio with two decimals, or none where they would say nothing."""
    found = ours / beside
    return f"{found:.2f}" if found < 10 else f"{found:.0f}"


def milliseconds(seconds: float) -> str:
    """Write a time in milliseconds, with three digits that mean something."""
    value = seconds * 1000
    return f"{value:.3f} ms" if value < 1 else f"{value:.2f} ms" if value < 10 else f"{value:.0f} ms"


def megabytes(size: float) -> str:
    """Write a number of bytes in MiB."""
    return f"{size / 2**20:.1f} MiB"


def show(title: str, rows: Iterable[Row]) -> None:
    """Print one Markdown table."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + "---|" * len(COLUMNS))
    for row in rows:
        print(f"| {row.what} | {row.ours} | {row.beside} | {row.ratio} | {row.aim} |", flush=True)


def machine() -> str:
    """Say on what kind of machine and with which versions this runs; nothing that names the machine itself."""
    parts = [
        f"{os.cpu_count()} cores",
        platform.system(),
        f"{platform.python_implementation()} {platform.python_version()}",
        *(f"{name} {version(name)}" for name in ("WeasyPrint", "Flask", "WTForms", "SQLAlchemy", "gunicorn")),
        f"SQLite {sqlite3.sqlite_version}",
    ]
    load = f"load {os.getloadavg()[0]:.1f} at the start"
    return ", ".join(parts) + f"; {load}."
