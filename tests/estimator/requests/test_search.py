"""The list of requests shows exactly what was asked for, page by page, and always by an index."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, text

from estimator import keys, price_lists
from estimator.db import db
from estimator.models import NameWord, Quote, TableVersion
from estimator.privacy import erasure
from estimator.requests import person_index, search, typed_search
from estimator.requests.search import NOBODY, PAGE, Filter, Page, Place
from estimator.requests.typed_search import Search
from tests.estimator.requests.many_requests import Known, combinations, expected, fill, pages
from tests.support import profile
from tests.support.acts import acting
from tests.support.example_list import NOW, table_text
from tests.support.example_mail import settings
from tests.support.example_request import PERSON, request
from tests.support.kept_rows import kept
from tests.support.query_plans import plan_of, statements

MANY = 1_200


@pytest.fixture
def known(app: Flask) -> list[Known]:
    """Return what is known of the requests in the database."""

    def make() -> list[Known]:
        act = acting(actor="command line", now=NOW)
        return fill(price_lists.import_(act, table_text()), NOW, MANY)

    return kept("many requests", make)


@pytest.fixture
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few thousand requests take as many steps as a million do otherwise."""
    for name, value in {"FIRST_DEPTH": 8, "MOST_DEPTH": 64, "RARE": 40, "MOST_STEPS": 1_000}.items():
        monkeypatch.setattr(search, name, value)


def page(**wanted: Any) -> Page:
    return search.page(Filter(**wanted), keyring=settings().data_keys, lookup_key=settings().lookup_key)


def wrong_lists(known: list[Known], each: int) -> list[Filter]:
    people = sorted({one.assignee for one in known if one.assignee is not None})
    wrong = []
    for number, wanted in enumerate(combinations(people)):
        if number % each == 0:
            shown = [row.id for found in pages(wanted) for row in found.rows]
            if shown != expected(known, wanted):
                wrong.append(wanted)
    return wrong


@pytest.mark.long
@pytest.mark.soak
def test_every_combination_of_filters_shows_page_by_page_what_fits(known: list[Known]) -> None:
    assert wrong_lists(known, profile.count(37, 7)) == []


@pytest.mark.long
@pytest.mark.soak
@pytest.mark.usefixtures("short_steps")
def test_a_list_that_is_found_in_many_steps_shows_the_same(known: list[Known]) -> None:
    assert wrong_lists(known, profile.count(41, 11)) == []


@pytest.mark.long
@pytest.mark.soak
@pytest.mark.usefixtures("short_steps")
def test_a_page_that_ends_early_says_so_and_the_next_ones_show_the_rest(
    known: list[Known], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_STEPS", 1)
    wanted = Filter(state="closed", country="IN", assignee=known[0].assignee)
    found = list(pages(wanted))
    assert [one.whole for one in found].count(False) > 1
    assert [row.id for one in found for row in one.rows] == expected(known, wanted)
    assert wrong_lists(known, profile.count(127, 31)) == []


@pytest.mark.long
def test_a_page_has_fifty_rows_and_the_last_one_the_rest(known: list[Known]) -> None:
    sizes = [len(found.rows) for found in pages(Filter())]
    assert sizes == [PAGE] * (MANY // PAGE)
    assert len(page(after=Place(31)).rows) == 30
    assert page(after=Place(51)).more is None
    assert page(after=Place(1)) == Page([], None)


def test_a_request_that_comes_in_while_somebody_pages_moves_no_row(known: list[Known]) -> None:
    first = page()
    request(NOW)
    assert first.more is not None
    second = page(after=first.more)
    assert [row.id for row in second.rows] == [one.id for one in known[-51:-101:-1]]


@pytest.mark.long
@pytest.mark.parametrize("typed", ["REQ-", "req", "  "])
def test_what_every_reference_begins_with_is_no_filter(known: list[Known], typed: str) -> None:
    assert len(page(typed=typed).rows) == PAGE


def test_a_reference_is_found_by_its_beginning_however_it_is_written(
    app: Flask, version: TableVersion
) -> None:
    found = request(NOW)
    letters = found.reference.removeprefix("REQ-").replace("-", "")
    whole = found.reference
    for typed in (whole, whole.lower(), f" {whole[:9]} ", f"req{letters}", f"REQ {letters[:4]}"):
        assert [row.reference for row in page(typed=typed).rows] == [whole], typed
    estimate = found.estimate_reference
    assert [row.reference for row in page(typed=estimate[:8]).rows] == [found.reference]
    other = "REQ-2222" if not found.reference.startswith("REQ-2222") else "REQ-3333"
    assert page(typed=other).rows == []


def test_a_reference_is_found_by_its_second_half(app: Flask, version: TableVersion) -> None:
    found = request(NOW)
    half = found.reference.rpartition("-")[2]
    assert [row.reference for row in page(typed=f"-{half.lower()}").rows] == [found.reference]
    assert [row.reference for row in page(typed=half).rows] == [found.reference]


def test_letters_alone_are_of_a_reference_as_well_as_of_a_name(app: Flask, version: TableVersion) -> None:
    person = replace(PERSON, full_name="Kxanthe Quabcd", email=None, phone=None)
    named = request(NOW, person=person, submission="second")
    found = request(NOW)
    found.reference = "REQ-KXAN-QABC"
    person_index.keep(found, PERSON, settings().lookup_key)
    db.session.commit()
    for typed, those in {
        "KX": [found],
        "kxan": [found, named],
        "kxanthe": [named],
        "QABC": [found],
        "KXAN-QABC": [found],
        "kxan-quabcd": [named],
        "kxan quab": [named],
        "kxan-nobody": [],
    }.items():
        rows = page(typed=typed).rows
        assert [row.id for row in rows] == [one.id for one in those], typed
        assert [row.id for row in page(typed=typed, state="new").rows] == [row.id for row in rows], typed
        assert page(typed=typed, state="closed").rows == [], typed


def test_letters_with_a_figure_are_a_reference_and_several_words_a_name(app: Flask) -> None:
    key = settings().lookup_key
    assert typed_search.understood("7k3m92", key) == Search(reference="REQ-7K3M-92")
    assert typed_search.understood("REQ-7K3M", key) == Search(reference="REQ-7K3M")
    assert typed_search.understood("EST-7", key) == Search(estimate="EST-7")
    assert len(typed_search.understood("Kmart Haven", key).words) == 2
    assert (
        typed_search.understood("Mina Quill mina", key).words
        == typed_search.understood("mina QUILL", key).words
    )


def test_a_person_is_found_by_beginnings_of_the_name_and_of_the_address(
    app: Flask, version: TableVersion
) -> None:
    found = request(NOW)
    for typed in (
        "wil",
        "Quill",
        "quill WILHEL",
        "Wilhelmina Quill",
        "MINA@Quillworth.org",
        " mina@quillworth.org ",
        "mina",
        "mina@",
        "mina@quillworth",
        "@quillworth.org",
    ):
        assert [row.reference for row in page(typed=typed).rows] == [found.reference], typed
    for typed in ("helmina", "quill smith", "mina@wrong", "@quill", "ina@quillworth.org"):
        assert page(typed=typed).rows == [], typed


@pytest.mark.parametrize(
    "typed",
    [
        "+49 30 901820",
        "4930901820",
        "0049 (0)30 90 18 20",
        "+49 (0)30 901820",
        "030/901820",
        "030 90",
        "1820",
        "٣٠٩٠١٨٢٠",
    ],
)
def test_a_person_is_found_by_the_digits_of_their_telephone_number_in_any_spelling(
    app: Flask, version: TableVersion, typed: str
) -> None:
    found = request(NOW)
    request(NOW, replace(PERSON, phone="+49 40 123456", full_name="Berta 901820"), submission="other")
    assert [row.reference for row in page(typed=typed).rows] == [found.reference]
    assert [row.reference for row in page(typed=typed, order="due").rows] == [found.reference]


@pytest.mark.parametrize(
    "typed",
    [
        "Q-2026-00001",
        "q-2026-00001",
        " Q 2026 1 ",
        "Q-2026-00001/2",
        "Q-2026-00001, revision 2",
        "Q-٢٠٢٦-٠٠٠٠١",
    ],
)
def test_a_request_is_found_by_the_number_of_its_quote(app: Flask, version: TableVersion, typed: str) -> None:
    found = request(NOW)
    db.session.add(
        Quote(request_id=found.id, number="Q-2026-00001", link_hash="0", link_serial=1, created_at=NOW)
    )
    request(NOW, submission="other")
    db.session.commit()
    for order in ("newest", "due"):
        assert [row.reference for row in page(typed=typed, order=order).rows] == [found.reference]
        assert [row.id for row in page(typed=typed, order=order, state="new").rows] == [found.id]
        assert page(typed=typed, order=order, state="quoted").rows == []
        assert page(typed="Q-2026-00002", order=order).rows == []


def test_digits_can_be_of_a_reference_as_well_and_are_listed_once(app: Flask, version: TableVersion) -> None:
    both = request(NOW, replace(PERSON, phone="+49 30 7392 7392"))
    both.reference = "REQ-7392-7392"
    other = request(NOW, submission="other")
    other.reference = "REQ-7392-AAAA"
    db.session.commit()
    assert [row.id for row in page(typed="7392").rows] == [other.id, both.id]
    assert page(typed="739").more is None


def test_a_request_that_an_older_program_made_is_indexed_by_the_night(
    app: Flask, version: TableVersion
) -> None:
    found, erased = request(NOW), request(NOW, submission="other")
    erasure.erase(acting(now=NOW), erased)
    db.session.execute(delete(NameWord))
    db.session.commit()
    assert page(typed="901820").rows == []
    act = acting(now=NOW, settings=settings())
    assert [person_index.index_some(act), person_index.index_some(act)] == [2, 0]
    assert [row.id for row in page(typed="901820").rows] == [found.id]
    assert [row.id for row in page(typed="quill").rows] == [found.id]
    assert not db.session.scalars(select(NameWord).filter_by(request_id=erased.id)).all()
    request(NOW, submission="newer")
    assert [person_index.index_some(act), person_index.index_some(act)] == [1, 0]


def test_nothing_that_is_stored_to_search_by_can_be_read(app: Flask, version: TableVersion) -> None:
    request(NOW)
    stored = set(db.session.scalars(select(NameWord.word)))
    assert person_index.numbers_of(PERSON, "DE", "other key").isdisjoint(stored)
    assert not stored & {int(digits) for digits in ("4930901820", "030901820", "1820")}


def test_other_requests_of_a_person_are_those_with_their_address_or_their_number(
    app: Flask, version: TableVersion
) -> None:
    first = request(NOW)
    same_mail = request(NOW, replace(PERSON, phone=None), submission="mail")
    same_phone = request(NOW, replace(PERSON, email=None, phone="030 90 18 20"), submission="phone")
    request(NOW, replace(PERSON, email="ina@quillworth.org", phone="+49 30 9018201"), submission="nobody")
    erased = request(NOW, submission="erased")
    erasure.erase(acting(now=NOW), erased)
    db.session.commit()
    key = settings().lookup_key
    assert person_index.others_of(first, PERSON, key) == [same_phone.id, same_mail.id]
    nobody = replace(PERSON, email=None, phone=None)
    assert person_index.others_of(first, nobody, key) == []


def test_what_is_too_short_to_be_a_name_is_said_to_be_so(known: list[Known]) -> None:
    assert page(typed="k") == Page([], None, too_short=True)
    assert page(typed="kh") == Page([], None, left_out=True), "it can be the beginning of a reference"
    assert page(typed="a b") == Page([], None, too_short=True)
    assert page(typed="01") == Page([], None, too_short=True)
    found = page(typed="kha b")
    assert (found.too_short, found.left_out) == (False, True)
    assert not page(typed="kha moh").left_out


def test_only_the_names_of_the_page_are_opened(known: list[Known], monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    open_text = keys.Keyring.open

    def counted(self: keys.Keyring, sealed: bytes, table: str, column: str, row: str) -> str:
        opened.append(column)
        return open_text(self, sealed, table, column, row)

    monkeypatch.setattr(keys.Keyring, "open", counted)
    found = page(typed="kha", state="closed")
    assert all(row.full_name and "Kha" in row.full_name for row in found.rows)
    assert opened == ["full_name"] * PAGE


def test_a_name_whose_key_is_missing_does_not_keep_the_list_from_being_shown(
    app: Flask, version: TableVersion
) -> None:
    request(NOW)
    other = keys.Keyring(keys.new_line())
    (row,) = search.page(Filter(), keyring=other, lookup_key=settings().lookup_key).rows
    assert (row.full_name, row.unreadable, row.erased) == (None, True, False)


def test_an_erased_request_stays_in_the_list_without_a_name(app: Flask, version: TableVersion) -> None:
    found = request(NOW)
    erasure.erase(acting(now=NOW), found)
    db.session.commit()
    (row,) = page().rows
    assert (row.full_name, row.unreadable, row.erased) == (None, False, True)
    assert page(typed="quill").rows == []
    assert page(typed=PERSON.email).rows == []


def test_what_can_be_chosen_is_what_there_is(known: list[Known]) -> None:
    assert sorted(search.countries()) == sorted({one.country for one in known})
    assert sorted(search.slugs()) == ["example", "other"]
    assert sorted(search.assignees()) == sorted({one.assignee for one in known if one.assignee})


def test_an_empty_database_has_an_empty_list(app: Flask) -> None:
    assert page() == Page([], None)
    assert (search.countries(), search.assignees()) == ([], [])


@pytest.mark.parametrize(
    "written", ["", "x", "-5", "5-", "1-2-3", "99999999999", "٣", "5 ", "9" * 17 + "-1", "1772000000000000-5"]
)
def test_a_place_that_is_none_is_the_beginning_of_the_list(written: str) -> None:
    assert search.place(written, "newest") in (None, Place(int(written)) if written == "5" else None)


def test_a_place_is_read_in_its_own_order_alone() -> None:
    assert search.place("17", "newest") == Place(17)
    assert search.place("17", "due") is None
    moment = NOW + timedelta(microseconds=5)
    assert search.place(str(Place(17, moment)), "due") == Place(17, moment)
    assert search.place(str(Place(17, moment)), "newest") is None


WITH_AN_INDEX = (
    Filter(),
    Filter(after=Place(500)),
    Filter(state="new"),
    Filter(state="open"),
    Filter(country="FJ"),
    Filter(assignee=1),
    Filter(assignee=NOBODY),
    Filter(slug="other"),
    Filter(typed="kha"),
    Filter(typed="kha moh"),
    Filter(typed="khan5@example.org"),
    Filter(typed="khan5@"),
    Filter(typed="+49 30 901820"),
    Filter(typed="7392"),
    Filter(typed="7392", state="new"),
    Filter(typed="REQ-78K"),
    Filter(typed="REQ-7"),
    Filter(typed="kx"),
    Filter(typed="khan", state="new"),
    Filter(typed="khan-meyer"),
    Filter(typed="EST-23"),
    Filter(typed="Q-2026-00001"),
    Filter(typed="Q-2026-00001", state="new"),
    Filter(state="closed", country="IN", assignee=1, slug="other", typed="kha"),
)


@pytest.mark.long
@pytest.mark.usefixtures("short_steps")
def test_no_list_is_found_by_reading_all_requests(known: list[Known]) -> None:
    db.session.execute(text("ANALYZE"))
    db.session.commit()
    found: dict[str, Filter | str] = {}
    for order in ("newest", "due"):
        for wanted in WITH_AN_INDEX:
            after = wanted.after and Place(wanted.after.id, NOW if order == "due" else None)
            with statements() as asked:
                page(**{**vars(wanted), "order": order, "after": after})
            assert asked
            found |= {plan: wanted for plan in map(plan_of, asked) if reads_everything(plan)}
    with statements() as asked:
        search.countries()
        search.assignees()
    assert len(asked) == 2
    found |= {plan: "choices" for plan in map(plan_of, asked) if reads_everything(plan)}
    assert found == {}


def reads_everything(plan: str) -> bool:
    """Whether a plan reads a whole table of requests; from its end on, as many as are wanted, is something else."""
    sorts = "TEMP B-TREE FOR ORDER BY" in plan
    return any(
        re.search(r"Seq Scan on (patient_request|request_name_word|quote)", line)
        or (sorts and re.fullmatch(r"\s*SCAN (patient_request|request_name_word|quote)", line))
        for line in plan.splitlines()
    )
