"""Every kind of problem has a sentence, somebody who tells it, and all the values that the sentence needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

import pricing
from pricing import quote as quote_content
from pricing.problems import ANSWER_SENTENCES, SENTENCES, Problem, say
from pricing.table_sentences import TABLE_SENTENCES, WARNING_SENTENCES
from tests.pricing.test_lint import CAREFUL, MORE_DRIVERS, charge
from tests.pricing.test_notation_reading import CASES, CHANGES, WHOLE, with_change

CODE = sorted(Path(pricing.__file__).parent.glob("*.py"))


def needed(kind: str) -> set[str]:
    """The names of the values that a sentence has places for."""
    return {name for _, name, _, _ in Formatter().parse(SENTENCES[kind]) if name is not None}


def refused(text: str) -> Iterator[Problem]:
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(text)
    yield from refusal.value.problems


def bad_tables() -> Iterator[Problem]:
    """Problems of every kind that reading a table can tell."""
    for path in sorted(CASES.glob("*.bad.toml")):
        yield from refused(path.read_text(encoding="utf-8"))
    for old, new in CHANGES:
        yield from refused(with_change(old, new))
    none_offered = WHOLE
    for code in ("own", "cord", "graft"):
        more = f'choice.{code}.offered = false\nchoice.{code}.why.en = "x"\nchoice.{code}.label.en'
        none_offered = none_offered.replace(f"choice.{code}.label.en", more)
    yield from refused(none_offered)
    yield from refused(with_change("when = { rehab = true }", "when = { zodiac = true }"))
    yield from refused(with_change("price = 75", "price = " + "[" * 50_000))
    yield from refused("".join(f"key_{number} = 1\n" for number in range(1_100)))
    yield from refused("#" * 2_000_001)
    yield from refused("\n" * 100_000)
    yield from refused("[a]\n" * 15_001)
    factors = ", ".join(f'"n{number}"' for number in range(21))
    yield from refused(with_change('per = ["nights"]', f"per = [{factors}]"))
    few = "".join(
        f'[charge.more_{number}]\nlabel.en = "x"\ngroup = "care"\npercent = 1\nof = ["care"]\n'
        for number in range(200)
    )
    yield from refused(WHOLE + "\n" + few)
    many = "".join(
        f'[charge.more_{number}]\nlabel.en = "x"\ngroup = "care"\nprice = 1\n' for number in range(1_500)
    )
    many += "".join(
        f'[tax.more_{number}]\nlabel.en = "x"\npercent = 1\nof = ["care"]\n' for number in range(1_500)
    )
    yield from refused(WHOLE + "\n" + many)
    yield from refused(f"x = [{'1,' * 150_001}]")


def bad_answers() -> Iterator[Problem]:
    """Problems of every kind that answers can have."""
    table = pricing.read(WHOLE)
    good = {"cells": "own", "sessions": 2, "rehab": True, "hours": 1, "companion": True}
    changes: list[dict[str, object]] = [
        {"cells": None, "sessions": 0, "nights": 99, "rehab": 1, "arrival": "soon", "zodiac": 1},
        {"cells": "x", "sessions": "x", "hours": "0.3"},
        {"cells": "ipsc"},
        {"sessions": 5, "companion": False},
    ]
    for change in changes:
        with pytest.raises(pricing.BadAnswers) as refusal:
            pricing.estimate(table, {**good, **change})
        yield from refusal.value.problems
    left_open = pricing.read((CASES / "left-open.toml").read_text(encoding="utf-8"))
    answers = {"cells": "own", "sessions": 1, "nights": 0, "rehab": False}
    with pytest.raises(pricing.BadAnswers) as refusal:
        quote_content.compute(left_open, answers, [])
    yield from refusal.value.problems


def suspicious_tables() -> Iterator[Problem]:
    """Warnings of every kind."""
    table = CAREFUL.replace("{ price = 280 }", "{ up_to = 8, price = 1 }").replace(', ar = "قائمة دقيقة"', "")
    table = table.replace("[driver.sessions]", 'choice.fat.label = { en = "x", ar = "y" }\n[driver.sessions]')
    table = table.replace("choice.cord.label", "choice.cord.no_charge = true\nchoice.cord.label")
    table += MORE_DRIVERS + charge("free", "price = 0").replace('source = "x"', "")
    table += charge("fine", "price = 630.000\nper = 'sessions'")
    table += charge("never", "when = { sessions = 9 }\nprice = 1") + charge(
        "none", "percent = 1\nof = ['empty']"
    )
    table += '\n[group.empty]\nlabel = { en = "x", ar = "y" }\n'
    for code, rest in (("nobody", "when = { sessions = 9 }\nprice = 1"), ("dear", "price = 99999")):
        table += f'\n[package.{code}]\nlabel = {{ en = "x", ar = "y" }}\ngroup = "care"\n{rest}\n'
        table += "covers = { ward = 1 }\n"
    table += charge("far", "per = 'sessions'\ngraduated = [{ up_to = 6, price = 1 }, { price = 2 }]")
    table += charge("credit", "price = -400")
    before = pricing.read(
        table.replace("price = 4000", "price = 400").replace("price = 5000", "price = 50000")
    )
    for code, term in (
        ("wait", "kind = 'accept_after'\ndays = 40"),
        ("costs", "kind = 'notice'\nnotice = 'costs'"),
        ("sometimes", "kind = 'notice'\nnotice = 'sometimes'"),
        ("number", "kind = 'print'\nfield = 'registration'"),
        ("units", "kind = 'print'\nfield = 'units'"),
    ):
        table += f"\n[terms.{code}]\n{term}\nsource = 'An act'\nas_of = 2026-11-29\n"
    table += "\n[notice.sometimes]\nkind = 'legal'\nwhen = { cells = 'own' }\ntext = { en = 'x', ar = 'y' }\n"
    table += charge("product", "per = ['sessions', 'nights']\nprice = 1")
    table += charge("minus", "per = 'sessions'\nprice = -1")
    table += "\n[commission.agency]\npayee = { en = 'Agency', ar = 'x' }\namount = 1\n"
    yield from pricing.lint(pricing.read(table), before, nobody_earns=("y",))
    german = CAREFUL.replace("{ en =", "{ de =").replace('"en"', '"de"')
    yield from pricing.lint(pricing.read(german), in_english=("Cord",))
    yield from pricing.slips(pricing.read(table), today=date(2024, 1, 1))


@pytest.mark.long
@pytest.mark.parametrize(
    ("problems", "sentences"),
    [(bad_tables, TABLE_SENTENCES), (bad_answers, ANSWER_SENTENCES), (suspicious_tables, WARNING_SENTENCES)],
    ids=["tables", "answers", "warnings"],
)
def test_every_kind_is_told_with_exactly_the_values_of_its_sentence(
    problems: object, sentences: dict[str, str]
) -> None:
    assert callable(problems)
    told: set[str] = set()
    for problem in problems():
        told.add(problem.kind)
        assert set(problem.values) - {"rule"} == needed(problem.kind), problem.kind
        assert problem.text.isprintable()
    assert told == set(sentences)


def test_no_code_tells_a_kind_without_a_sentence() -> None:
    known = [
        name for kind in ("key", "word", "name", "driver") for name in (f"unknown_{kind}", f"misspelt_{kind}")
    ]
    words: set[str] = set(known)
    for path in CODE:
        if path.name != "problems.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            words |= {
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr == "problem"
                ):
                    kind = node.args[1]
                    if isinstance(kind, ast.Constant):
                        assert kind.value in SENTENCES
    assert set(SENTENCES) <= words


@pytest.mark.parametrize("kind", SENTENCES)
def test_a_sentence_is_whole_and_calm(kind: str) -> None:
    sentence = SENTENCES[kind]
    assert sentence.endswith((".", "?", "}", '\\".')) or kind == "not_by_language"
    assert "!" not in sentence
    assert sentence == sentence.strip()
    assert "  " not in sentence


def test_words_of_the_table_are_said_in_the_readers_language() -> None:
    problem = Problem(
        "cells", None, "answer_not_offered", {"label": {"en": "Cord", "ar": "حبل"}, "why": {"en": "No."}}
    )
    assert problem.text == "“Cord” is not offered here. No."
    assert say(problem, "{label}: {why}", ("ar", "en")) == "حبل: No."
    assert say(problem, "{label}", ("fr",)) == "Cord"
    assert say(Problem("x", None, "missing", {"key": ["a", "b"]}), "{key}") == "a, b"
    assert say(Problem("x", None, "missing", {"key": "{danger} {0}"}), "{key}") == "{danger} {0}"
