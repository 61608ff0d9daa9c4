"""What a price list says only in its own language is marked with it, wherever it stands.

The pages are read in an invented language, into which every message of ours is translated. So whatever stands there in
no message and is not marked is found, on every page in every state, in documents and in mails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask

from estimator import estimates, price_lists, quotes, requests, wording
from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.i18n import reader as reader_of
from estimator.i18n import speaking
from estimator.privacy import data_export
from estimator.web.countries import countries
from estimator.wording import states
from pricing.explore import sensitivity
from tests.support import pseudo_language
from tests.support.acts import ASKER, acting
from tests.support.clinic import ANSWERS, NOW
from tests.support.database import publish, statement_on_each_connection
from tests.support.payment_account import ACCOUNT, put_in_force
from tests.support.pseudo_language import TAG, foreign, unknown_words
from tests.support.quote_clinic import ADDRESS, NAME, Desk, list_text
from tests.support.strict_html import parsed
from tests.support.visitor import Page, Visitor

TYPED = (
    NAME,
    "none",
    "all",
    "My stairs are steep.",
    "Is there a lift?",
    "Somebody Else",
    "wrong",
    "xyz",
    "Goodwill",
    "SWIFT/BIC",
    "IBAN",
    ACCOUNT.iban or "",
    ACCOUNT.bic,
)
QUESTION = {"words": "Is there a lift?", "email": ADDRESS, "consent": "yes"}
OF_THE_LIST = ("Example clinic", "Treatment with cells", "The benefit is unproven.", "Sessions")
USUAL = 'usual = { low = 1, likely = 2, high = 3 }\nsource = "Counted by us."\n'


def whole_list(**changes: str) -> str:
    """Return the list with all that it can say of a question and of a package."""
    text = list_text(**changes)
    text = text.replace(
        'label.en = "Sessions"\n', f'label.en = "Sessions"\nhelp.en = "Ask your doctor."\n{USUAL}'
    )
    text = text.replace(
        'name = "Example clinic"\n',
        'name = "Example clinic"\naddress = "7 Hill Road, Example Town"\nregistration = "Ward seven"\n'
        'tax_number = "Tax office nine"\n',
    )
    return text.replace(
        'label.en = "Walking robot"\n', 'label.en = "Walking robot"\nhelp.en = "It walks with you."\n'
    )


@pytest.fixture
def app(start: Callable[..., Flask]) -> Iterator[Flask]:
    """Return an app in English and in the invented language, with a list that has only English."""
    found = start(languages=("en", TAG), kept_days=91)  # an app of its own: its catalogues are changed
    with pseudo_language.spoken(found):
        yield found


def reading(app: Flask) -> Visitor:
    """Return somebody who reads the invented language."""
    return Visitor(app, headers={"Accept-Language": TAG})


def unmarked(states: Iterator[tuple[str, Page]]) -> dict[str, list[str]]:
    """Return what is neither said by us nor marked, by the state of the page that it stands on."""
    found = {}
    for state, page in states:
        assert page.tree is not None, state
        assert page.one("html").get("lang") == TAG, state
        texts = [" ".join(text.split()) for text in foreign(page.tree, TYPED)]
        if texts:
            found[state] = texts
    return found


def of_an_estimate(app: Flask, clock: time_machine.Traveller) -> Iterator[tuple[str, Page]]:
    visitor = reading(app)
    yield "start without a list", visitor.open("/")
    publish(app, whole_list())
    yield "start", visitor.open("/")
    form = visitor.open("/estimate/clinic")
    yield "form", form
    yield "form with its total", visitor.send(form, ANSWERS, button="total")
    yield "form with a part of it", visitor.send(form, {"q_cells": "own"}, button="total")
    yield "form with a refused plan", visitor.send(form, {**ANSWERS, "q_sessions": "4"}, button="total")
    yield "form without answers", visitor.send(form)
    wrong = {"q_sessions": "xyz", "q_arrival-day": "99", "q_cells": "ipsc", "q_meals": "none", "q_robot": "?"}
    yield "form with every kind of mistake", visitor.send(form, {**ANSWERS, "q_training": "yes", **wrong})
    yield "form after the visit ended", visitor.send(form, {**ANSWERS, "csrf_token": ""})
    with statement_on_each_connection(app, "PRAGMA query_only = ON"):
        yield "form that cannot be saved", visitor.send(form, ANSWERS)
    with app.app_context():
        exchange_rates.enter(
            acting(actor="user:1", now=NOW), "USD", "INR", Decimal("83.25"), "Reserve Bank", date(2026, 3, 10)
        )
        db.session.commit()
    yield "price list", visitor.open("/prices/clinic")
    lacking = visitor.estimate({**ANSWERS, "q_robot": "yes", "q_nights": ""})
    yield "breakdown that lacks a price", lacking
    page = visitor.estimate({**ANSWERS, "q_training": "yes", "q_training_hours": "1.5"})
    yield "breakdown", page
    yield "breakdown in another currency", visitor.open(f"{page.path}?in=INR")
    yield "range", visitor.open(f"{page.path}/explore")
    yield "another offer", visitor.open(f"{page.path}/other-offer")
    yield "change", visitor.open(f"{page.path}/change")
    one = visitor.open(f"{page.path}/change/sessions")
    yield "change one", one
    yield "change one to nothing", visitor.send(one, {"q_sessions": "xyz"}, button=None)
    after = visitor.send(one, {"q_sessions": "3"}, button=None)
    yield "breakdown after a change", visitor.open(after.location)
    mail = visitor.open(f"{page.path}/email")
    yield "mail", mail
    yield "mail without an address", visitor.send(mail, {"address": ""}, button=None)
    sent = visitor.send(mail, {"address": ADDRESS}, button=None)
    yield "mail that is on its way", visitor.open(sent.location)
    yield "data of an estimate", visitor.open(f"{page.path}/data")
    asked = visitor.open(f"{lacking.path}/delete")
    yield "delete", asked
    yield "deleted", visitor.send(asked, button=None)
    yield "deleted before", visitor.open(lacking.path)
    yield "too much", visitor.post("/estimate/clinic", b"x" * 300_000)
    yield "not that way", visitor.post("/")
    publish(app, whole_list(version="2026-2", valid_from="2026-03-02"))
    yield "form of a changed list", visitor.send(form, {**ANSWERS, "q_sessions": "9"})
    clock.move_to(NOW + timedelta(days=60), tick=False)
    yield "breakdown that has expired", visitor.open(page.path)


def of_a_request(app: Flask) -> Iterator[tuple[str, Page]]:
    publish(app, whole_list())
    visitor = reading(app)
    page = visitor.estimate(ANSWERS)
    form = visitor.open(f"{page.path}/ask")
    yield "ask", form
    yield "ask without words", visitor.send(form, button="check")
    filled = {
        "full_name": NAME,
        "email": ADDRESS,
        "country": "DE",
        "for_whom": "other",
        "patient_name": "Somebody Else",
        "message": "My stairs are steep.",
        "consent_health_data": "yes",
        "consent_contact": "yes",
        "consent_on_behalf": "yes",
    }
    check = visitor.send(form, filled, "check")
    yield "last look", check
    sent = visitor.send(check, button="send")
    asked = visitor.open(sent.location)
    yield "asked", asked
    place = asked.path.removesuffix("/sent")
    opened = visitor.open(place)
    yield "request", opened
    token = opened.all("input", name="csrf_token")[0].get("value", "")
    yield "empty question", visitor.post(f"{place}/question", {"csrf_token": token, "words": ""})
    question = {"csrf_token": token, "words": "Is there a lift?"}
    visitor.open(visitor.post(f"{place}/question", question).location)
    yield "request with a question", visitor.open(place)
    yield "data", visitor.open(f"{place}/data")
    yield "erase", visitor.open(f"{place}/erase")
    first = visitor.open(f"{page.path}/question")
    yield "first question", first
    yield "first question without words", visitor.send(first, button=None)
    other = reading(app)
    with app.app_context():
        record = requests.get(place.rpartition("/")[2])
        assert record is not None
        link = f"/r/{requests.token_of(record, app.config['SETTINGS'].link_key)}"
    other.open(link)
    yield "code", other.open(f"{place}/code")
    yield "link that opens nothing", other.open("/r/x")


def typed_by_the_clinic(app: Flask) -> None:
    """Have in force what a clinic types outside of its list: an account, and a rate with its source."""
    with app.app_context():
        put_in_force(ACCOUNT, NOW)
        act = acting(actor="user:1", now=NOW)
        exchange_rates.enter(act, "USD", "EUR", Decimal("0.9"), "Reserve Bank", date(2026, 3, 10))
        db.session.commit()


def of_a_quote(app: Flask, language: str) -> Iterator[tuple[str, Page]]:
    publish(app, whole_list())
    typed_by_the_clinic(app)
    desk = Desk(app, language=language)
    link = desk.issue(("-11.05", "Goodwill"))
    patient = desk.patient(link, confirmed=False)
    patient.defaults = {"headers": {"Accept-Language": TAG}}
    yield "gate", patient.open(patient.path)
    yield "code on its way", patient.open(patient.press(patient.open(patient.path), "send").location)
    opened = patient.press(patient.open(patient.path), "check", code=desk.code())
    yield "quote", patient.open(opened.location)
    desk.issue(sessions=3)
    yield "second revision", patient.open(patient.path)
    yield "first revision", patient.open(f"{patient.path}/1")
    yield "accept", patient.open(f"{patient.path}/accept")
    yield "accept without a name", patient.press(patient.open(f"{patient.path}/accept"), "check")
    yield "check", patient.check()
    yield "accepted", patient.accept()
    yield "take back", patient.open(f"{patient.path}/take-back")
    yield "accepted quote", patient.open(patient.path)
    yield "question", patient.open(f"{patient.path}/question")
    yield "document that is not made", patient.open(f"{patient.path}/2.pdf")
    yield "verified", patient.open(f"/verify/{desk.number}/2")
    yield "replaced", patient.open(f"/verify/{desk.number}/1")
    yield "unknown", patient.open("/verify/Q-2026-99999")
    yield "check a document", patient.open("/verify")


@pytest.mark.long
def test_nothing_foreign_is_unmarked_on_the_pages_of_an_estimate(
    app: Flask, clock: time_machine.Traveller
) -> None:
    assert unmarked(of_an_estimate(app, clock)) == {}


def test_nothing_foreign_is_unmarked_on_the_pages_of_a_request(app: Flask) -> None:
    assert unmarked(of_a_request(app)) == {}


@pytest.mark.long
@pytest.mark.parametrize("language", [TAG, "en"])
def test_nothing_foreign_is_unmarked_on_the_pages_of_a_quote(app: Flask, language: str) -> None:
    assert unmarked(of_a_quote(app, language)) == {}


def mails(app: Flask) -> Iterator[tuple[str, EmailMessage]]:
    """Yield every mail to a patient, in the language of what it is about."""
    publish(app, whole_list())
    desk = Desk(app, language=TAG)
    patient = desk.patient(desk.issue(pdf=b"%PDF-1.7 kept"), confirmed=False)
    patient.press(patient.open(patient.path), "send")
    yield from (("quote_code", message) for message in desk.mails("quote_code"))
    patient.press(patient.open(patient.path), "check", code=desk.code())
    patient.accept()
    patient.press(patient.open(f"{patient.path}/take-back"), None)
    with desk.request() as request:
        act = acting(actor="user:1", now=NOW, settings=desk.settings)
        requests.answer(act, request, "Yes, there is.")
    with desk.revision() as revision:
        template = quotes.reminders.TEMPLATE
        quotes.notifications.put(act, template, revision, ADDRESS, language=TAG, submission="a reminder")
    with Desk(app, language=TAG).request() as request:
        requests.mailed_codes.send(act, request, ASKER)
    visitor = reading(app)
    page = visitor.estimate(ANSWERS)
    visitor.send(visitor.open(f"{page.path}/question"), QUESTION, button=None)
    visitor.send(
        visitor.open(f"{page.path}/email"),
        {"address": ADDRESS, "attached": "no", "details": "yes"},
        button=None,
    )
    for template in (states.MAILS_IN_MY_DATA.keys() | {"estimate"}) - {"quote_code"}:
        for message in desk.mails(template):
            yield template, message


def documents(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield the HTML of which every kind of PDF is made."""
    publish(app, whole_list())
    typed_by_the_clinic(app)
    desk = Desk(app, language=TAG)
    desk.issue(("-11.05", "Goodwill"))
    desk.issue(sessions=3)
    reader = reader_of(TAG)
    with desk.revision() as revision:
        act = acting(now=NOW, settings=desk.settings)
        request, keyring = revision.quote.request, desk.settings.data_keys
        table, breakdown = price_lists.parsed(request.table_version), requests.breakdown_of(request)
        with speaking(reader):
            head = wording.head(
                table, reader, reference="EST-7K3M-92QF", created=NOW, valid_until=date(2026, 4, 9)
            )
            rows = wording.rows(breakdown, table, reader, ["cells"])
            changes = wording.changes(sensitivity(table, breakdown["answers"]), breakdown, table, reader)
            yield "estimate", estimates.pdf_document.html(rows, changes, head, reader)
            firm = quotes.rows_of(revision, keyring)
            assert firm is not None
            yield (
                "quote",
                quotes.pdf_document.html(
                    firm, patient=NAME, reader=reader, check="https://example.org/v", created=NOW.isoformat()
                ),
            )
            kept = data_export.of_request(act, request)
            parts = data_export.parts(request, kept, reader, countries(reader))
            yield "my data", data_export.html(request, parts, reader, [], NOW)


def test_nothing_foreign_is_unmarked_in_documents(app: Flask) -> None:
    found = {kind: foreign(parsed(html), TYPED) for kind, html in documents(app)}
    assert {kind: texts for kind, texts in found.items() if texts} == {}


def test_every_mail_is_in_the_language_of_what_it_is_about_and_marks_what_is_not(app: Flask) -> None:
    seen, found = set(), {}
    for template, message in mails(app):
        seen.add(template)
        assert message["Content-Language"] == TAG, template
        html, text = message.get_body(("html",)), message.get_body(("plain",))
        assert html is not None
        assert text is not None
        texts = foreign(parsed(html.get_content()), TYPED)
        lines = [
            line for line in text.get_content().splitlines() if unknown_words(line, (*TYPED, *OF_THE_LIST))
        ]
        if texts or lines or unknown_words(message["Subject"]):
            found[template] = [message["Subject"], *texts, *lines]
    assert seen == states.MAILS_IN_MY_DATA.keys() | {"estimate"}
    assert found == {}


def test_what_is_not_marked_is_found() -> None:
    page = parsed(
        '<!doctype html><html lang="eo"><title>⟦Title⟧</title><body><p>⟦To ⟧Example clinic</p>'
        '<p>⟦To ⟧<span lang="en">Example clinic</span> USD 5</p><img alt="A logo"></body></html>'
    )
    assert foreign(page) == ["⟦To ⟧Example clinic", "A logo"]
