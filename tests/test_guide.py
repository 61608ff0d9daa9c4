"""What the documents say is so: examples read, worked amounts are what comes out, commands and words exist."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import chdir
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

import pricing
from estimator.cli import commands
from pricing import notation, priced, reading, sections, syntax
from tests.support.commands import estimator

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
GUIDE = (ROOT / "docs" / "price-table-guide.md").read_text(encoding="utf-8")
NOTATION = (ROOT / "docs" / "notation.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]

HEADING = re.compile(r"^\[[a-z][a-z0-9_.]*\]$")
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

WORKED = ["Answers", "Line", "How it is worked out", "Amount"]
RANGES = ["Answers", "Line", "Low", "Likely", "High"]
REFUSALS = ["Answers", "The program says"]
MISTAKES = ["Right", "Wrong", "The program says"]


class Example(NamedTuple):
    """One TOML block of the guide, and the tables that follow it up to the next one."""

    title: str
    toml: str
    tables: list[list[list[str]]]


def fenced(language: str, text: str = GUIDE) -> list[str]:
    return [match[2] for match in FENCE.finditer(text) if match[1] == language]


def tables_in(text: str) -> list[list[list[str]]]:
    """Return every Markdown table as rows of cells, the heading first."""
    found: list[list[list[str]]] = []
    inside = False
    for line in text.split("\n"):
        if not line.startswith("|"):
            inside = False
            continue
        if not inside:
            found.append([])
            inside = True
        found[-1].append([cell.strip().replace("\\\\", "\\") for cell in line[1:-1].split("|")])
    return [[rows[0], *rows[2:]] for rows in found]


def examples() -> Iterator[Example]:
    """Yield every example that goes into the first list, with a name for it."""
    later = GUIDE[GUIDE.index("### Try it") :]
    parts = re.split(r"^```toml\n", later, flags=re.MULTILINE)
    before, name = parts[0], ""
    for part in parts[1:]:
        toml, _, after = part.partition("```\n")
        title = re.findall(r"^##+ (.+)$", before, re.MULTILINE)
        name = title[-1] if title else name
        yield Example(name, toml, tables_in(after))
        before = after


FIRST_LIST = "\n".join(fenced("toml", GUIDE[: GUIDE.index("### Try it")]))
FIRST_ANSWERS = json.loads(fenced("json")[0])
FIRST = Example("Try it", "", tables_in(GUIDE.split("### Try it")[1].split("## Check it")[0]))
EXAMPLES = [FIRST, *examples()]


def blocks(text: str) -> dict[str, str]:
    """Return a TOML text by its headings, the header under an empty one."""
    found = {"": ""}
    heading = ""
    for line in text.split("\n"):
        if HEADING.match(line):
            heading = line
            assert heading not in found, f"{heading} stands twice"
            found[heading] = ""
        found[heading] += line + "\n"
    return found


def completed(example: str) -> str:
    """Return the first list with an example in it, put there as the guide tells its readers to."""
    whole, new = blocks(FIRST_LIST), blocks(example)
    header = new.pop("")
    keys = re.findall(r"^([a-z_.]+) = ", header, re.MULTILINE)
    kept = [line for line in whole[""].split("\n") if line.partition(" = ")[0] not in keys]
    whole[""] = "\n".join([*kept, header])
    return "\n".join((whole | new).values())


def answers(cell: str) -> dict[str, Any]:
    """Return the answers that a cell tells: those above, but for the ones it names."""
    words = {"yes": True, "no": False}
    changed = dict(re.findall(r"`(\w+) = ([^`]+)`", cell))
    assert changed or cell == "as above", cell
    return {**FIRST_ANSWERS, **{code: words.get(value, value) for code, value in changed.items()}}


def money(text: str) -> Fraction:
    """Return an amount as a person writes it."""
    return Fraction(text.replace(",", "").replace("−", "-"))


def worked_out(text: str) -> Decimal:
    """Return what a working such as "(1,000.00 + 50.00) × 5 %" comes to, rounded to cents."""
    plain = text.replace(",", "").replace("−", "-").replace("×", "*").replace("÷", "/").replace(" %", "/100")
    assert re.fullmatch(r"[0-9.()*/+\- ]+", plain), text
    exact = eval(re.sub(r"[0-9.]+", lambda number: f"Fraction('{number[0]}')", plain), {"Fraction": Fraction})
    cents = Decimal(exact.numerator * 100) / Decimal(exact.denominator)
    return cents.quantize(Decimal(1), ROUND_HALF_UP) / 100


ROWS = {
    "tax": "taxes",
    "stage": "stages",
    "payment": "payments",
    "commission": "commissions",
    "": "items",
}


def found_at(breakdown: Mapping[str, Any], line: str, case: str = "likely") -> str:
    """Return what a breakdown has at a line of the guide's tables, in the guide's words."""
    kind, _, code = line.rpartition(".")
    if line == "package":
        return f"`{breakdown['package']}`" if breakdown["package"] else "none"
    if line == "saved":
        return str(breakdown["package_saves"])
    if line in breakdown["totals"]:
        least = "at least " if breakdown["on_request"] else ""
        return least + str(breakdown["totals"][line][case])
    if kind == "notice":
        return "there" if code in breakdown["notices"] else "not there"
    rows = breakdown.get(ROWS[kind], [])
    (row,) = [row for row in rows if row["code"] == code] or [None]
    if row is None:
        return "not there"
    if kind == "payment":
        return str(row["amount"])
    amounts = row["cost_by_then" if kind == "stage" else "amount"]
    if amounts[case] is None:
        return "on request"
    if kind == "" and {step["kind"] for step in row["steps"]} == {"included"}:
        return "included"
    return str(amounts[case])


def same(written: str, found: str) -> bool:
    if re.fullmatch(r"(at least )?[−0-9,.]+", written):
        return written.startswith("at least") == found.startswith("at least") and money(
            written.removeprefix("at least ")
        ) == money(found.removeprefix("at least "))
    return written == found


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, as somebody who has activated the environment."""
    environment = {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "DEMO": "1",
        "INSTANCE": str(folder / "instance"),
    }
    if command[0] == "estimator":
        with chdir(folder):
            return subprocess.CompletedProcess(command, *estimator(*command[1:], **environment))
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the first list and its answers, as a reader of the guide has it."""
    (tmp_path / "list.toml").write_text(FIRST_LIST, encoding="utf-8")
    (tmp_path / "answers.json").write_text(fenced("json")[0], encoding="utf-8")
    return tmp_path


def test_the_first_list_is_whole_and_nothing_in_it_is_suspicious() -> None:
    assert pricing.lint(pricing.read(FIRST_LIST)) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_an_example_of_the_guide_comes_out_as_it_says(example: Example) -> None:
    table = pricing.read(completed(example.toml))
    pricing.estimate(table, FIRST_ANSWERS)
    for heading, *rows in example.tables:
        for row in rows:
            if heading == WORKED:
                said, line, working, amount = row
                breakdown = pricing.estimate(table, answers(said)).as_dict()
                found = found_at(breakdown, line.strip("`"))
                assert same(amount, found), f"{row}: {found}"
                if working:
                    assert worked_out(working) == money(amount.removeprefix("at least ")), row
            elif heading == RANGES:
                breakdown = pricing.estimate(table, answers(row[0])).as_dict()
                for case, cell in zip(("low", "likely", "high"), row[2:], strict=True):
                    working, _, amount = cell.rpartition(" = ")
                    found = found_at(breakdown, row[1].strip("`"), case)
                    assert same(amount, found), f"{row}: {found}"
                    assert not working or worked_out(working) == money(amount), row
            elif heading == REFUSALS:
                with pytest.raises(pricing.BadAnswers) as refusal:
                    pricing.estimate(table, answers(row[0]))
                assert [problem.text for problem in refusal.value.problems] == [row[1]]


def test_nearly_every_example_has_an_amount_that_was_worked_out() -> None:
    tested = [
        example for example in EXAMPLES if any(t[0] in (WORKED, RANGES, REFUSALS) for t in example.tables)
    ]
    assert len(tested) >= len(EXAMPLES) - 1 > 20


def test_no_example_of_the_guide_looks_like_a_slip() -> None:
    """What is warned of is what the guide says beside the example."""
    for example in EXAMPLES:
        kinds = {warning.kind for warning in pricing.lint(pricing.read(completed(example.toml)))}
        assert kinds <= {"missing_translation", "ends_on_request"}


@pytest.mark.parametrize("row", [row for t in tables_in(GUIDE) if t[0] == MISTAKES for row in t[1:]])
def test_a_common_mistake_is_told_in_the_words_of_the_guide(row: list[str]) -> None:
    right, wrong, said = (cell.removeprefix("`").removesuffix("`") for cell in row)
    assert right in FIRST_LIST
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(FIRST_LIST.replace(right, wrong, 1))
    sentences = [problem.text for problem in refusal.value.problems]
    if said.endswith("…"):
        assert any(sentence.startswith(said.removesuffix("…")) for sentence in sentences), sentences
    else:
        assert said in sentences


@pytest.mark.long
def test_the_commands_of_the_guide_run(folder: Path) -> None:
    lines = [line for block in fenced("console") for line in block.splitlines()]
    assert run(folder, "estimator", "prepare").returncode == 0
    for line in lines:
        done = run(folder, *line.split())
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    assert {tuple(line.split()[:3]) for line in lines} >= {
        ("estimator", "tables", command) for command in ("check", "lint", "import")
    }


@pytest.mark.long
def test_a_mistake_looks_as_the_guide_shows_it(folder: Path) -> None:
    (folder / "list.toml").write_text(FIRST_LIST.replace('"stay"', '"stey"', 1), encoding="utf-8")
    done = run(folder, "estimator", "tables", "check", "list.toml")
    assert done.returncode == 1
    assert done.stdout == fenced("text")[0]


def test_a_second_list_for_the_same_day_is_refused_as_the_guide_says(folder: Path) -> None:
    run(folder, "estimator", "prepare")
    assert run(folder, "estimator", "tables", "import", "list.toml").returncode == 0
    (folder / "list.toml").write_text(FIRST_LIST.replace("45.00", "46.00"), encoding="utf-8")
    done = run(folder, "estimator", "tables", "import", "list.toml")
    assert done.returncode == 2
    assert done.stderr == "estimator: " + fenced("text")[1]


@pytest.mark.long
def test_a_breakdown_looks_as_the_guide_shows_it(folder: Path) -> None:
    done = run(folder, "estimator", "price", "list.toml", "--answers", "answers.json")
    printed = iter(done.stdout.replace("\u00a0", " ").splitlines())
    for line in filter(None, fenced("text")[2].splitlines()):
        assert line in printed, line


@pytest.mark.long
def test_the_commands_under_the_price_list_of_the_readme_run(tmp_path: Path) -> None:
    text = README.split("```toml\n")[1].split("```")[0]
    (tmp_path / "list.toml").write_text(text, encoding="utf-8")
    lines = re.findall(r"^    ((?:estimator tables|echo) .+)$", README, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        done = run(tmp_path, "sh", "-c", line)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
    assert "USD 17,950.00" in done.stdout.replace("\u00a0", " ")
    assert tomllib.loads(text)["format"] == 1


def words_of_the_notation() -> set[str]:
    """Return every key that `read` knows, as it lists them itself when a key is unknown."""
    strange = """
strange = 1
provider.strange = 1
driver.a = { kind = "choice", role = "cell_type", strange = 1, choice.a.strange = 1 }
driver.b = { kind = "number", role = "sessions", strange = 1, least = 1, most = 2, varies.strange = 1 }
driver.c = { kind = "date", role = "extras", strange = 1 }
driver.d = { kind = "yes_no", role = "extras", strange = 1 }
rule.a.strange = 1
group.a.strange = 1
stage.a.strange = 1
charge.a = { group = "a", strange = 1, graduated = [{ strange = 1 }], at_least.strange = 1 }
charge.b = { group = "a", when.b.strange = 1, unless.c.strange = 1, on_request = true }
package.a.strange = 1
tax.a.strange = 1
payment.a.strange = 1
notice.a.strange = 1
terms.a.strange = 1
commission.a.strange = 1
"""
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(strange)
    return {
        word
        for problem in refusal.value.problems
        if problem.kind in ("unknown_key", "misspelt_key") and problem.place.endswith("strange")
        for word in problem.values["allowed"]
    }


@pytest.mark.parametrize("text", [GUIDE, NOTATION], ids=["guide", "notation"])
def test_every_word_of_the_notation_is_explained(text: str) -> None:
    words = words_of_the_notation()
    assert len(words) > 60
    code = " ".join(re.findall(r"`[^`\n]+`", text) + fenced("toml", text))
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", code)) == []


def test_the_limits_of_the_notation_are_those_that_hold() -> None:
    (limits,) = [table for table in tables_in(NOTATION) if table[0] == ["Limit", "At most"]]
    assert {row[0]: int(row[1].replace(",", "")) for row in limits[1:]} == {
        "Characters in a file": syntax.MOST_CHARACTERS,
        "Lines in a file": syntax.MOST_LINES,
        "Headings in a file, lines that begin with `[`": syntax.MOST_HEADINGS,
        "Keys in a file, with the parts of dotted keys and the values of lists": syntax.MOST_KEYS,
        "Problems that are listed": reading.MOST_PROBLEMS,
        "Characters in a text": reading.LONGEST_TEXT,
        "Characters in a code or in `table`": reading.LONGEST_CODE,
        "Characters in `version`": notation.LONGEST_VERSION,
        "Characters in a `link`": sections._LONGEST_LINK,
        "Digits of a number before its point": reading.MOST_WHOLE_DIGITS,
        "Digits of a number after its point": reading.MOST_DECIMALS,
        "A percentage, also one that is taken off": reading._HIGHEST_PERCENT,
        "Percent charges in a table": notation.MOST_PERCENTS,
        "Drivers in one `per`": priced._MOST_FACTORS,
        "Parts of a dotted key": syntax._MOST_KEY_PARTS,
        "`quote_valid_days`": notation.MOST_QUOTE_DAYS,
        "Languages of a table": notation.MOST_LANGUAGES,
        "Steps to price a plan, with every package tried: (packages + 3) × (charges + tiers + what percents "
        "and taxes name, charge by charge + stages × (taxes + 1))": notation.MOST_STEPS,
    }


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_a_document_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    code = "\n".join(
        [*re.findall(r"`([^`\n]+)`", text), *re.findall(r"^(?:    )?(\w.*)$", text, re.MULTILINE)]
    )
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for target in re.findall(r"^make ([a-z]+)\b", code, re.MULTILINE):
        assert target in targets
    for words in re.findall(r"^(?:\.venv/bin/)?estimator ([a-z ]+[a-z])", code, re.MULTILINE):
        found: click.Command = commands
        for word in words.split():
            if not isinstance(found, click.Group):
                break
            inner = found.get_command(click.Context(found), word)
            assert inner is not None, words
            found = inner


def test_the_way_to_an_installation_names_the_wheel_of_this_version() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    version = re.findall(r"^version = (.+)$", (ROOT / "setup.cfg").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"treatment_cost_estimator-(.+)-py3-none-any\.whl", text)) == set(version)
