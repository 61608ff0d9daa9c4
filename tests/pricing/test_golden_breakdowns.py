"""The bytes of a breakdown belong to format 1: they are the same in every process and for ever.

`python tests/pricing/test_golden_breakdowns.py` writes the golden files anew; a change in them is format 2.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pricing

HERE = Path(__file__).parent
TABLES = [path for path in sorted((HERE / "cases").glob("*.toml")) if not path.stem.endswith(".bad")]


def golden(path: Path) -> Path:
    """Where the breakdowns of a table are kept: one line of canonical JSON for each priced case."""
    return HERE / "golden" / f"{path.stem}.breakdowns.jsonl"


def breakdowns(path: Path) -> Iterator[bytes]:
    """The canonical JSON of every case of a table that is priced."""
    table = pricing.read(path.read_text(encoding="utf-8"))
    for case in json.loads(path.with_suffix(".json").read_text(encoding="utf-8")):
        if "expected" in case:
            yield pricing.estimate(table, case["answers"]).as_json() + b"\n"


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_breakdowns_are_byte_for_byte_what_they_were(path: Path) -> None:
    assert b"".join(breakdowns(path)) == golden(path).read_bytes()


@pytest.mark.parametrize("seed", ["0", "1", "4294967295"])
def test_processes_with_other_hash_seeds_give_the_same_bytes(seed: str) -> None:
    printed = subprocess.run(
        [sys.executable, __file__, "print"],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    ).stdout
    assert printed == b"".join(golden(path).read_bytes() for path in TABLES)


if __name__ == "__main__":
    for table in TABLES:
        if sys.argv[1:] == ["print"]:
            sys.stdout.buffer.write(b"".join(breakdowns(table)))
        else:
            golden(table).write_bytes(b"".join(breakdowns(table)))
