from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

import pricing
from estimator.cli.refusal import Refused, text_of
from tests.support.commands import estimator_bytes
from tests.support.example_list import table_text

ANSWERS = {"sessions": 3}

Run = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def table(tmp_path: Path) -> str:
    """Return the path of a file with the example list."""
    path = tmp_path / "example.toml"
    path.write_text(table_text())
    return str(path)


@pytest.fixture
def run() -> Run:
    """Return a function that runs the command and returns exit code, standard output and standard error."""

    def run(*arguments: str, given: bytes = b"") -> tuple[int, bytes, str]:
        code, output, errors = estimator_bytes(*arguments, given=given)
        return code, output, errors.decode()

    return run


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Return a function that writes answers to a file and returns its path."""

    def write(text: str | bytes) -> str:
        path = tmp_path / "answers.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return write


def test_the_breakdown_is_printed_byte_for_byte(run: Run, table: str, answers: Callable[[str], str]) -> None:
    code, output, errors = run("price", table, "--answers", answers(json.dumps(ANSWERS)), "--json")
    assert (code, errors) == (0, "")
    assert output == pricing.estimate(pricing.read(table_text()), ANSWERS).as_json()


def test_answers_may_come_from_standard_input(run: Run, table: str) -> None:
    given = json.dumps(ANSWERS).encode()
    code, output, _errors = run("price", table, "--answers", "-", "--json", given=given)
    assert code == 0
    assert json.loads(output)["totals"]["total"]["likely"] == "6000.00"


def test_the_standard_input_has_a_name(run: Run, table: str) -> None:
    errors = run("price", table, "--answers", "-", "--json", given=b"[]")[2]
    assert errors.startswith("estimator: The standard input must hold a JSON object")


def test_numbers_are_taken_as_they_are_written(answers: Callable[[str], str]) -> None:
    from estimator.cli.price import answers_of

    assert answers_of(answers('{"dose": 0.1000000000000000055511151231257827, "sessions": 3}')) == {
        "dose": Decimal("0.1000000000000000055511151231257827"),
        "sessions": 3,
    }


def test_every_refused_answer_is_a_sentence_of_its_own(
    run: Run, table: str, answers: Callable[[str], str]
) -> None:
    given = {"sessions": "1,5", "cells": "stolen", "nights": -1, "rehab": "perhaps", "dose": 3}
    code, output, errors = run("price", table, "--answers", answers(json.dumps(given)), "--json")
    assert (code, output) == (2, b"")
    assert errors.splitlines() == [
        "estimator: cells: “stolen” is not one of the answers. Choose one of: own.",
        "estimator: sessions: “1,5” is not a number. Write digits, for example 1.",
        "estimator: nights: -1 is too low. The least is 0.",
        "estimator: rehab: “perhaps” is neither yes nor no.",
        "estimator: dose: There is no question “dose” in this price list.",
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not JSON: line 1, column 1: Expecting value."),
        ('{"sessions": 3', "is not JSON: line 1, column 15: Expecting ',' delimiter."),
        ("[3]", 'must hold a JSON object, for example {"sessions": 3}.'),
        ("null", 'must hold a JSON object, for example {"sessions": 3}.'),
        (b'{"sessions": "\xff"}', "is not UTF-8 (line 1). Save it as UTF-8."),
        ("[" * 100_000, "is nested too deeply."),
    ],
)
def test_what_is_no_json_object_is_a_sentence(
    run: Run, table: str, answers: Callable[[str | bytes], str], text: str | bytes, sentence: str
) -> None:
    path = answers(text)
    assert run("price", table, "--answers", path, "--json") == (2, b"", f"estimator: {path} {sentence}\n")


@pytest.mark.long
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"sessions": 3, "sessions": 4}', "“sessions” is answered twice. Delete one of them."),
        ('{"sessions": NaN}', "“NaN” is not a number. Write it in digits."),
        ('{"sessions": -Infinity}', "“-Infinity” is not a number. Write it in digits."),
    ],
)
def test_what_json_lets_through_and_nobody_means_is_refused(
    run: Run, table: str, answers: Callable[[str], str], text: str, sentence: str
) -> None:
    code, _output, errors = run("price", table, "--answers", answers(text), "--json")
    assert (code, errors) == (2, f"estimator: {sentence}\n")


@pytest.mark.long
@pytest.mark.parametrize(
    "answer",
    ["9" * 5000, "1e999999999", "1e-999999999", '"' + "9" * 5000 + '"', "[[1]]", '{"a": {}}', "true"],
)
def test_an_absurd_answer_is_one_short_sentence(
    run: Run, table: str, answers: Callable[[str], str], answer: str
) -> None:
    code, _output, errors = run("price", table, "--answers", answers(f'{{"sessions": {answer}}}'), "--json")
    assert code == 2
    assert errors.startswith("estimator: sessions: ")
    assert len(errors) < 300


@pytest.mark.long
def test_files_that_cannot_be_read_are_sentences(
    run: Run, table: str, answers: Callable[[str], str], tmp_path: Path
) -> None:
    nowhere, given = str(tmp_path / "nowhere"), answers("{}")
    no_such_file = (2, b"", f"estimator: {nowhere}: there is no such file.\n")
    assert run("price", nowhere, "--answers", given) == no_such_file
    assert run("price", table, "--answers", nowhere) == no_such_file
    assert run("price", table, "--answers", str(tmp_path)) == (
        2,
        b"",
        f"estimator: {tmp_path} is a folder. Name a file in it.\n",
    )
    assert run("price", "a" * 5_000, "--answers", given)[0] == 2
    with pytest.raises(Refused):
        text_of("a\0b")  # no shell hands such a name over
    assert "is longer than any price table or plan" in run("price", "/dev/zero", "--answers", given)[2]


def test_a_table_with_problems_names_them_all(
    run: Run, tmp_path: Path, answers: Callable[[str], str]
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(table_text(price="'480,00'").replace('role = "sessions"', 'role = "visits"'))
    code, output, errors = run("price", str(path), "--answers", answers("{}"), "--json")
    assert (code, output) == (2, b"")
    assert f"{path}:56: charge.session.price: " in errors
    assert "driver.sessions.role: " in errors


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "No such command 'nothing'."),
        (["price"], "Missing argument 'TABLE'."),
        (["price", "a.toml"], "Missing option '--answers'."),
        (["price", "--colour"], "No such option '--colour'."),
        (["--colour"], "No such option '--colour'."),
        (["price", "a.toml", "b.toml", "--answers", "c"], "Got unexpected extra argument (b.toml)"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(run: Run, arguments: list[str], sentence: str) -> None:
    assert run(*arguments) == (2, b"", f"estimator: {sentence}\n")


def test_without_a_command_there_is_help(run: Run) -> None:
    code, output, _errors = run()
    assert code == 0
    assert output == run("--help")[1]
    for command in (b"price", b"tables", b"serve", b"prepare", b"purge", b"doctor"):
        assert command in output


def shell(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which "$E" is the command."""
    command = f'E() {{ "{sys.executable}" -m estimator "$@"; }}; {script}'
    return subprocess.run(
        ["bash", "-c", command, "bash", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("E price $1 --answers $2 --json | exec <&-; exit ${PIPESTATUS[0]}", "The output was closed before"),
        ("E price $1 --answers $2 --json >&-", "There is no standard output to write to."),
        ("E price $1 --answers - --json <&-", "There is no standard input to read from."),
    ],
)
def test_a_closed_pipe_is_a_sentence(
    table: str, answers: Callable[[str], str], script: str, sentence: str
) -> None:
    done = shell(script, table, answers(json.dumps(ANSWERS)))
    assert done.returncode == 2
    assert done.stderr.startswith(f"estimator: {sentence}")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_is_a_sentence(table: str, answers: Callable[[str], str]) -> None:
    done = shell("E price $1 --answers $2 --json > /dev/full", table, answers(json.dumps(ANSWERS)))
    assert (done.returncode, done.stderr) == (
        2,
        "estimator: The output cannot be written (No space left on device).\n",
    )


def test_pricing_waits_for_nothing_that_only_the_app_needs(table: str, answers: Callable[[str], str]) -> None:
    path = answers(json.dumps(ANSWERS))
    script = (
        "import sys; from estimator.cli import main\n"
        f"try: main(['price', {table!r}, '--answers', {path!r}, '--json'])\n"
        "except SystemExit: pass\n"
        "print({'flask', 'sqlalchemy', 'babel', 'weasyprint'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == "set()\n"


def test_a_terminal_without_utf_8_gets_its_sentences_too(table: str, answers: Callable[[str], str]) -> None:
    path = answers('{"sessions": "1,5"}')
    done = shell("E price $1 --answers $2 --json", table, path, PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert done.returncode == 2
    assert r"\u201c1,5\u201d is not a number." in done.stderr
