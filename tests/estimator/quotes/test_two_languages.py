"""A quote in two languages: chosen before it is issued, kept as it was issued, and its document as every other one."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from flask import Flask

from estimator import quotes, requests, wording
from estimator.db import db
from estimator.i18n import Words, reader
from estimator.models import QuoteRevision
from estimator.pdf import renderer
from estimator.quotes import drafts, pdf_document
from pricing.quote import as_bytes
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_papers import (
    EVERY_LANGUAGE,
    FIVE,
    FIVE_SCRIPTS,
    TABLES,
    largest,
    table_of,
    text_of,
)
from tests.support.example_quotes import CLINIC, ask, issue, prepare, publish, settings
from tests.support.profile import sampled

LIST = (
    FIVE_SCRIPTS.read_text(encoding="utf-8")
    .replace('evidence = "trial"', 'evidence = "trial"\nbasis.en = "X"')
    .replace("on_request = true", "price = 900.00")
)
"""The list in five scripts, of which everything can be quoted."""


SPACE = "\N{NO-BREAK SPACE}"

LATER = NOW + timedelta(days=1)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return the address of an empty SQLite file: documents do not depend on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


def asked(language: str = "hi", second: str | None = "en") -> QuoteRevision:
    """Return a revision with an adjustment for whoever reads a language, with a second one below each line."""
    request = ask(publish(LIST), plan=FIVE, language=language)
    prepare(request, adjustments=[("-50.00", "Goodwill")], second=second)
    return issue(request)


def rows_of(revision: QuoteRevision) -> wording.FirmRows:
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    return rows


def test_the_words_of_both_languages_are_kept_as_they_were_issued(app: Flask) -> None:
    revision = asked()
    rows = rows_of(revision)
    assert rows.second is not None
    assert (revision.language, rows.second.language) == ("hi", "en")
    assert rows.title.text == "पुनर्वास के साथ स्टेम कोशिका उपचार"
    assert rows.second.rows.title.text == "Stem cell treatment with rehabilitation"
    assert rows.second.rows.about[2].startswith("You need not accept.")
    assert rows.about[2] != rows.second.rows.about[2]
    assert rows.second.rows.total.amount == rows.total.amount
    assert rows.second.rows.second is None


def test_the_document_says_every_line_in_both_languages_and_is_made_once(app: Flask) -> None:
    revision = asked()
    made = pdf_document.render(revision, settings())
    db.session.commit()
    assert made is not None
    assert pdf_document.render(revision, settings()) == made
    rows = rows_of(revision)
    content = quotes.content_of(revision)
    again = pdf_document.document(
        content, rows, patient="Anna Kowalska", language="hi", settings=settings(), logo=None
    )
    assert again == made, "the same to the byte"
    text = "".join(text_of(made, "-raw").split())
    assert rows.second is not None
    for said in (
        "Firm quote",
        "Every item of the firm total",
        rows.second.rows.title.text,
        *rows.second.rows.about,
        "Acceptance on paper",
        rows.second.rows.total.label.text,
    ):
        assert "".join(said.split()) in text, said
    with pikepdf.open(io.BytesIO(made)) as document:
        assert str(document.Root.Lang) == "hi"
        carried = document.attachments["quote.json"].get_file().read_bytes()
    assert carried == as_bytes(content)
    assert content["language"] == "hi"


def test_without_a_choice_a_quote_has_one_language(app: Flask) -> None:
    assert rows_of(asked(second=None)).second is None


def test_the_patients_own_language_is_no_second_one(app: Flask) -> None:
    assert rows_of(asked(language="en")).second is None


def test_a_language_that_is_not_offered_is_no_second_one(app: Flask) -> None:
    assert rows_of(asked(second="ru")).second is None


@pytest.mark.long
def test_the_next_revision_begins_with_the_choice_of_the_last_one(app: Flask) -> None:
    for submission, second in (("one", "en"), ("two", None)):
        version = publish(LIST)
        request = ask(version, plan=FIVE, language="hi", submission=submission)
        prepare(request, second=second)
        issue(request)
        draft = drafts.begin(acting(clinic=CLINIC, now=NOW, settings=settings()), request)
        assert draft.second_language == second


def test_a_choice_is_a_change_that_whoever_issues_has_to_have_seen(app: Flask) -> None:
    request = ask(publish(LIST), plan=FIVE, language="hi")
    seen = prepare(request)
    draft = drafts.for_request(request)
    assert draft is not None
    act, save = acting(clinic=CLINIC, now=NOW, settings=settings()), draft.save
    drafts.change(act, draft, save=save, second="en")
    db.session.commit()
    with pytest.raises(drafts.ChangedMeanwhile):
        quotes.issue(act, request, save=save, fingerprint=seen.fingerprint)


def test_an_adjustment_that_stays_has_changed_in_neither_language(app: Flask) -> None:
    request = ask(publish(LIST), plan=FIVE, language="fr")
    prepare(
        request, adjustments=[("-50.00", "Goodwill"), ("10.00", "Escort"), ("-4.00", "Visa")], second="en"
    )
    issue(request)
    prepare(request, LATER, adjustments=[("10.00", "Escort"), ("-50.00", "Goodwill"), ("7.00", "Post")])
    rows = rows_of(issue(request, LATER))
    assert rows.second is not None
    first, second = (
        [(row.label.text, row.old, row.new) for row in each.changed if row.kind == "adjustment"]
        for each in (rows, rows.second.rows)
    )
    assert [label for label, *_amounts in first] == ["Visa", "Post"]
    assert (first[0][1], first[1][2]) == (f"\N{MINUS SIGN}USD{SPACE}4,00", f"+USD{SPACE}7,00")
    assert second == [
        ("Visa", f"\N{MINUS SIGN}USD{SPACE}4.00", "not in it"),
        ("Post", "not in it", f"+USD{SPACE}7.00"),
    ]


def test_another_amount_of_an_adjustment_is_one_change_that_says_both(app: Flask) -> None:
    request = ask(publish(LIST), plan=FIVE, language="en")
    prepare(request, adjustments=[("-57.60", "Goodwill"), ("-4.00", "Visa"), ("-3.00", "Visa")])
    issue(request)
    prepare(request, LATER, adjustments=[("-5.00", "Visa"), ("9.00", "Post"), ("-7.60", "Goodwill")])
    rows = rows_of(issue(request, LATER))
    minus = f"\N{MINUS SIGN}USD{SPACE}"
    assert [(row.label.text, row.old, row.new) for row in rows.changed if row.kind == "adjustment"] == [
        ("Goodwill", f"{minus}57.60", f"{minus}7.60"),
        ("Visa", f"{minus}4.00", f"{minus}5.00"),
        ("Visa", f"{minus}3.00", "not in it"),
        ("Post", "not in it", f"+USD{SPACE}9.00"),
    ]


def test_another_language_of_the_patient_is_no_change_of_an_adjustment(app: Flask) -> None:
    request = ask(publish(LIST), plan=FIVE, language="en")
    prepare(request, adjustments=[("-50.00", "Goodwill")])
    issue(request)
    request.language = "ru"
    db.session.commit()
    prepare(request, LATER)
    revision = issue(request, LATER)
    assert revision.language == "ru"
    assert "adjustment" not in [row.kind for row in rows_of(revision).changed]


@pytest.mark.long
def test_a_revision_whose_languages_say_different_changes_has_its_document(app: Flask) -> None:
    rows = rows_of(asked(language="fr"))
    assert rows.second is not None
    more = wording.ChangedRow("adjustment", Words("Goodwill"), "not in it", "\N{MINUS SIGN}USD 50.00")
    last = wording.ChangedRow("total", Words("Firm total"), "USD 1.00", "USD 2.00")
    for ours, others in (([last], [more, last]), ([more, last], [last]), ([], [more])):
        drawn = pdf_document.html(
            replace(
                rows,
                changed=ours,
                second=replace(rows.second, rows=replace(rows.second.rows, changed=others)),
            ),
            patient="Anna Kowalska",
            reader=reader("fr"),
            check="https://example.org/verify",
            created=NOW.isoformat(),
        )
        assert renderer.document(drawn, created=NOW).startswith(b"%PDF-")


def test_another_language_of_the_patient_is_a_change_that_whoever_issues_has_to_have_seen(app: Flask) -> None:
    request = ask(publish(LIST), plan=FIVE, language="hi")
    seen = prepare(request, second="en")
    draft = drafts.for_request(request)
    assert draft is not None
    act = acting(clinic=CLINIC, now=NOW, settings=settings())
    requests.speak(act, request, "ru")
    db.session.commit()
    with pytest.raises(drafts.ChangedMeanwhile):
        quotes.issue(act, request, save=draft.save, fingerprint=seen.fingerprint)
    assert issue(request).language == "ru"


@pytest.mark.long
@pytest.mark.parametrize("language", sampled(["es", "ru"], [tag for tag in EVERY_LANGUAGE if tag != "en"]))
def test_no_page_but_the_last_is_left_half_empty(app: Flask, language: str) -> None:
    """What says how it is accepted goes on over a page; only what is signed stands on one."""
    path = next(path for path in TABLES if path.stem == "delhi")
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    answers = largest(table_of(path))
    plan = {code: said if isinstance(said, bool) else str(said) for code, said in answers.items()}
    request = ask(publish(path.read_text(encoding="utf-8"), now), now, plan=plan, language=language)
    prepared = prepare(request, now, adjustments=[("-50.00", "Goodwill")], second="en")
    act = acting(clinic=CLINIC, now=now, settings=settings())
    content, rows = quotes.worded(act, request, prepared, number="Q-2026-00001")
    made = pdf_document.document(content, rows, patient="Anna", language=language, settings=settings())
    *pages, _last = text_of(made, "-bbox").split("</page>")[:-1]
    foot = 780  # in points; an A4 page has 842, the last of them margin and foot
    lowest = [max(y for y in map(float, re.findall(r'yMax="([0-9.]+)"', page)) if y < foot) for page in pages]
    assert min(lowest) > foot * 0.6, lowest
    assert "Acceptance on paper" in text_of(made, "-f", str(len(lowest) + 1))
