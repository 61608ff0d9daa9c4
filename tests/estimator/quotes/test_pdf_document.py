"""The documents of firm quotes: what stands in them, that they are made once, and that they stay as they are."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import html5lib
import pikepdf
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import update

from estimator import clinic, quotes
from estimator.db import db
from estimator.estimates import plain_text
from estimator.i18n import reader, speaking
from estimator.models import QuoteRevision, Rate
from estimator.pdf import images, renderer
from estimator.quotes import drafts, pdf_document
from pricing.quote import as_bytes
from pricing.quote_options import Option
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.example_papers import FIVE, FIVE_SCRIPTS, LANGUAGES, text_of, unnamed_tables
from tests.support.example_quotes import (
    CLINIC,
    COORDINATOR,
    PLAN,
    ask,
    issue,
    list_text,
    person,
    prepare,
    publish,
    quoted,
    settings,
    state,
    with_plans,
)

NO_BREAK = "\N{NO-BREAK SPACE}"

STAGES = """
[stage.done]
label.en = "The treatment"
"""


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return the address of an empty SQLite file: documents do not depend on the kind of database."""
    return f"sqlite:///{tmp_path}/estimator.sqlite"


def rendered(revision: QuoteRevision) -> bytes:
    content = pdf_document.render(revision, settings())
    db.session.commit()
    assert content is not None
    return content


def markup(revision: QuoteRevision, language: str = "en") -> str:
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    with speaking(reader(language)):
        return pdf_document.html(
            rows,
            patient="Anna Kowalska",
            reader=reader(language),
            check="https://estimate.example.org/verify/Q-2026-00001/1",
            created="2026-03-10T12:00:00+00:00",
        )


def second_revision() -> QuoteRevision:
    """Return a second revision with an adjustment in it."""
    first = quoted()
    prepare(first.quote.request, adjustments=[("-50.00", "Goodwill"), ("12.00", "Courier <b>")])
    return issue(first.quote.request, NOW + timedelta(days=1))


def words(content: bytes, *options: str) -> str:
    return " ".join(text_of(content, *options).replace(NO_BREAK, " ").split())


# What stands in it --------------------------------------------------------------------------------------------


@pytest.mark.long
def test_page_one_says_what_is_firm_for_whom_until_when_and_what_is_not_part_of_it(app: Flask) -> None:
    text = words(rendered(quoted()), "-f", "1", "-l", "1", "-layout")
    for said in (
        "Firm quote",
        "Q-2026-00001, revision 1",
        "Anna Kowalska",
        "USD 4,400.00",
        "the end of 9 April 2026 (UTC)",
        "2026-1, in force from 1 January 2026",
        "Not part of this quote:",
        "USD 50.00",
    ):
        assert said in text
    assert "USD 40.00 to 70.00" not in text, "beside what is firm stands no range"


@pytest.mark.long
def test_a_quote_is_never_called_an_estimate_and_its_total_has_no_range(app: Flask) -> None:
    text = words(rendered(quoted()))
    for never in (
        "Cost estimate",
        "not a firm price",
        "This is an estimate.",
        "Likely total",
        "It may come to",
    ):
        assert never not in text
    assert "USD 4,440.00" not in text


@pytest.mark.long
def test_a_revision_says_which_one_it_replaces_what_changed_and_what_was_adjusted(app: Flask) -> None:
    text = words(rendered(second_revision()), "-layout")
    assert "Replaces revision 1 of 10 March 2026" in text
    assert "What changed" in text
    assert "By the price list" in text
    assert "−USD 50.00" in text
    assert "Courier <b>" in text
    assert "USD 4,362.00" in text
    assert "Why: Goodwill" not in text, "the reason is for colleagues"


def test_what_changed_in_a_whole_quote_of_several_plans_stands_under_no_letter(app: Flask) -> None:
    revision = with_plans("3")
    prepare(revision.quote.request)
    draft = drafts.for_request(revision.quote.request)
    assert draft is not None
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    draft = drafts.remove_plan(act, draft, save=draft.save, plan="A")
    draft = drafts.add_plan(act, draft, save=draft.save)
    drafts.change(act, draft, save=draft.save, plan="B", answers={**PLAN, "sessions": "5"})
    db.session.commit()
    page = markup(issue(revision.quote.request, NOW + timedelta(days=1)))
    assert page.count("What changed</h2>") == 1
    assert "<h2>What changed</h2>" in page
    assert "Plan B of revision 1 is plan A now" in page


@pytest.mark.long
def test_it_says_how_it_is_accepted_and_where_it_can_be_checked(app: Flask) -> None:
    content = rendered(quoted())
    text = words(content)
    assert "After accepting you have 7 days to take it back" in text
    assert "I accept the firm quote Q-2026-00001, revision 1 with a firm total of USD 4,400.00." in text
    assert "Signature" in text
    with pikepdf.open(io.BytesIO(content)) as document:
        links = [
            str(note.A.URI) for page in document.pages for note in page.get("/Annots", []) if "/A" in note
        ]
    assert f"{settings().public_url}/verify/Q-2026-00001/1" in links


def test_no_link_that_opens_the_quote_stands_in_it(app: Flask) -> None:
    revision = quoted()
    token = quotes.token_of(revision.quote, settings().link_key)
    assert token not in markup(revision)
    assert "/q/" not in words(rendered(revision))


def enter_rate() -> None:
    """Keep a rate for what Poland pays with."""
    db.session.add(
        Rate(
            base="USD",
            quoted="PLN",
            day=date(2026, 3, 9),
            rate="4.00",
            source="A bank",
            entered_by="user:9",
            entered_at=NOW,
        )
    )


def test_where_the_country_is_not_known_no_other_currency_stands_beside_the_total(app: Flask) -> None:
    enter_rate()
    request = ask(publish(), country="")
    prepare(request)
    revision = issue(request)
    assert "for orientation" not in words(rendered(revision))
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    assert (rows.converted, rows.paper) == (None, "A4")


def test_the_rate_stands_beside_the_total_with_its_source_and_day(app: Flask) -> None:
    enter_rate()
    text = words(rendered(quoted()))
    assert "About PLN 17,600, for orientation: 1 USD = 4.00 PLN (A bank, 9 March 2026)." in text


def test_the_rate_and_its_source_keep_their_order_in_an_arabic_quote(app: Flask) -> None:
    enter_rate()
    request = ask(publish(), language="ar")
    prepare(request)
    rows = quotes.rows_of(issue(request), settings().data_keys)
    assert rows is not None
    assert rows.converted is not None
    assert "\u20661\xa0USD\xa0=\xa04.00\xa0PLN\u2069 (\u2068A bank\u2069" in rows.converted


def test_the_minus_of_an_adjustment_stands_before_it_in_every_arabic_medium(app: Flask) -> None:
    request = ask(publish(), language="ar")
    prepare(request, adjustments=[("-50.00", "Goodwill")])
    revision = issue(request)
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    amount = "\u2066\N{MINUS SIGN}USD\xa050.00\u2069"
    assert [row.new for row in rows.since_asked if row.kind == "adjustment"] == [amount]
    with speaking(reader("ar")):
        written = plain_text.firm_text(rows, "Anna Kowalska")
    (labelled,) = [line for line in written.splitlines() if line.endswith(amount) and "Goodwill" in line]
    assert len(labelled) == plain_text.WIDTH + 2  # the two that keep the order have no width
    assert "\N{MINUS SIGN}USD 50.00" in words(rendered(revision))


def test_the_content_is_embedded_byte_for_byte(app: Flask) -> None:
    revision = quoted()
    with pikepdf.open(io.BytesIO(rendered(revision))) as document:
        embedded = document.attachments["quote.json"].get_file().read_bytes()
        assert str(document.docinfo["/Title"]) == "Firm quote Q-2026-00001, revision 1"
        assert str(document.docinfo["/CreationDate"]) == f"D:{NOW:%Y%m%d%H%M%S}+00'00"
        xmp = document.Root.Metadata.read_bytes().decode()
        assert document.Root.MarkInfo.Marked
        assert str(document.Root.Lang) == "en"
    assert embedded == revision.content.encode() == as_bytes(quotes.content_of(revision))
    for claim in ("<pdfaid:part>3", "<pdfaid:conformance>A", "<pdfuaid:part>1"):
        assert claim in re.sub(r'(pdf\w+id:\w+)="(\w+)"', r"<\1>\2", xmp)


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_quote_can_be_made_in_every_script_of_the_lists(app: Flask, language: str) -> None:
    text = FIVE_SCRIPTS.read_text(encoding="utf-8").replace(
        'evidence = "trial"', 'evidence = "trial"\nbasis.en = "X"'
    )
    version = publish(text)
    plan = FIVE
    request = ask(version, plan=plan, language=language)
    prepared = prepare(request)
    assert prepared.chosen is not None
    content, rows = quotes.worded(
        acting(clinic=CLINIC, now=NOW, settings=settings()), request, prepared, number="Q-2026-00001"
    )
    made = pdf_document.document(
        content, rows, patient="Anna Kowalska", language=language, settings=settings()
    )
    with pikepdf.open(io.BytesIO(made)) as document:
        assert str(document.Root.Lang) == language


# How it is built ----------------------------------------------------------------------------------------------


def test_headings_and_tables_are_built_as_archives_and_readers_need_them(app: Flask) -> None:
    drawn = markup(second_revision())
    levels = [int(level) for level in re.findall(r"<h([1-6])", drawn)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    page = html5lib.parse(drawn, namespaceHTMLElements=False)
    tables = list(page.iter("table"))
    assert len(tables) >= 5
    assert unnamed_tables(page) == []
    for table in tables:
        width = len(table.findall("thead/tr/th"))
        for row in table.iter("tr"):
            cells = [cell for cell in row if cell.tag in ("td", "th")]
            assert sum(int(cell.get("colspan", 1)) for cell in cells) == width
            assert all(cell.tag == "td" or cell.get("scope") in ("col", "row", "rowgroup") for cell in cells)
            assert all("".join(cell.itertext()).strip() for cell in cells)
    assert not re.search(r"<(img|image|object|embed|iframe|script|form|input)\b", drawn)
    assert not re.search(r"opacity:|url\(|@import|@font-face", drawn)
    pictures = re.findall(r"<svg.*?</svg>", drawn)
    assert len(pictures) == 1
    assert all("<title>" in one and 'width="' in one for one in pictures)


def test_a_hostile_name_stays_a_name(app: Flask) -> None:
    name = '</style><script>alert(1)</script> & "Anna"'
    revision = quoted(person=replace(person(1), full_name=name))
    text = words(rendered(revision))
    assert '<script>alert(1)</script> & "Anna"' in text


@pytest.mark.long
def test_the_paper_is_that_of_the_country_and_chosen_once(app: Flask) -> None:
    version = publish()
    for country, size in (("PL", (595, 842)), ("US", (612, 792))):
        request = ask(version, country=country, submission=country)
        prepare(request)
        with pikepdf.open(io.BytesIO(rendered(issue(request)))) as document:
            assert {tuple(round(float(edge)) for edge in page.mediabox)[2:] for page in document.pages} == {
                size
            }


# Made once ----------------------------------------------------------------------------------------------------


def test_a_document_is_made_once_and_sealed_and_its_hash_is_that_of_its_bytes(app: Flask) -> None:
    revision = quoted()
    assert quotes.pdf_of(revision, settings().data_keys) is None
    content = rendered(revision)
    assert revision.pdf_sha256 == hashlib.sha256(content).hexdigest()
    assert revision.pdf is not None
    assert b"%PDF" not in revision.pdf
    assert quotes.pdf_of(revision, settings().data_keys) == content


def test_other_templates_and_another_renderer_never_change_an_issued_document(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = quoted()
    content = rendered(revision)

    def never(*_given: object, **_named: object) -> bytes:
        pytest.fail("it was made again")

    monkeypatch.setattr(renderer, "document", never)
    monkeypatch.setattr(pdf_document, "html", never)
    db.session.expire_all()
    assert rendered(revision) == content


@pytest.mark.long
def test_the_same_revision_is_the_same_bytes_whoever_makes_them(app: Flask) -> None:
    revision = quoted()
    content = rendered(revision)
    rows, patient = quotes.rows_of(revision, settings().data_keys), "Anna Kowalska"
    assert rows is not None
    again = pdf_document.document(
        quotes.content_of(revision), rows, patient=patient, language="en", settings=settings()
    )
    assert again == content


def test_of_two_who_make_a_document_the_first_one_keeps_it(app: Flask) -> None:
    revision = quoted()
    assert quotes.keep_pdf(revision, b"%PDF first", settings().data_keys)
    assert not quotes.keep_pdf(revision, b"%PDF second", settings().data_keys)
    db.session.commit()
    assert rendered(revision) == b"%PDF first"


def test_nothing_is_made_for_somebody_who_was_erased(app: Flask) -> None:
    revision = quoted()
    db.session.execute(update(QuoteRevision).values(patient=None, rows=None, pdf=None))
    db.session.commit()
    assert pdf_document.render(revision, settings()) is None
    assert not quotes.keep_pdf(revision, b"%PDF late", settings().data_keys)
    assert revision.pdf is None


# Previews -----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_preview_is_the_document_marked_as_not_issued_and_without_figures_for_programs(app: Flask) -> None:
    request = ask(publish(list_text()))
    prepare(request)
    content, rows = quotes.worded(
        acting(clinic=CLINIC, now=NOW, settings=settings()), request, state(request), number="Q-2026-?????"
    )
    page = pdf_document.preview(content, rows, patient="Anna Kowalska", language="en", settings=settings())
    made = renderer.document(page, created=NOW)
    text = words(made)
    assert "Preview: this quote is not issued." in text
    assert "USD 4,400.00" in text
    with pikepdf.open(io.BytesIO(made)) as document:
        assert len(document.attachments) == 0
    assert "Preview" not in words(rendered(issue(request)))


@pytest.mark.long
def test_the_clinics_logo_stands_in_the_head_as_an_archive_needs_it(app: Flask) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (300, 80), "navy").save(drawn, "PNG")
    picture = images.as_png(drawn.getvalue())
    clinic.change_logo(
        acting(actor="user:1", now=NOW),
        picture.content,
        picture.width,
        picture.height,
        basis=clinic.bases()["logo"],
    )
    revision = second_revision()
    made = pdf_document.render(revision, settings())
    assert made is not None
    with pikepdf.open(io.BytesIO(made)) as document:
        kept = [
            one
            for one in document.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"
        ]
        assert kept
        assert not any(bool(image.get("/Interpolate", False)) for image in kept)
    clinic.change_logo(acting(actor="user:1", now=NOW), None, basis=clinic.bases()["logo"])
    assert pdf_document.render(revision, settings()) == made, "what was made keeps the logo it was made with"


@pytest.mark.long
def test_the_coordinators_words_keep_their_paragraphs(app: Flask) -> None:
    request = ask(publish())
    prepare(request, words="Dear Ms Kowalska,\n\nthis is what we spoke about.\nCall me any time.")
    text = text_of(rendered(issue(request)))
    assert "Dear Ms Kowalska,\n\nthis is what we spoke about.\nCall me any time.\n" in text


@pytest.mark.long
def test_stages_say_that_no_line_is_more_than_the_firm_total(app: Flask) -> None:
    said = "the last line is the firm total, and no line is more than that"
    request = ask(publish(list_text(more=STAGES)))
    prepare(request)
    assert said not in words(rendered(issue(request)))
    prepare(request, adjustments=[("-50.00", "Goodwill")])
    revision = issue(request, NOW + timedelta(days=1))
    assert said in words(rendered(revision))
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    assert said in " ".join(plain_text.firm_text(rows, "Anna Kowalska").split())


# Several plans ------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_several_plans_stand_side_by_side_on_page_one_and_each_is_whole_after_it(app: Flask) -> None:
    content = rendered(with_plans("3", "1"))
    first = words(content, "-f", "1", "-l", "1", "-layout")
    assert "This quote has 3 plans, each with a firm total of its own." in first
    assert "Plan A Plan B Plan C" in first
    assert "USD 4,400.00 USD 6,600.00 USD 2,200.00" in first
    text = words(content)
    for plan in "ABC":
        assert f"Plan {plan}: Every item of the firm total" in text
        assert f"Plan {plan}: When it is to be paid" in text
    assert "Tick the one plan that you accept." in text
    assert (
        "I accept plan C of the firm quote Q-2026-00001, revision 1 with a firm total of USD 2,200.00."
        in text
    )
    assert "I accept the firm quote Q-2026-00001" not in text


def test_a_further_plan_begins_where_the_one_before_ends(app: Flask) -> None:
    content = rendered(with_plans("3", "1"))
    first, second, third = (text_of(content, "-f", page, "-l", page) for page in "123")
    assert "Plan A: When it is to be paid" in first
    for letter in "BC":
        assert f"Plan {letter}: Where the money goes" in second
    assert third.lstrip().startswith("Plan C:"), "and nothing that belongs to what is before"


@pytest.mark.long
def test_what_belongs_to_all_plans_is_read_before_each_of_them_on_paper_and_as_text(app: Flask) -> None:
    request = ask(publish())
    prepare(request, options=[Option(Decimal("120.00"), "Interpreter")], words="Call me any time.")
    act = acting(actor=COORDINATOR, now=NOW, settings=settings())
    draft = drafts.for_request(request)
    assert draft is not None
    draft = drafts.add_plan(act, draft, save=draft.save)
    drafts.change(act, draft, save=draft.save, plan="B", answers={**PLAN, "sessions": "3"})
    db.session.commit()
    revision = issue(request)
    rows = quotes.rows_of(revision, settings().data_keys)
    assert rows is not None
    for text in (words(rendered(revision)), plain_text.firm_text(rows, "Anna Kowalska")):
        order = [
            "The plans side by side",
            "What you may take with it",
            "Call me any time.",
            "Plan A: Every item",
        ]
        places = [text.index(said) for said in order]
        assert places == sorted(places)


def test_the_page_of_several_plans_is_sound_and_every_table_has_a_name(app: Flask) -> None:
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(markup(with_plans("3")))
    assert unnamed_tables(page) == []
