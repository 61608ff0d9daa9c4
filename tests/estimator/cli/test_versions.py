"""`estimator tables list`, `export`, `diff`, `publish` and `estimator audit`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

import pricing
from tests.support.commands import estimator
from tests.support.example_list import table_text
from tests.support.installations import prepared

Run = Callable[..., tuple[int, str, str]]

NIGHTS = "driver_without_effect driver.nights"
REHAB = "driver_without_effect driver.rehab"
ALL = ("--acknowledge", NIGHTS, "--acknowledge", REHAB)


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


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
    """Make an installation ready, with a list in it, and return its folder."""
    folder = tmp_path / "instance"
    monkeypatch.setenv("INSTANCE", str(folder))
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example")
    monkeypatch.setenv("SECOND_APPROVER", "0")
    prepared(folder, table_text())
    return folder


def by_hand(installation: Path, *statements: str) -> None:
    engine = create_engine(f"sqlite:///{installation}/estimator.sqlite")
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_a_list_is_published_from_a_file_once(run: Run, file: Callable[..., str], installation: Path) -> None:
    day = in_days(30)
    path = file("next.toml", version="next", valid_from=day)
    assert run("tables", "publish", path, *ALL) == (
        0,
        f"example, version next, is published; its first day is {day}.\n",
        "",
    )
    assert run("tables", "publish", path) == (0, "example, version next, is published already.\n", "")
    code, output, _errors = run("tables", "list")
    lines = output.splitlines()
    assert (code, lines[0], len(lines)) == (0, "example", 3)
    assert lines[1].startswith(f"  {day}  ")
    assert lines[1].endswith("  next  scheduled")
    assert lines[2].startswith("  2026-01-01  ")
    assert lines[2].endswith("  2026-1  in force")


def test_each_warning_has_to_be_acknowledged_by_its_name(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    path = file("next.toml", version="next", valid_from=in_days(30))
    code, output, errors = run("tables", "publish", path, "--acknowledge", NIGHTS)
    assert (code, output) == (1, "")
    assert errors == (
        f"estimator: {path}: Nothing in the table depends on this question. Is a price missing? "
        f"--acknowledge '{REHAB}'\n"
    )
    code, _output, errors = run("tables", "publish", path)
    assert (code, len(errors.splitlines())) == (1, 2)
    assert run("audit", "list")[1].count("\n") == 1, "nothing half published, no draft left"
    assert "scheduled" not in run("tables", "list")[1]


@pytest.mark.long
def test_a_file_with_problems_is_refused_with_all_of_them(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    path = file("bad.toml", price="'480,00'", valid_from="'soon'")
    code, output, errors = run("tables", "publish", path, *ALL)
    assert (code, output) == (2, "")
    assert [line.partition(": ")[2].partition(": ")[0] for line in errors.splitlines()] == [
        f"{path}:5",
        f"{path}:56",
    ]


def test_where_a_second_person_approves_the_command_only_asks_for_it(
    run: Run, file: Callable[..., str], installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECOND_APPROVER", "1")
    path = file("next.toml", version="next", valid_from=in_days(30))
    assert run("tables", "publish", path, *ALL) == (
        0,
        "example, version next, waits for the approval of another person.\n",
        "",
    )
    assert "next" not in run("tables", "list")[1]
    assert "  draft.proposed  draft:1  " in run("audit", "list")[1]


@pytest.mark.long
@pytest.mark.parametrize(
    ("given", "sentences"),
    [
        ({"valid_from": "2026-01-02"}, ["2026-01-02 has already ended"]),
        ({"version": "2026-1"}, ["example has another version called 2026-1 already"]),
        ({"time_zone": "Mars/Olympus"}, ["there is no time zone “Mars/Olympus”"]),
        (
            {"valid_from": "2026-01-01", "version": "2026-1", "price": "1.00"},
            ["2026-01-01 has already ended", "example has another version called 2026-1 already"],
        ),
    ],
)
def test_what_is_in_the_way_is_said_in_sentences(
    run: Run, file: Callable[..., str], installation: Path, given: dict[str, str], sentences: list[str]
) -> None:
    path = file("next.toml", **{"version": "next", "valid_from": in_days(30), **given})
    code, output, errors = run("tables", "publish", path, *ALL)
    assert (code, output) == (2, "")
    lines = errors.splitlines()
    assert len(lines) == len(sentences)
    for line, sentence in zip(lines, sentences, strict=True):
        assert line.startswith(f"estimator: {path}: {sentence}")


def test_ten_megabytes_are_refused_with_the_limit(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    path = file("long.toml", "# " + "x" * 10_000_000)
    code, _output, errors = run("tables", "publish", path)
    assert code == 2
    assert "at most 2000000 are read" in errors


@pytest.mark.long
def test_what_is_exported_is_the_canonical_text_and_can_be_imported_again(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    canonical = pricing.write(pricing.read(table_text()))
    for arguments in (
        ("example",),
        ("example", "--version", "2026-1"),
        ("example", "--on", "2026-01-01"),
        ("example", "--on", "2099-01-01"),
    ):
        assert run("tables", "export", *arguments) == (0, canonical, "")
    assert run("tables", "import", file("again.toml", canonical))[0] == 0
    assert run("tables", "list")[1].count("2026-1") == 1


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere",), "There is no price list nowhere. `estimator tables list` shows which there are."),
        (("example", "--version", "x"), "example has no version x. There are: 2026-1."),
        (("example", "--on", "2025-12-31"), "example has no version that is in force on that day."),
        (("example", "--on", "tomorrow"), "“tomorrow” is no day. Write it as 2026-03-31."),
        (("example", "--on", "2026-01-01", "--version", "2026-1"), "Name a version or a day, not both."),
    ],
)
def test_what_cannot_be_exported_is_said_in_a_sentence(
    run: Run, installation: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    assert run("tables", "export", *arguments) == (2, "", f"estimator: {sentence}\n")


@pytest.mark.long
def test_a_closed_list_is_exported_by_the_name_of_a_version(run: Run, installation: Path) -> None:
    by_hand(installation, "UPDATE price_list SET closed_at = '2026-03-10 12:00:00'")
    assert run("tables", "list")[1].startswith("example (closed)\n")
    assert run("tables", "export", "example") == (
        2,
        "",
        "estimator: example is closed. Name a version or a day.\n",
    )
    for arguments in (("--version", "2026-1"), ("--on", "2026-05-01")):
        assert run("tables", "export", "example", *arguments)[0] == 0


@pytest.mark.long
def test_lists_that_are_the_same_differ_in_nothing(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    path = file("same.toml", "# a comment\n" + table_text())
    for one, other in ((path, path), (path, "example"), ("example@2026-1", path), ("example", "example")):
        assert run("tables", "diff", one, other) == (0, "", "")


def test_what_differs_is_said_key_by_key(run: Run, file: Callable[..., str], installation: Path) -> None:
    changed = (
        table_text(version="2026-2", price="2080.00")
        .replace("[charge.session]", "[charge.therapy]")
        .replace("[driver.nights]\nkind", "[driver.nights]\nhelp.en = 'In the ward.'\nkind")
        .replace("default = 0\n", "")
        .replace("\n[notice.about]", '\n[stage.first]\nlabel.en = "First"\n\n[notice.about]')
    )
    code, output, errors = run("tables", "diff", "example@2026-1", file("changed.toml", changed))
    assert (code, errors) == (1, "")
    assert output == (
        "The head of the list has changed.\n"
        '  version: "2026-1" → "2026-2"\n'
        "driver.nights (“Nights”) has changed.\n"
        "  default is gone: 0\n"
        '  help.en is new: "In the ward."\n'
        "charge.session (“Session”) is gone; perhaps it is called charge.therapy now.\n"
        "stage.first (“First”) is new.\n"
        "charge.therapy (“Session”) is new; perhaps it was called charge.session before.\n"
    )


@pytest.mark.long
def test_what_cannot_be_compared_is_said_in_a_sentence(
    run: Run, file: Callable[..., str], installation: Path, tmp_path: Path
) -> None:
    bad = file("bad.toml", price="'480,00'")
    assert run("tables", "diff", "example", bad)[0] == 2
    code, _output, errors = run("tables", "diff", "example", str(tmp_path / "nowhere.toml"))
    assert (code, errors) == (2, f"estimator: {tmp_path}/nowhere.toml: there is no such file.\n")
    assert "There is no price list nowhere" in run("tables", "diff", "nowhere", bad)[2]
    assert "example has no version 7" in run("tables", "diff", "example@7", bad)[2]


@pytest.mark.long
def test_the_trail_is_listed_and_verified(run: Run, file: Callable[..., str], installation: Path) -> None:
    run("tables", "publish", file("next.toml", version="next", valid_from=in_days(30)), *ALL)
    code, output, errors = run("audit", "verify")
    assert (code, errors) == (0, "")
    first, second = output.splitlines()
    assert first == "4 entries, nothing was changed."
    known = second.rpartition(" ")[2]
    assert run("audit", "verify", "--since", known)[0] == 0
    lines = run("audit", "list")[1].splitlines()
    assert [line.split("  ")[3] for line in lines] == [
        "table.warnings_acknowledged",
        "table.published",
        "draft.begun",
        "table.published",
    ]
    assert [line.split("  ")[2] for line in lines] == ["command line"] * 4
    assert len(run("audit", "list", "--most", "2")[1].splitlines()) == 2


@pytest.mark.long
def test_a_trail_that_somebody_changed_is_told(
    run: Run, file: Callable[..., str], installation: Path
) -> None:
    run("tables", "publish", file("next.toml", version="next", valid_from=in_days(30)), *ALL)
    known = run("audit", "verify")[1].strip().rpartition(" ")[2]
    by_hand(installation, "DROP TRIGGER audit_entry_kept", "DELETE FROM audit_entry WHERE id = 4")
    assert run("audit", "verify")[0] == 0, "nobody can see that the end is missing"
    code, output, _errors = run("audit", "verify", "--since", known)
    assert (code, output) == (1, f"The entry {known} is missing: the end of the trail was cut off.\n")
    by_hand(
        installation, "DROP TRIGGER audit_entry_frozen", "UPDATE audit_entry SET actor = 'x' WHERE id = 2"
    )
    code, output, _errors = run("audit", "verify")
    assert code == 1
    assert output == (
        "Entry 2 was changed, or one before it was removed, added or moved. The 1 entry before it is whole.\n"
    )


def test_what_is_no_hash_is_refused(run: Run, installation: Path) -> None:
    code, _output, errors = run("audit", "verify", "--since", "abc")
    assert (code, errors) == (
        2,
        "estimator: “abc” is no hash. It has 64 digits and letters from a to f.\n",
    )
