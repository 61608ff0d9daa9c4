"""Lines that the patient may take or leave: kept while a quote is prepared, frozen with it, and in the acceptance."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import text

from estimator import quotes
from estimator.db import db
from estimator.models import PatientRequest, QuoteRevision
from estimator.quotes import draft_plans, drafts
from estimator.verification import all_quotes
from pricing.quote_options import Option
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_papers import text_of
from tests.support.example_quotes import CLINIC, ask, draw, issue, prepare, publish, settings, state

INTERPRETER = Option(Decimal("120.00"), "Interpreter", ("vat",), "USD")
ROOM = Option(Decimal("33.33"), "A larger room", currency="USD")


@pytest.fixture
def request_(app: Flask) -> PatientRequest:
    """Return a request for two sessions, which come to USD 4,400.00."""
    return ask(publish())


@pytest.fixture
def revision(request_: PatientRequest) -> QuoteRevision:
    """Return a quote with two such lines, of USD 132.00 and USD 33.33."""
    prepare(request_, options=[INTERPRETER, ROOM])
    return issue(request_)


def accept(revision: QuoteRevision, *taken: int) -> None:
    quotes.accept(
        acting(clinic=CLINIC, now=NOW, settings=settings()),
        revision,
        typed_name="Anna Kowalska",
        agreed_to="I accept this quote.",
        language="en",
        network="203.0.113.0/24",
        pdf_sha256=None,
        taken=taken,
    )
    db.session.commit()


def test_they_are_frozen_beside_the_firm_total_and_not_in_it(revision: QuoteRevision) -> None:
    content = json.loads(revision.content)
    assert (content["total"], revision.total) == ("4400.00", "4400.00")
    assert [(each["net"], each["total"]) for each in content["options"]] == [
        ("120.00", "132.00"),
        ("33.33", "33.33"),
    ]
    assert "Interpreter" not in revision.content


def test_their_words_cannot_be_read_in_the_database(request_: PatientRequest) -> None:
    prepare(request_, options=[INTERPRETER])
    draft = drafts.for_request(request_)
    assert draft is not None
    assert draft.options is not None
    assert b"Interpreter" not in draft.options
    assert draft_plans.options_of(draft, settings()) == [INTERPRETER]


def test_the_next_revision_begins_with_them(revision: QuoteRevision, request_: PatientRequest) -> None:
    assert prepare(request_).options == [INTERPRETER, ROOM]


def test_a_line_whose_tax_the_list_has_not_is_not_issued(request_: PatientRequest) -> None:
    found = prepare(request_, options=[ROOM, Option(Decimal("1.00"), "Wrong", ("gst",))])
    assert [(one.code, one.detail) for one in found.missing] == [("option", ("2",))]


def test_another_line_is_another_quote_to_whoever_looked_at_it(request_: PatientRequest) -> None:
    before = prepare(request_, options=[INTERPRETER]).fingerprint
    prepare(request_, options=[ROOM])
    assert state(request_).fingerprint != before


@pytest.mark.parametrize(
    ("taken", "kept", "total"),
    [((), "", None), ((1,), "1", "4532.00"), ((2, 1, 2), "1 2", "4565.33")],
)
def test_what_was_taken_is_in_the_acceptance(
    revision: QuoteRevision, taken: tuple[int, ...], kept: str, total: str | None
) -> None:
    accept(revision, *taken)
    said = quotes.decision_of(revision)
    assert said is not None
    assert (said.taken, said.total) == (kept, total)
    assert quotes.taken_with(said) == sorted(set(taken))


@pytest.mark.parametrize("taken", [0, -1, 3])
def test_what_is_not_offered_is_not_taken(revision: QuoteRevision, taken: int) -> None:
    with pytest.raises(quotes.NoSuchOption):
        accept(revision, taken)
    assert quotes.decision_of(revision) is None


def test_all_quotes_are_computed_again_with_what_was_taken(revision: QuoteRevision) -> None:
    accept(revision, 1)
    (found,) = list(all_quotes.each(settings().data_keys))
    assert found.faults == ()


@pytest.mark.parametrize(
    "change",
    ["taken = '2'", "taken = '9'", "taken = 'x'", "taken = NULL", "total = '1.00'", "total = NULL"],
)
def test_another_thing_than_was_taken_is_found_out(revision: QuoteRevision, change: str) -> None:
    accept(revision, 1)
    db.session.execute(text(f"UPDATE quote_decision SET {change}"))
    db.session.commit()
    (found,) = list(all_quotes.each(settings().data_keys))
    assert [fault.code for fault in found.faults] == ["accepted"]


@pytest.mark.long
def test_the_document_names_them_with_their_taxes_and_has_a_box_for_each(revision: QuoteRevision) -> None:
    said = " ".join(text_of(draw(revision)).replace("\N{NO-BREAK SPACE}", " ").split())
    assert "What you may take with it" in said
    assert "USD 120.00 without taxes; Value added tax 10 %: USD 12.00" in said.replace(
        "\N{NARROW NO-BREAK SPACE}", " "
    )
    assert "Tick what you take with it; it is added to the firm total:" in said
    assert "Interpreter: USD 132.00" in said


def changed(request: PatientRequest, options: list[Option]) -> list[tuple[str, str, str]]:
    """Issue the next revision with these lines, and return what it says has changed of them."""
    prepare(request, options=options)
    rows = quotes.rows_of(issue(request), settings().data_keys)
    assert rows is not None
    said = [(row.kind, row.label.text, row.old, row.new) for row in rows.changed]
    assert {kind for kind, *_rest in said} <= {"option"}
    return [
        (
            label.removeprefix("You may take with it: "),
            old.replace(NO_BREAK, " "),
            new.replace(NO_BREAK, " "),
        )
        for _kind, label, old, new in said
    ]


NO_BREAK = "\N{NO-BREAK SPACE}"


def test_a_revision_says_which_lines_came_went_or_cost_another_amount(revision: QuoteRevision) -> None:
    lines = [replace(INTERPRETER, net=Decimal("150.00")), Option(Decimal("5.00"), "A newspaper")]
    assert changed(revision.quote.request, lines) == [
        ("Interpreter", "USD 132.00", "USD 165.00"),
        ("A larger room", "USD 33.33", "not in it"),
        ("A newspaper", "not in it", "USD 5.00"),
    ]


def test_the_first_lines_and_the_end_of_all_of_them_are_told(request_: PatientRequest) -> None:
    prepare(request_)
    issue(request_)
    assert changed(request_, [ROOM]) == [("A larger room", "not in it", "USD 33.33")]
    draft = drafts.begin(acting(now=NOW, settings=settings()), request_)
    drafts.change(acting(now=NOW, settings=settings()), draft, save=draft.save, options=[])
    rows = quotes.rows_of(issue(request_), settings().data_keys)
    assert rows is not None
    assert [row.new for row in rows.changed] == ["not in it"]


def test_a_line_that_was_taken_and_is_offered_anew_is_told(revision: QuoteRevision) -> None:
    accept(revision, 1)
    assert changed(revision.quote.request, [INTERPRETER, ROOM]) == [
        ("Interpreter", "Taken with it: USD 132.00", "USD 132.00")
    ]


def test_it_is_told_in_both_languages_of_a_document(app: Flask) -> None:
    request = ask(publish(), language="fr")
    prepare(request)
    issue(request)
    prepare(request, options=[ROOM], second="en")
    rows = quotes.rows_of(issue(request), settings().data_keys)
    assert rows is not None
    assert rows.second is not None
    first, second = rows.changed[0].label.text, rows.second.rows.changed[0].label.text
    assert first.endswith("A larger room")
    assert second == "You may take with it: A larger room"
    assert first != second


@pytest.mark.long
def test_the_box_to_tick_stands_beside_a_label_that_is_one_long_word(request_: PatientRequest) -> None:
    prepare(request_, options=[Option(Decimal("9.00"), "Rechtsschutzversicherung" * 5)])
    words = re.findall(r'yMin="([0-9.]+)".*>(.+)</word>', text_of(draw(issue(request_)), "-bbox"))
    asked = [float(top) for top, word in words if word == "Tick"][-1]
    label = next(float(top) for top, word in words[::-1] if word.startswith("Rechtsschutz"))
    assert 0 < label - asked < 20  # one line; two are 30 points
