"""What stands between a label and its text, or between two sentences, is written as each language writes it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from estimator.i18n import Words, reader, speaking, with_colon
from tests.support.clinic import ANSWERS, table_text
from tests.support.folders import ROOT
from tests.support.visitor import Visitor

SPACE = "\N{NO-BREAK SPACE}"


def test_a_colon_has_a_space_before_it_in_french(start: Callable[..., Flask]) -> None:
    visitor = Visitor(start(table_text(), languages=("en", "fr")))
    path = visitor.estimate(ANSWERS).path
    assert visitor.open("/estimate/clinic").one("form", id="typed").get("data-colon") == ": "
    (said,) = visitor.open(f"{path}/explore").all("p", class_="now")
    assert "".join(said.itertext()).startswith("Likely total: USD")
    visitor.open("/?language=fr")
    assert visitor.open("/estimate/clinic").one("form", id="typed").get("data-colon") == f"{SPACE}: "
    (said,) = visitor.open(f"{path}/explore").all("p", class_="now")
    assert "".join(said.itertext()).startswith(f"Total probable{SPACE}: USD")


def test_what_is_wrong_stands_behind_its_question_with_the_colon_of_the_language(
    start: Callable[..., Flask],
) -> None:
    visitor = Visitor(start(table_text(), languages=("en", "fr")))
    visitor.open("/?language=fr")
    for answers in ({}, {**ANSWERS, "q_sessions": "7"}):
        sent = visitor.send(visitor.open("/estimate/clinic"), answers)
        assert sent.problems
        for said in sent.problems:
            assert f"{SPACE}: " in said, said
            assert not re.search(rf"[^{SPACE}]:", said), said


@pytest.mark.parametrize(
    ("tag", "label", "line"),
    [
        ("en", "Sessions", "Sessions: 2"),
        ("fr", "Séances", f"Séances{SPACE}: 2"),
        ("fr", f"Un rein{SPACE}?", f"Un rein{SPACE}? 2"),
        ("ar", "هل تحتاج؟", "هل تحتاج؟ 2"),
        ("en", "何回？", "何回？ 2"),
    ],
)
def test_a_question_mark_needs_no_colon_after_it(app: Flask, tag: str, label: str, line: str) -> None:
    with app.test_request_context(), speaking(reader(tag)):
        for called in (label, Words(label, "xx", "ltr")):
            assert str(with_colon(called, "2")) == line


def test_a_sentence_ends_with_the_stop_of_its_language(start: Callable[..., Flask]) -> None:
    visitor = Visitor(start(table_text(), languages=("en", "bn")))
    path = visitor.estimate(ANSWERS).path
    visitor.open("/?language=bn")
    kept = visitor.open(f"{path}/data").text()
    assert "। " in kept
    assert ". " not in kept, kept


def test_no_template_for_patients_writes_a_mark_of_its_own_between_two_texts() -> None:
    """A colon is that of `colon`, a comma of `comma`, a semicolon of `between`: each language has its own."""
    folder = ROOT / "templates"
    read = [
        path for path in folder.rglob("*.*") if path.relative_to(folder).parts[0] not in ("desk", "staff")
    ]
    assert len(read) > 100
    marks = re.compile(r"""[}>] ?[:;,] ?\{\{|%\} ?[:;] ?(?:\{\{|<)|\) ~ "[:;] " ~|~ "[:;] " ~ \w""")
    found = [
        f"{path.name}: {mark[0]}"
        for path in read
        for mark in marks.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_no_french_mark_can_stand_alone_at_the_beginning_of_a_line() -> None:
    """French has a space before high marks and inside its quotation marks: one at which no line is broken."""
    catalogue = (ROOT / "estimator/translations/fr/LC_MESSAGES/patients.po").read_text(encoding="utf-8")
    said = "\n".join(re.findall(r'^(?:msgstr(?:\[\d\])? )?"(.*)"$', catalogue, re.MULTILINE))
    assert re.findall(r".{0,20} [;:?!»].{0,10}|.{0,10}« .{0,20}", said) == []
