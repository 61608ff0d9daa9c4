"""An answer that nothing charges: the commands, each in a process of its own, and a demonstration that goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

import pricing
from estimator import price_lists
from estimator.db import db
from estimator.processes import demonstration
from tests.support.acts import acting
from tests.support.commands import estimator
from tests.support.example_list import store_as_before, table_text, uncharged_text

PLACE = "driver.cells.choice.cord"
SENTENCE = "No charge depends on the answer “Cord cells”. Is a price missing?"

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of an installation."""
    return tmp_path / "instance"


@pytest.fixture
def command(folder: Path) -> Command:
    """Return a function that runs the command in a process of its own."""
    environment = {
        "INSTANCE": str(folder),
        "PUBLIC_URL": "https://estimate.example",
        "SECOND_APPROVER": "0",
    }

    def run(*arguments: str) -> tuple[int, str, str]:
        return estimator(*arguments, **environment)

    return run


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], str]:
    """Return a function that writes a text to a file and returns its path."""

    def write(name: str, content: str) -> str:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return str(path)

    return write


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def stored(folder: Path) -> list[str]:
    engine = create_engine(f"sqlite:///{folder}/estimator.sqlite")
    with engine.connect() as connection:
        found = [str(row.version) for row in connection.execute(text("SELECT version FROM table_version"))]
    engine.dispose()
    return found


def test_what_blocks_is_checked_and_neither_imported_nor_published(
    command: Command, folder: Path, file: Callable[[str, str], str]
) -> None:
    assert command("prepare")[0] == 0
    path = file("list.toml", uncharged_text(version="next", valid_from=in_days(30)))
    code, output, errors = command("tables", "check", path)
    assert (code, errors) == (1, "1 file cannot be published.\n")
    assert output.startswith(f"{path}: {PLACE}: {SENTENCE}")
    assert output.count("\n") == 1

    code, output, errors = command("tables", "import", path)
    assert (code, output) == (1, "")
    assert errors.startswith(f"estimator: {path}: {PLACE}: {SENTENCE}")
    code, output, errors = command(
        "tables", "publish", path, "--acknowledge", f"choice_without_charge {PLACE}"
    )
    assert (code, output) == (1, "")
    assert errors.startswith(f"estimator: {path}: {PLACE}: {SENTENCE}")
    assert stored(folder) == []
    assert command("tables", "lint", path)[0] == 0

    free = Path(path).read_text(encoding="utf-8").replace("[driver.cells.choice.cord]", "\\g")
    free = free.replace("\\g", "[driver.cells.choice.cord]\nno_charge = true")
    path = file("free.toml", free)
    assert command("tables", "check", path) == (0, "", "")
    assert command("tables", "import", path)[0] == 0
    assert stored(folder) == ["next"]


def test_what_blocks_is_told_beside_the_problems_of_other_files(
    command: Command, file: Callable[[str, str], str]
) -> None:
    blocked, broken = file("a.toml", uncharged_text()), file("b.toml", table_text(price="'480,00'"))
    code, output, errors = command("tables", "check", blocked, broken, file("c.toml", table_text()))
    assert code == 1
    assert [line.partition(":")[0] for line in output.splitlines()] == [blocked, broken]
    assert errors == "1 file cannot be used.\n1 file cannot be published.\n"


@pytest.mark.long
def test_a_version_that_is_stored_stays_and_is_priced_exported_and_imported_again(
    command: Command, folder: Path, file: Callable[[str, str], str]
) -> None:
    assert command("prepare")[0] == 0
    path = file("list.toml", table_text())
    assert command("tables", "import", path)[0] == 0
    # As it was stored before the warning blocked.
    table = pricing.read(uncharged_text(version="2026-2", valid_from="2026-02-01"))
    engine = create_engine(f"sqlite:///{folder}/estimator.sqlite")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO table_version (slug, version, valid_from, time_zone, text, sha256, examples, "
                "published_by, created_at) SELECT slug, '2026-2', '2026-02-01', time_zone, :text, :sha256, examples, "
                "published_by, created_at FROM table_version"
            ),
            {"text": pricing.write(table), "sha256": pricing.sha256(table)},
        )
    engine.dispose()

    assert command("tables", "export", "example") == (0, pricing.write(table), "")
    again = file("again.toml", pricing.write(table))
    answers = file("answers.json", '{"cells": "cord", "sessions": 1}')
    assert command("price", again, "--answers", answers)[0] == 0
    assert command("tables", "import", again)[0] == 0
    assert stored(folder) == ["2026-1", "2026-2"]
    later = file("later.toml", uncharged_text(version="2026-3", valid_from="2026-06-01"))
    assert command("tables", "import", later)[0] == 1
    assert stored(folder) == ["2026-1", "2026-2"]


@pytest.mark.usefixtures("app")
def test_an_existing_demonstration_takes_up_the_newer_shipped_list(app: Flask) -> None:
    shipped = (resources.files("pricing.tables") / "delhi.toml").read_text(encoding="utf-8")
    new = pricing.read(shipped)
    first = new.valid_from
    old = shipped.replace("no_charge = true\n", "")
    old = old.replace('when = { transfer = "car" }', 'unless = { transfer = ["none", "van"] }')
    old = old.replace('when = { interpreter = "all_day" }', 'unless = { interpreter = ["none", "talks"] }')
    old = old.replace(f'"{new.version}"', '"2026-11"').replace(first.isoformat(), "2026-11-01")
    before = pricing.read(old)
    day = datetime(first.year, first.month, first.day, 12, 0, tzinfo=UTC)
    store_as_before(before, day)
    assert price_lists.in_force("delhi", day).version == "2026-11"

    for _start in range(2):
        assert demonstration.import_tables(acting(actor="command line", now=day)) == []
        db.session.commit()
        assert price_lists.in_force("delhi", day).version == new.version
        assert [version.version for version in price_lists.versions("delhi")] == [new.version, "2026-11"]
    assert price_lists.parsed(price_lists.find("delhi", "2026-11")) == before
    answers = {"cells": "marrow", "sessions": 2, "room": "ward", "nights": 9, "rehab": "none", "visa": False}
    answers |= {"own_mri": True, "transfer": "none", "interpreter": "none"}
    for more in (
        {},
        {"transfer": "car"},
        {"transfer": "van", "interpreter": "talks"},
        {"interpreter": "all_day"},
    ):
        found = [dict(pricing.estimate(table, {**answers, **more}).as_dict()) for table in (before, new)]
        own = {"table_sha256", "version", "valid_from"}
        old_one, new_one = ({key: one[key] for key in one.keys() - own} for one in found)
        assert old_one == new_one
