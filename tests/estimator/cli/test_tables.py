from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.commands import estimator
from tests.support.example_list import table_text
from tests.support.installations import prepared

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run() -> Run:
    """Return a function that runs the command and returns exit code, standard output and standard error."""
    return estimator


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes a table to a file and returns its path."""

    def write(name: str, content: str | None = None, **other: str) -> str:
        path = tmp_path / name
        path.write_text(table_text(**other) if content is None else content, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an installation ready and return its folder."""
    folder = tmp_path / "instance"
    monkeypatch.setenv("INSTANCE", str(folder))
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example")
    prepared(folder)
    return folder


def stored(installation: Path) -> list[tuple[str, str]]:
    engine = create_engine(f"sqlite:///{installation}/estimator.sqlite")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT slug, version FROM table_version ORDER BY id"))
        found = [(row.slug, row.version) for row in rows]
    engine.dispose()
    return found


def test_a_sound_table_needs_no_words(run: Run, file: Callable[..., str]) -> None:
    assert run("tables", "check", file("good.toml")) == (0, "", "")


def test_a_mark_at_the_beginning_of_a_file_does_no_harm(run: Run, file: Callable[..., str]) -> None:
    assert run("tables", "check", file("marked.toml", "\ufeff" + table_text())) == (0, "", "")


def test_every_problem_of_every_file_has_its_file_line_and_place(run: Run, file: Callable[..., str]) -> None:
    good = file("good.toml")
    bad = file("bad.toml", price="'480,00'", valid_from="'soon'")
    broken = file("broken.toml", "format = = 1")
    code, output, errors = run("tables", "check", bad, good, broken)
    assert (code, errors) == (1, "2 files cannot be used.\n")
    lines = output.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{bad}:5: valid_from: “soon” is not a date.")
    assert lines[1].startswith(f"{bad}:56: charge.session.price: “480,00” is not a number.")
    assert lines[2].startswith(f"{broken}:1: ")


@pytest.mark.parametrize("command", ["check", "lint"])
def test_a_file_that_is_not_there_does_not_hide_the_problems_of_the_others(
    run: Run, file: Callable[..., str], command: str, tmp_path: Path
) -> None:
    bad = file("bad.toml", price="'480,00'")
    code, output, errors = run("tables", command, str(tmp_path / "nowhere"), bad)
    assert code == 2
    assert output.startswith(f"{bad}:56: ")
    assert errors == f"estimator: {tmp_path}/nowhere: there is no such file.\n"


def test_what_is_suspicious_is_printed_and_no_failure(run: Run, file: Callable[..., str]) -> None:
    free = file("free.toml", price="0.00")
    code, output, errors = run("tables", "lint", free)
    assert (code, errors) == (0, "")
    assert output.startswith(f"{free}:")
    assert "charge.session" in output


@pytest.mark.long
def test_a_letter_that_no_font_has_is_suspicious(run: Run, file: Callable[..., str]) -> None:
    path = Path(file("example.toml"))
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if line.startswith("label.en"))
    lines[number - 1] += " # \N{BRAIN} 山"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, output, errors = run("tables", "lint", str(path))
    assert (code, errors) == (0, "")
    sentence = "a PDF has the mark “\N{REPLACEMENT CHARACTER}” for \N{BRAIN}, because no font here has it."
    assert f"{path}:{number}: {sentence}\n" in output


@pytest.mark.long
def test_an_imported_table_is_in_the_database_once(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    path = file("example.toml")
    for _time in range(2):
        code, output, _errors = run("tables", "import", path)
        assert (code, output) == (0, "example, version 2026-1, is in force from 2026-01-01.\n")
    assert stored(installation) == [("example", "2026-1")]


def test_files_are_imported_all_or_none(run: Run, file: Callable[..., str], installation: Path) -> None:
    good, bad = file("good.toml"), file("bad.toml", price="'480,00'")
    code, _output, errors = run("tables", "import", good, bad)
    assert code == 2
    assert errors.startswith(f"estimator: {bad}:56: charge.session.price: ")
    assert stored(installation) == []


@pytest.mark.long
def test_a_published_version_is_not_replaced(run: Run, file: Callable[..., str], installation: Path) -> None:
    run("tables", "import", file("first.toml"))
    other = file("other.toml", price="1.00")
    code, _output, errors = run("tables", "import", other)
    assert code == 2
    assert errors == (
        f"estimator: {other}: example has another version 2026-1 from 2026-01-01 already. A version that was "
        "published never changes: give this one another name.\n"
    )
    assert stored(installation) == [("example", "2026-1")]


def test_a_time_zone_that_does_not_exist_is_named(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    mars = file("mars.toml", time_zone="Mars/Olympus")
    assert run("tables", "import", mars) == (
        2,
        "",
        f"estimator: {mars}: there is no time zone “Mars/Olympus”.\n",
    )


@pytest.mark.long
def test_a_point_that_may_stand_for_thousands_is_asked_about(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    yen = file("yen.toml", table_text(price="630.000").replace('"USD"', '"JPY"'))
    name = "finer_than_currency charge.session.price"
    for command in ("check", "import"):
        code, output, errors = run("tables", command, yen)
        assert code == 1
        assert "630.000 has more decimals than JPY has (0)." in output + errors
        assert f"--acknowledge '{name}'" in output + errors
    assert stored(installation) == []
    assert run("tables", "check", yen, "--acknowledge", name) == (0, "", "")
    code, _output, _errors = run("tables", "import", yen, "--acknowledge", name)
    assert code == 0
    assert stored(installation) == [("example", "2026-1")]
    assert run("tables", "import", yen)[0] == 0, "what is a version already is not asked about again"


@pytest.mark.long
def test_ten_times_the_price_before_is_asked_about(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    first = file("first.toml", price="480.00")
    assert run("tables", "import", first)[0] == 0
    slip = file("slip.toml", price="4800.00", version="2026-2", valid_from="2026-02-01")
    wanted = "4800 is ten times what stood here before, 480, or more."
    code, _output, errors = run("tables", "import", slip)
    assert (code, wanted in errors) == (1, True)
    assert run("tables", "check", slip) == (0, "", "")
    for before in (first, "example"):
        code, output, _errors = run("tables", "check", slip, "--before", before)
        assert (code, wanted in output) == (1, True)
    assert run("tables", "import", slip, "--acknowledge", "tenfold charge.session.price")[0] == 0


def test_a_first_day_in_another_age_is_asked_about(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    never = file("never.toml", valid_from="9999-12-31")
    code, output, _errors = run("tables", "check", never)
    assert (code, "The first day, 9999-12-31, is more than a year away." in output) == (1, True)
    assert run("tables", "import", never)[0] == 1
    assert stored(installation) == []
