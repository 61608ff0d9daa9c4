"""The papers in docs/security say what is so: every column has a class, every item an answer, every test exists."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from estimator import models
from estimator.cli import COMMANDS
from tests.test_house import MODULES, calls, imports, name, tree

ROOT = Path(__file__).parent.parent
PAPERS = ROOT / "docs" / "security"
ALL = sorted(PAPERS.glob("*.md"))

CLASSES = {"identity", "words", "health", "secret", "trace", "pseudonym"}
STATES = {"done", "partly", "not done", "does not apply"}

ASKED = """
    1.2.1 1.2.2 1.2.4 1.2.5 1.2.10 1.3.2 1.3.4 1.3.6 1.3.7 1.3.11 1.5.1 1.5.2
    2.1.1 2.1.2 2.1.3 2.2.1 2.2.2 2.2.3 2.3.1 2.3.3 2.3.4 2.4.1
    3.2.1 3.3.1 3.3.2 3.3.3 3.3.4 3.4.1 3.4.3 3.4.4 3.4.5 3.4.6 3.5.1 3.5.3 3.7.2 4.1.1 4.1.3
    5.1.1 5.2.1 5.2.2 5.2.3 5.3.2 5.4.1 5.4.2
    6.2.1 6.2.4 6.2.5 6.2.7 6.2.9 6.2.10 6.2.12 6.3.1 6.3.2 6.3.3 6.4.1 6.4.3 6.5.1 6.5.5
    7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.5 7.5.1 7.5.2
    8.2.1 8.2.2 8.2.3 8.3.1 8.4.1
    11.3.2 11.3.3 11.4.1 11.4.2 11.5.1 13.2.4 13.2.5 13.3.1 13.4.1 13.4.2
    14.1.1 14.1.2 14.2.1 14.2.2 14.2.3 14.2.7 14.2.8 14.3.1 14.3.2 15.1.2 15.2.2 15.3.2 15.3.3 15.3.4
    16.2.1 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.5.1
    P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15
    L1 L2 L3 L4 L5 L6 W1 W2 W3 W4 X1 X2 X3 X4 R1 R2 F1 F2 F3
""".split()
"""Everything that is asked: items of OWASP ASVS 5.0.0, and our own codes."""


def rows(path: Path, cells: int) -> list[list[str]]:
    """Return the rows of a paper's tables that have so many cells, without headings."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    split = [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in lines]
    return [row for row in split if len(row) == cells]


# Data and their classes ---------------------------------------------------------------------------------------------


class Classed(NamedTuple):
    """One row about columns with something about a person."""

    table: str
    columns: list[str]
    kind: str
    sealed: str
    readers: str
    kept: str


def quoted(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def classed() -> list[Classed]:
    return [
        Classed(quoted(table)[0], quoted(columns), *rest)
        for table, columns, *rest in rows(PAPERS / "data.md", 6)
        if table != "Table"
    ]


def impersonal() -> list[tuple[str, str]]:
    return [
        (quoted(table)[0], column)
        for table, columns in rows(PAPERS / "data.md", 2)
        if table.startswith("`")
        for column in quoted(columns)
    ]


def test_every_column_has_a_class_and_no_column_is_invented() -> None:
    """A new column belongs into one of the two tables of docs/security/data.md."""
    there = [
        (table.name, column.name) for table in models.metadata().sorted_tables for column in table.columns
    ]
    said = [(row.table, column) for row in classed() for column in row.columns] + impersonal()
    assert Counter(said) == Counter(there)


@pytest.mark.parametrize("row", classed(), ids=lambda row: f"{row.table} {row.columns[0]}")
def test_every_class_is_a_known_one_with_readers_and_an_end(row: Classed) -> None:
    assert row.kind in CLASSES
    assert row.readers
    assert row.kept


def test_what_is_said_to_be_sealed_is_sealed_and_nothing_else() -> None:
    said = {(row.table, column) for row in classed() for column in row.columns if row.sealed == "yes"}
    assert said == {(table.name, column) for table, column in models.sealed_columns()}


def test_names_and_words_of_patients_are_sealed() -> None:
    """The addresses and names of staff are not: administrators and the trail have to name them."""
    open_ = {
        (row.table, column)
        for row in classed()
        for column in row.columns
        if row.kind in ("identity", "words") and row.sealed != "yes"
    }
    assert open_ == {("staff_user", "email"), ("staff_user", "full_name")}


# What is asked, and what holds it -----------------------------------------------------------------------------------


class Item(NamedTuple):
    """One thing that is asked, with its answer."""

    code: str
    asked: str
    state: str
    where: str
    tests: list[str]


def items() -> list[Item]:
    found = []
    for code, asked, state, where, tests in rows(PAPERS / "controls.md", 5):
        if code != "Code":
            found.append(Item(code.partition(" ")[0], asked, state, where, re.findall(r"`([^`]+)`", tests)))
    return found


@cache
def functions_in(path: Path) -> frozenset[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef))


def exists(test: str) -> bool:
    file, _colons, function = test.partition("::")
    path = ROOT / "tests" / file
    return path.is_file() and function.startswith("test_") and function in functions_in(path)


def test_nothing_that_is_asked_lacks_its_answer() -> None:
    assert [item.code for item in items()] == list(dict.fromkeys(item.code for item in items()))
    assert sorted(item.code for item in items()) == sorted(ASKED)


@pytest.mark.parametrize("item", items(), ids=lambda item: item.code)
def test_an_answer_names_tests_that_exist_or_says_why_there_are_none(item: Item) -> None:
    assert item.asked
    assert item.state in STATES
    assert [test for test in item.tests if not exists(test)] == []
    if item.state in ("done", "partly"):
        assert item.tests, "what is done is held by a test"
    if item.state != "done":
        assert len(item.where) > 40, "what is not done says why"


# Promises of the papers that no other test holds ----------------------------------------------------------------------

RUNS = re.compile(
    r"(eval|exec|compile|os\.system|os\.popen|pickle\.loads?|marshal\.loads?|yaml\.load|__import__)$"
)


@pytest.mark.long
def test_no_code_runs_texts_or_reads_objects_that_run() -> None:
    found = [f"{name(path)}: {call}" for path in MODULES for call in calls(path) if RUNS.fullmatch(call)]
    assert found == []
    shells = [
        f"{name(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.keyword) and node.arg == "shell"
    ]
    assert shells == []
    readers = {"pickle", "marshal", "shelve", "yaml", "xml.etree", "lxml"}
    assert [name(path) for path in MODULES if readers & set(imports(path))] == []


def test_no_broken_hash_is_used() -> None:
    weak = re.compile(r"\b(md5|sha1|md4|ripemd160)\b", re.IGNORECASE)
    assert [name(path) for path in MODULES if weak.search(path.read_text(encoding="utf-8"))] == []


CONNECTING = {
    "ftplib",
    "http.client",
    "psycopg",
    "redis",
    "smtplib",
    "socket",
    "urllib.request",
    "xmlrpc.client",
}
"""Modules that open connections; the drivers of the database and of the queue are loaded by SQLAlchemy and huey."""


def test_no_code_connects_to_anything_but_database_queue_and_mail_server() -> None:
    found = {
        name(path)
        for path in MODULES
        if any(
            imported == each or imported.startswith(f"{each}.")
            for imported in imports(path)
            for each in CONNECTING
        )
    }
    assert found == {
        "estimator/cli/doctor.py",  # asks whether this machine has the address that HOST names
        "estimator/cli/doctor_situation.py",  # asks this machine's own server whether it answers
        "estimator/cli/serve.py",  # listens
        "estimator/jobs.py",  # the queue
        "estimator/mail/smtp.py",
        "estimator/operations/copies.py",  # what pg_dump needs to know of the database
        "estimator/operations/heartbeats.py",  # the machine's own name
        "estimator/postgresql.py",
        "estimator/processes/connections.py",  # answers
        "estimator/processes/hand_over.py",  # passes connections on
        "estimator/processes/reception.py",  # listens
        "estimator/processes/server.py",  # listens
    }


BLANK = "[CLINIC: "
"""How a blank for the clinic begins."""

TEMPLATES = ("processing-records.md", "impact-assessment.md", "privacy-notice.md", "breach.md")


@pytest.mark.parametrize("paper", TEMPLATES)
def test_the_blanks_of_the_templates_are_marked(paper: str) -> None:
    text = (PAPERS / paper).read_text(encoding="utf-8")
    blanks = re.findall(r"\[CLINIC: [^\[\]]+\]", text)
    assert len(blanks) > 2
    assert text.count(BLANK) == len(blanks)
    assert not re.search(r"_{3,}|\bTBD\b|\bTODO\b|\bXXX\b", text)


@pytest.mark.parametrize("paper", ALL, ids=name)
def test_every_paper_is_linked_from_the_index_and_from_the_page_on_security(paper: Path) -> None:
    assert f"(security/{paper.name}" in (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert f"(docs/security/{paper.name}" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("paper", ALL, ids=name)
def test_every_command_of_a_paper_is_one(paper: Path) -> None:
    named = re.findall(r"(?:^ {4}|`)estimator ([a-z]+)", paper.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= set(COMMANDS)
