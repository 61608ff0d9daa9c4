"""The page of a quote says exactly what was issued, and first of all what became of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from estimator import clinic
from estimator.db import db
from estimator.web.client_network import household, truncated
from tests.support.acts import acting
from tests.support.clinic import NOW
from tests.support.quote_clinic import NAME, TOTAL, Desk, list_text
from tests.support.visitor import Page, words

BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app whose list quotes can be issued from."""
    return start(list_text())


@pytest.fixture
def desk(app: Flask) -> Desk:
    """Return the desk with a request."""
    return Desk(app)


def facts(page: Page) -> dict[str, str]:
    """Return the lines that say which quote it is."""
    return {
        words(line.findall("dt")[0]): words(line.findall("dd")[0])
        for lines in page.all("dl", class_="facts")
        for line in lines.findall("div")
    }


def payable(page: Page) -> list[str]:
    """Return every total of a page that is not struck out."""
    struck = {id(part) for element in page.all("s") for part in element.iter()}
    return [
        words(element)
        for element in page.one("main").iter("bdi")
        if id(element) not in struck and words(element) == TOTAL
    ]


def actions(page: Page) -> list[str]:
    return [words(link) for link in page.one("ul", class_="actions").iter("a")]


def test_a_quote_leads_to_its_parts(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    patient.press(patient.open(f"{patient.path}/question"), None, words="Is the ward quiet?")
    page = patient.open(patient.path)
    led = [link.get("href", "") for link in page.one("nav", class_="contents").iter("a")]
    assert led == ["#not-included", "#items", "#payments", "#exchange"], "this list has no notice of the law"
    there = {element.get("id") for element in page.one("main").iter()}
    assert {link.removeprefix("#") for link in led} <= there


@BOTH
def test_a_firm_quote_shows_everything_that_was_issued(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    page = patient.open(patient.path)
    assert page.text("h1") == f"Firm quote {desk.number}, revision 1"
    shown = facts(page)
    assert shown["For"] == NAME
    assert shown["Number"] == f"{desk.number}, revision 1"
    assert shown["Issued"] == "10 March 2026"
    assert shown["Valid until"] == "the end of 9 April 2026 (UTC)"
    assert shown["Request"] == desk.reference
    assert shown["Price list"] == "2026-1, in force from 1 January 2026"
    assert page.text("p", class_="total-amount") == TOTAL
    assert "Firm total to Example clinic" in page.text()
    first, beside = page.all("table", class_="items")
    assert TOTAL in words(first)
    assert "Flight" not in words(first)
    assert "Flight" in words(beside)
    assert "Not part of this quote" in page.text()
    assert "Visas are not included." in page.text()
    assert "The benefit is unproven." in page.text()
    assert "Hospital exemption 7/2026." in page.text()
    assert "Complaining will not affect your care." in page.text()
    assert actions(page) == ["Accept this quote", "Download as PDF", "Ask a question", "Decline it"]


def test_an_amount_that_is_firm_has_no_range(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    first, _beside = patient.open(patient.path).all("table", class_="items")
    assert not [element for element in first.iter("span") if element.get("class") == "span"]


@pytest.mark.long
@BOTH
def test_adjustments_stand_between_the_price_and_the_firm_total_without_their_reason(desk: Desk) -> None:
    patient = desk.patient(desk.issue(("-11.05", "Goodwill")))
    page = patient.open(patient.path)
    assert page.text("p", class_="total-amount") == "USD\N{NO-BREAK SPACE}4,200.00"
    (row,) = page.all("tr", class_="adjustment")
    assert "Goodwill" in words(row)
    assert "11.05" in words(row)
    assert "Agreed." not in page.text()


def test_a_quote_says_first_what_has_changed_since_it_was_asked_for(desk: Desk) -> None:
    patient = desk.patient(desk.issue(("-100.00", "Goodwill"), sessions=3))
    page = patient.open(patient.path)
    said = [words(line) for line in page.one("ul", class_="asked").iter("li")]
    assert said[0] == "Sessions: 3 sessions (before: 2 sessions)"
    assert said[-1].startswith(
        "To Example clinic: USD\N{NO-BREAK SPACE}6,111.05 (before: USD\N{NO-BREAK SPACE}4,211.05)"
    )


def test_more_than_three_changes_are_counted_and_folded(desk: Desk) -> None:
    patient = desk.patient(desk.issue(("-100.00", "Goodwill"), sessions=3))
    page = patient.open(patient.path)
    (fold,) = [
        each for each in page.all("section", class_="fold") if each.get("aria-labelledby") == "asked-title"
    ]
    (summary,) = fold.iter("summary")
    head = page.text("div", class_="headline")
    assert head.index("What is known about this treatment") < head.index("Changed since you asked")
    changes = len(list(page.one("ul", class_="asked").iter("li")))
    assert changes > 3
    assert words(summary) == f"Changed since you asked {changes} changes"


def test_a_quote_of_what_was_asked_for_names_no_change(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    assert patient.open(patient.path).all("ul", class_="asked") == []


def test_beside_the_firm_total_stands_no_range(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    page = patient.open(patient.path)
    head = page.text("div", class_="headline")
    assert "To others" in head
    assert not re.search(r"[0-9] to [0-9]", head)
    if page.all("section", aria_labelledby="stages-title"):
        stages = page.one("section", aria_labelledby="stages-title")
        assert not [each for each in stages.iter("span") if each.get("class") == "span"]


def test_accepting_repeats_the_plan(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    plan = patient.open(f"{patient.path}/accept").one("dl", class_="plan")
    lines = [words(line) for line in plan.iter("div")]
    assert 2 <= len(lines) <= 5
    assert "Sessions2 sessions" in lines


@BOTH
def test_a_revision_says_line_by_line_what_changed(desk: Desk) -> None:
    desk.issue()
    patient = desk.patient(desk.issue(("-100.00", "Goodwill"), sessions=3))
    page = patient.open(patient.path)
    assert page.text("h1").endswith("revision 2")
    assert "Replaces revision 1 of 10 March 2026" in page.text()
    lines = [words(row) for row in page.one("table", class_="compared").iter("tr")][1:]
    assert "SessionsBefore 2 sessionsNow 3 sessions" in lines
    assert "GoodwillBefore not in itNow \N{MINUS SIGN}USD\N{NO-BREAK SPACE}100.00" in lines
    assert lines[-1] == f"Firm totalBefore {TOTAL}Now USD\N{NO-BREAK SPACE}6,111.05"
    assert "Revision 1 issued on 10 March 2026replaced by a newer revision" in page.text(
        "table", class_="revisions"
    )


@BOTH
def test_a_replaced_revision_says_so_first_and_leads_to_the_one_that_counts(desk: Desk) -> None:
    desk.issue()
    patient = desk.patient(desk.issue(("-100.00", "Goodwill")))
    page = patient.open(f"{patient.path}/1")
    first = words(next(iter(page.one("main").iter("div"))))
    assert first.startswith("This revision was replaced. Revision 2 takes its place")
    assert payable(page) == []
    assert page.one("div", class_="standing").find(".//a").get("href") == patient.path  # type: ignore[union-attr]
    assert actions(page) == ["Download as PDF", "Ask a question"]
    assert "When it is paid" not in page.text()


@BOTH
def test_an_expired_quote_says_so_first_and_shows_no_total_to_be_paid(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    link = desk.issue()
    patient = desk.patient(link)
    assert "Take your time: you can accept until the end of 9 April 2026" in patient.open(patient.path).html
    clock.shift(timedelta(days=30, hours=11, minutes=59))  # the last minute of 9 April
    patient = desk.patient(link)
    page = patient.open(patient.path)
    assert "Accept this quote" in actions(page)
    assert "You can accept until the end of 9 April 2026" in page.html
    assert "Take your time" not in page.html, "there is little of it"
    clock.shift(timedelta(minutes=1))
    page = patient.open(patient.path)
    assert page.text("div", class_="standing").startswith("This quote has expired.")
    assert payable(page) == []
    assert actions(page) == ["Download as PDF", "Ask a question"]
    assert "expired" in page.text("table", class_="revisions")


def test_a_withdrawn_quote_says_so_first_and_shows_no_total_to_be_paid(desk: Desk) -> None:
    link = desk.issue()
    desk.withdraw()
    patient = desk.patient(link)
    page = patient.open(patient.path)
    assert page.text("div", class_="standing").startswith("This quote was withdrawn.")
    assert payable(page) == []
    assert "Accept this quote" not in page.text()


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_what_is_over_is_said_before_the_code_too(
    desk: Desk, clock: time_machine.Traveller, end: str
) -> None:
    link = desk.issue()
    if end == "withdrawn":
        desk.withdraw()
    else:
        clock.shift(timedelta(days=31))
    patient = desk.patient(link, confirmed=False)
    assert end in patient.open(patient.path).text("dl", class_="facts")


@pytest.mark.long
@BOTH
def test_the_document_is_byte_for_byte_the_one_that_was_made(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    made = desk.draw()
    answer = patient.open(f"{patient.path}/1.pdf")
    assert answer.body == made
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{desk.number}-1.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    with desk.revision() as revision:
        assert revision.pdf_sha256 == hashlib.sha256(answer.body).hexdigest()
    (mail,) = desk.mails("quote_issued")
    assert [part.get_content() for part in mail.iter_attachments()] == [made]


def test_a_document_that_is_not_made_yet_is_said_to_be_on_its_way(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    page = patient.open(f"{patient.path}/1.pdf")
    assert page.text("h1") == "The document is being made"
    assert page.headers["Refresh"] == "3", "it asks again by itself"
    assert f"{patient.path}/1.pdf" in list(page.links())


def test_a_revision_that_does_not_exist_is_missing(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    for tail in ("/2", "/0", "/2.pdf", "/99999999999999999999", "/-1", "/x"):
        assert patient.open(patient.path + tail).status == 404, tail


def test_a_quote_is_shown_in_its_own_language_and_says_so(start: Callable[..., Flask]) -> None:
    app = start(list_text(), languages=("en", "ar"))
    desk = Desk(app, language="ar")
    patient = desk.patient(desk.issue())
    page = patient.open(patient.path)
    assert page.one("html").get("lang") == "en"
    for half in page.all("div", lang="ar"):
        assert half.get("dir") == "rtl"
    assert len(page.all("div", lang="ar")) == 2
    patient.open(f"{patient.path}?language=ar")
    page = patient.open(patient.path)
    assert page.one("html").get("dir") == "rtl"
    assert page.all("div", lang="ar") == []


@BOTH
def test_of_an_erased_person_nothing_is_shown(desk: Desk) -> None:
    patient = desk.patient(desk.issue(pdf=b"%PDF-1.7 kept"))
    desk.erase()
    for tail in ("", "/1", "/1.pdf", "/accept", "/decline"):
        page = patient.open(patient.path + tail)
        assert page.status in (401, 404, 410), tail
        assert NAME not in page.html
        assert b"%PDF" not in page.body


def test_what_hostile_people_are_called_stays_text(desk: Desk, app: Flask) -> None:
    patient = desk.patient(desk.issue(("-1.00", "<script>alert(1)</script>")))
    page = patient.open(patient.path)
    assert "<script>alert" not in page.html
    assert "<script>alert(1)</script>" in page.text()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1234:5678:9abc::1", "2001:db8:1234::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("fe80::1%eth0", "fe80::/48"),
        ("203.0.113.77:61234", "203.0.113.0/24"),
        ("[2001:db8:1234:5678:9abc::1]:61234", "2001:db8:1234::/48"),
        ("[2001:db8:1234::1]", "2001:db8:1234::/48"),
        ("[]:1", "unknown"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_the_network_is_written_down_and_not_the_address(address: str, network: str) -> None:
    assert truncated(address) == network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.77"),
        ("203.0.113.77:61234", "203.0.113.77"),
        ("[2001:db8:1234:5678::1]:443", "2001:db8:1234:5678::/64"),
        ("::ffff:203.0.113.77", "203.0.113.77"),
        ("203.0.113.77:", "unknown"),
        ("unknown", "unknown"),
    ],
)
def test_a_proxy_that_names_a_port_as_well_does_not_make_everybody_one_network(
    address: str, network: str
) -> None:
    assert household(address) == network


def test_the_days_of_reflection_are_those_that_the_document_gives(desk: Desk) -> None:
    patient = desk.patient(desk.issue())
    with desk.app.app_context():
        clinic.change(acting(now=NOW), "reflection_days", 0)
        db.session.commit()
    page = patient.open(f"{patient.path}/accept")
    assert "the end of 17 March 2026 (UTC)" in page.text()
    patient.accept()
    (decision,) = desk.decisions()
    assert decision.reversible_until is not None


def test_a_demonstration_says_so_on_every_page_of_its_quote(start: Callable[..., Flask]) -> None:
    desk = Desk(start(list_text().replace("\nversion = ", "\ndemo = true\nversion = ", 1)))
    patient = desk.patient(desk.issue(), confirmed=False)
    said = "Demonstration: the provider is invented"
    assert said in patient.open(patient.path).text()
    patient.confirm()
    for path in ("", "/accept", "/decline"):
        assert said in patient.open(f"{patient.path}{path}").text(), path
    patient.accept()
    assert said in patient.open(f"{patient.path}/answered").text()
    assert said in patient.open(f"{patient.path}/take-back").text()


@pytest.mark.long
def test_the_button_of_a_pdf_in_two_languages_says_so(start: Callable[..., Flask]) -> None:
    desk = Desk(start(list_text(), languages=("en", "ru")), language="ru")
    patient = desk.patient(desk.issue(second="en", pdf=b"%PDF-"))
    page = patient.open(patient.path)
    assert "PDF in two languages (Русский, English)" in actions(page)
    patient.open("/?language=ru")
    assert "PDF на двух языках (Русский, English)" in actions(patient.open(patient.path))


def test_above_a_revision_that_ended_an_acceptance_stands_that_it_did(desk: Desk) -> None:
    desk.patient(desk.issue()).accept()
    patient = desk.patient(desk.issue(("-100.00", "Goodwill")))
    page = patient.open(patient.path)
    first = words(next(iter(page.one("main").iter("div"))))
    assert first == (
        "You had accepted revision 1. That does not count any more: this revision is not accepted yet."
    )
    assert "accepted; this ended when a newer revision replaced it" in page.text("table", class_="revisions")
