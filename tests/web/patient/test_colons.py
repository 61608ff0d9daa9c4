"""What stands between a label and its text, or between two sentences, is written as each language writes it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from tests.support.clinic import ANSWERS, table_text
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


def test_a_sentence_ends_with_the_stop_of_its_language(start: Callable[..., Flask]) -> None:
    visitor = Visitor(start(table_text(), languages=("en", "bn")))
    path = visitor.estimate(ANSWERS).path
    visitor.open("/?language=bn")
    kept = visitor.open(f"{path}/data").text()
    assert "। " in kept
    assert ". " not in kept, kept
