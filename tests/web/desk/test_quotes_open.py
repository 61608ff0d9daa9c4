"""No firm quote while a question about the patient is open: the page says which, asks it, and then issues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from estimator import price_lists, quotes
from estimator.clinic import Clinic
from estimator.db import db
from estimator.i18n import reader
from estimator.mail import outbox
from estimator.models import Mail
from estimator.models.staff import Role
from estimator.privacy import data_export
from estimator.processes import mail_contents
from estimator.quotes import drafts
from tests.support.acts import acting
from tests.support.delhi_list import NOW
from tests.support.open_list import ABOUT_YOU, OPEN, PLAN, PROVIDER
from tests.support.quote_clinic import Desk
from tests.support.quote_desk import NAME, ask, draw, issued, newest, now, page, request_of, settings_of
from tests.support.quote_form import MINUS, line, text_of
from tests.support.staff_browser import Page, Staff

ANSWERS = "Save, and enter these answers"

WHOLE = {"companions": "0", "hotel_nights": "3", "visa": False, "flights": "1849.5"}


@pytest.fixture
def coordinator(app: Flask, sign_in: Callable[[Flask, Role], Staff]) -> Staff:
    """Return somebody who issues quotes, where the list in force lets questions stay open."""
    with app.app_context():
        text = OPEN.replace('version = "2026-09"', 'version = "2026-10"').replace("2026-01-01", "2026-10-01")
        price_lists.import_(acting(actor="command line", now=NOW), text)
        db.session.commit()
    return sign_in(app, "coordinator")


def begun(app: Flask, coordinator: Staff, **answers: object) -> tuple[str, Page]:
    """Begin a quote for a plan of which the given answers are known."""
    reference = ask(app, plan={**PLAN, **answers})
    coordinator.see(page(reference))
    return reference, coordinator.press("Prepare a quote")


def test_the_list_calls_a_total_that_leaves_something_out_so_far(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan={**PLAN, **PROVIDER})
    (row,) = coordinator.see("/desk/requests").all("tbody")
    said = " ".join("".join(row.itertext()).split())
    assert reference in said
    assert "so far USD 13,5" in said, said
    assert "at least" not in said, "its range begins below it"


def test_a_health_question_that_is_open_keeps_a_quote_from_being_issued(
    app: Flask, coordinator: Staff
) -> None:
    reference, shown = begun(app, coordinator, **PROVIDER, own_mri=True, breathing=False)
    said = (
        "Nobody has answered: “Do you take blood thinners?”, “Do you have an infection or an open pressure sore now?”. "
        "Ask the patient, and enter the answers."
    )
    assert said in shown.text
    assert shown.links("Enter the answers") == [f"{page(reference)}#open-title"]
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "It cannot be issued yet" in shown.text
    assert said in shown.text
    save = coordinator.see(page(reference)).value("save")
    answer = coordinator.post(f"{page(reference)}/issue", {"save": save, "fingerprint": "0" * 64})
    assert answer.status == 422
    assert "Nothing was issued. Something is missing." in answer.text
    assert issued(app) == []


@pytest.mark.long
def test_the_page_asks_what_is_open_and_keeps_the_other_answers(app: Flask, coordinator: Staff) -> None:
    reference, shown = begun(app, coordinator, **{**PROVIDER, **WHOLE}, own_mri=True, breathing=False)
    asked = [one.get("id") for one in shown.all("div") if (one.get("id") or "").startswith("question-")]
    assert asked == ["question-blood_thinners", "question-infection"]
    shown = coordinator.send(ANSWERS, {"q_blood_thinners": "no"})
    assert shown.path == page(reference)
    assert "Nobody has answered: “Do you have an infection or an open pressure sore now?”." in shown.text
    shown = coordinator.send(ANSWERS, {"q_infection": "no"})
    assert "Nobody has answered" not in shown.text
    assert "Nothing is missing." in shown.text
    for kept in ("7 nights", "3 nights", "USD 1,849.50"):
        assert kept in shown.text
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    assert len(issued(app)) == 1


@pytest.fixture
def bengali(app: Flask, coordinator: Staff) -> str:
    """Return a request in Bengali with open questions, for which a quote is being prepared."""
    with app.app_context():
        text = OPEN.replace('version = "2026-09"', 'version = "2026-10b"').replace("2026-01-01", "2026-10-02")
        for old, new in (
            ('languages = ["en"]', 'languages = ["en", "bn"]'),
            ('label.en = "Interpreter"\n', 'label.en = "Interpreter"\nlabel.bn = "দোভাষী"\n'),
        ):
            assert text.count(old) == 1
            text = text.replace(old, new)
        price_lists.import_(acting(actor="command line", now=NOW), text)
        db.session.commit()
    reference = ask(app, plan={**PLAN, "own_mri": True, "breathing": False, "visa": False}, language="bn")
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    return reference


BENGALI = (
    f"প্রিয় {NAME},\n\nআপনার মূল্যপ্রস্তাব তৈরি করতে এই প্রশ্নগুলোর উত্তর দরকার:\n\n"
    "– Attendant day and night\n– Airport transfer, both ways\n"
    "– দোভাষী\n– Do you have an infection or an open pressure sore now?\n\n"
    "আপনার উত্তরগুলো এখানে লিখুন। কোনোটি জানা না থাকলে সেটাও লিখুন।"
)


def written(shown: Page) -> str:
    """Return what stands in the answer of a request's page."""
    form, _button = shown.form("Send the answer")
    return str(shown.typed(form)["answer"])


def test_one_press_opens_an_answer_that_asks_exactly_what_is_open_in_the_patient_s_language(
    app: Flask, coordinator: Staff, bengali: str
) -> None:
    coordinator.see(page(bengali))
    shown = coordinator.send("ask", {"q_blood_thinners": "no", "words": "Come a day earlier."})
    assert shown.path == f"/desk/requests/{bengali}"
    assert written(shown) == BENGALI
    assert answers(app, bengali)["blood_thinners"] == "no", "what was typed is kept with the quote"
    coordinator.press("Send the answer")
    assert "waiting for patient" in coordinator.page.text
    assert BENGALI.splitlines()[-1] in coordinator.page.text
    with app.app_context():
        act = acting(now=now(), settings=settings_of(app))
        mail = db.session.scalars(select(Mail).filter_by(about=bengali, template="request_answer")).one()
        claimed = outbox.claim(act, mail.id)
        assert claimed is not None
        message = mail_contents.compose(act, claimed)
    body = message.get_body(("plain",))
    assert body is not None
    for said in (str(message["Subject"]), body.get_content()):
        assert not any(line and line in said for line in BENGALI.splitlines()[2:])


@pytest.mark.long
def test_what_is_open_can_be_asked_from_where_a_quote_is_issued_and_where_answers_are_written(
    coordinator: Staff, bengali: str
) -> None:
    coordinator.see(f"{page(bengali)}/issue")
    (link,) = coordinator.page.links("Ask the patient what is open")
    by_link = written(coordinator.see(link))
    coordinator.see(f"/desk/requests/{bengali}")
    shown = coordinator.send("Put it into the answer", {"answer": "Hello.", "template": "open-questions"})
    assert by_link
    assert written(shown) == f"Hello.\n\n{by_link}"


def test_nothing_is_asked_where_everything_is_answered(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan={**PLAN, **PROVIDER, **ABOUT_YOU})
    shown = coordinator.see(f"/desk/requests/{reference}?ask=open")
    assert (shown.status, written(shown)) == (200, "")
    assert "No question is open any more." in shown.text
    assert "What must be answered before a quote" not in shown.text


def test_a_price_that_depends_on_an_open_question_keeps_a_quote_from_being_issued(
    app: Flask, coordinator: Staff
) -> None:
    reference, shown = begun(app, coordinator, **ABOUT_YOU, attendant=False, transfer="none", visa=False)
    assert "Left open, and the price depends on it: “Interpreter”." in shown.text
    assert "No total yet" in shown.text
    shown = coordinator.send(ANSWERS, {"q_interpreter": "none"})
    assert "Left open" not in shown.text
    assert issued(app) == []
    assert reference in shown.text


@pytest.mark.long
def test_what_is_paid_to_others_may_stay_open_and_the_quote_says_so(app: Flask, coordinator: Staff) -> None:
    reference, shown = begun(app, coordinator, **ABOUT_YOU, **PROVIDER)
    assert "Nothing is missing." in shown.text
    assert "Paid to others, an estimate not part of the quote not counted yet" in shown.text
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "Paid to others, an estimate not counted yet" in shown.text
    coordinator.press("Issue this quote")
    with request_of(app, reference) as request:
        quote = quotes.for_request(request)
        assert quote is not None
        rows = quotes.rows_of(quotes.newest(quote), settings_of(app).data_keys)
        assert rows is not None
        assert rows.beside[0].amount == "not counted yet"
        answers = {row.driver: str(row.answer) for section in rows.answers for row in section.rows}
        assert answers["flights"] == "Not answered"


@pytest.mark.long
def test_what_is_paid_to_others_is_at_least_so_much_while_a_part_of_it_is_open(
    app: Flask, coordinator: Staff
) -> None:
    reference, shown = begun(app, coordinator, **ABOUT_YOU, **PROVIDER, flights="1850")
    assert "not part of the quote at least USD 1,850.00" in shown.text
    shown = coordinator.see(f"{page(reference)}/issue")
    assert "Paid to others, an estimate at least USD 1,850.00" in shown.text


def test_an_open_question_is_said_to_be_open_at_the_desk(app: Flask, coordinator: Staff) -> None:
    reference, shown = begun(app, coordinator, **PROVIDER)
    (plan,) = shown.all("section", id="answers")
    assert "Do you use a machine to breathe? Not answered" in " ".join(" ".join(plan.itertext()).split())
    shown = coordinator.see(f"/desk/requests/{reference}")
    assert "Not counted yet: People who come with you; Hotel; Flights" in shown.text


def test_what_a_rule_refuses_is_saved_and_keeps_the_quote_from_being_issued(
    app: Flask, coordinator: Staff
) -> None:
    reference, _shown = begun(app, coordinator, **PROVIDER, own_mri=True)
    shown = coordinator.send(ANSWERS, {"q_breathing": "yes"})
    assert shown.status == 200
    assert "We cannot care safely for people who use a machine to breathe." in shown.text
    assert answers(app, reference)["breathing"] is True
    assert "It cannot be issued yet" in coordinator.see(f"{page(reference)}/issue").text


def answers(app: Flask, reference: str) -> Mapping[str, str | bool]:
    """Return what is saved as the answers of the quote that is being prepared."""
    with request_of(app, reference) as request:
        draft = drafts.for_request(request)
        assert draft is not None
        return drafts.answers_of(draft, settings_of(app))


def test_what_was_typed_above_is_saved_with_the_answers(app: Flask, coordinator: Staff) -> None:
    reference, _shown = begun(app, coordinator, **{**PROVIDER, **WHOLE}, own_mri=True, breathing=False)
    typed = {**line(0, "-100"), "words": "Come a day earlier.", "q_blood_thinners": "no", "q_infection": "no"}
    shown = coordinator.send(ANSWERS, typed)
    assert shown.path == page(reference)
    assert (shown.value("amount-0"), shown.value("words")) == (f"{MINUS}100", "Come a day earlier.")
    assert "Nothing is missing." in shown.text
    assert answers(app, reference)["infection"] is False


@pytest.mark.long
def test_every_button_of_the_quote_saves_the_answers(app: Flask, coordinator: Staff) -> None:
    reference, _shown = begun(app, coordinator, **{**PROVIDER, **WHOLE}, own_mri=True, breathing=False)
    shown = coordinator.send("answers", {"q_blood_thinners": "no"})
    assert shown.path == f"{page(reference)}/answers"
    coordinator.see(page(reference))
    shown = coordinator.send("issue", {"q_infection": "no"})
    assert shown.path == f"{page(reference)}/issue"
    assert "It cannot be issued yet" not in shown.text
    assert answers(app, reference)["blood_thinners"] == "no"


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({"q_breathing": "no", **line(0, "")}, ["Enter an amount; a reduction begins with a minus."]),
        (
            {"q_breathing": "yes", **line(0, "")},
            ["Enter an amount; a reduction begins with a minus."],
        ),
        (
            {"q_breathing": "perhaps", **line(0, "-100")},
            ["“perhaps” is neither yes nor no."],
        ),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_everything_typed_is_kept(
    app: Flask, coordinator: Staff, typed: dict[str, str], refused: list[str]
) -> None:
    reference, _shown = begun(app, coordinator, **PROVIDER, own_mri=True)
    shown = coordinator.send(ANSWERS, typed)
    assert shown.status == 422
    assert [sentence.removeprefix("Error: ") for sentence in shown.errors()] == refused
    form, _button = shown.form(ANSWERS)
    kept = shown.typed(form)
    assert (kept["amount-0"], kept["label-0"]) == (typed["amount-0"], "For friends")
    if typed["q_breathing"] in ("yes", "no"):
        assert kept["q_breathing"] == typed["q_breathing"]
    assert "breathing" not in answers(app, reference)


def test_answers_stay_in_the_form_when_somebody_else_has_saved_meanwhile(
    app: Flask, coordinator: Staff, sign_in: Callable[[Flask, Role], Staff]
) -> None:
    reference, _shown = begun(app, coordinator, **PROVIDER, own_mri=True, breathing=False)
    other = sign_in(app, "coordinator")
    other.see(page(reference))
    other.send(ANSWERS, {"q_blood_thinners": "paused"})
    shown = coordinator.send(ANSWERS, {"q_blood_thinners": "no", **line(0, "-100")})
    assert shown.status == 409
    form, _button = shown.form(ANSWERS)
    assert (shown.typed(form)["q_blood_thinners"], shown.typed(form)["amount-0"]) == ("no", "-100")
    assert answers(app, reference)["blood_thinners"] == "paused"
    coordinator.send(ANSWERS, {})
    assert answers(app, reference)["blood_thinners"] == "no"


def test_answers_are_counted_before_they_are_saved(app: Flask, coordinator: Staff) -> None:
    reference, shown = begun(app, coordinator, **ABOUT_YOU, attendant=False, transfer="none", visa=False)
    assert "No total yet" in shown.text
    shown = coordinator.send("work-out", {"q_interpreter": "none"})
    assert "No total yet" not in shown.text
    form, _button = shown.form(ANSWERS)
    assert shown.typed(form)["q_interpreter"] == "none"
    assert "interpreter" not in answers(app, reference)
    figures = coordinator.post(f"{page(reference)}/figures", shown.typed(form))
    assert "Firm total" in figures.json["spoken"]


def test_the_verb_refuses_whoever_calls_it(app: Flask, coordinator: Staff) -> None:
    reference, _shown = begun(app, coordinator, **PROVIDER, own_mri=True)
    with request_of(app, reference) as request:
        draft = drafts.for_request(request)
        assert draft is not None
        act = acting(actor="user:1", clinic=Clinic(), now=now(), settings=settings_of(app))
        prepared = drafts.preview(act, draft)
        with pytest.raises(quotes.NotReady) as refused:
            quotes.issue(act, request, save=draft.save, fingerprint=prepared.fingerprint)
        assert [(one.code, one.detail) for one in refused.value.missing] == [
            ("unanswered", ("breathing", "blood_thinners", "infection"))
        ]


@pytest.mark.long
def test_a_revision_says_that_a_question_was_not_answered_before(app: Flask, coordinator: Staff) -> None:
    reference, _shown = begun(app, coordinator, **ABOUT_YOU, **PROVIDER)
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    coordinator.see(page(reference))
    coordinator.press("Prepare a revision")
    coordinator.see(f"{page(reference)}/answers")
    coordinator.send("save", {"q_flights": "1849.50"})
    coordinator.see(f"{page(reference)}/issue")
    coordinator.press("Issue this quote")
    with request_of(app, reference) as request:
        quote = quotes.for_request(request)
        assert quote is not None
        rows = quotes.rows_of(quotes.newest(quote), settings_of(app).data_keys)
        assert rows is not None
        (row,) = [row for row in rows.changed if str(row.label) == "Flights"]
        assert (row.old, row.new) == ("Not answered", "USD\N{NO-BREAK SPACE}1,849.50")


@pytest.mark.long
def test_a_patient_s_own_data_say_not_answered_and_never_no(app: Flask, coordinator: Staff) -> None:
    reference = ask(app, plan={**PLAN, **PROVIDER})
    with request_of(app, reference) as request:
        act = acting(clinic=Clinic(), now=now(), settings=settings_of(app))
        found = data_export.of_request(act, request)
        said = {
            row.label: row.text
            for part in data_export.parts(request, found, reader("en"), {})
            for row in part.rows
        }
        assert said["Do you use a machine to breathe?"] == "Not answered"
        assert said["Flights"] == "Not answered"
        assert said["Not counted yet"].startswith("People who come with you; Hotel; Flights")
        assert "breathing" not in found["answers"]
        paper = data_export.document(request, found, reader("en"), {}, [], now())
    assert "Not answered" in "".join(text_of(paper))


FIRST = "First this must heal."


def told(shown: Any) -> list[str]:
    """Return what a page says before anything else because of the patient's answers."""
    return [" ".join("".join(said.itertext()).split()) for said in shown.all("p", **{"class": "told"})]


def test_what_must_heal_first_is_said_while_a_quote_is_prepared_and_before_it_is_issued(
    app: Flask, coordinator: Staff
) -> None:
    known = {**PROVIDER, **ABOUT_YOU, "infection": True}
    _reference, shown = begun(app, coordinator, **{**known, "interpreter": None})
    assert "No total yet" in shown.text
    (said,) = told(shown)
    assert said.startswith(FIRST)
    for reference in (
        begun(app, coordinator, **known)[0],
        begun(app, coordinator, **PROVIDER, **ABOUT_YOU)[0],
    ):
        shown = coordinator.see(f"{page(reference)}/issue")
        if told(shown):
            assert shown.text.index(FIRST) < shown.text.index("Firm total")
    assert told(shown) == []


@pytest.mark.long
def test_who_accepts_reads_what_must_heal_first_and_whose_quote_it_is(app: Flask, coordinator: Staff) -> None:
    plan = {**PLAN, **PROVIDER, **ABOUT_YOU, "infection": True}
    reference = ask(app, plan=plan, patient="Otto Quill")
    coordinator.see(page(reference))
    coordinator.press("Prepare a quote")
    coordinator.see(f"{page(reference)}/issue")
    assert told(coordinator.page)
    coordinator.press("Issue this quote")
    first = text_of(draw(app, reference))[0]
    assert first.index(FIRST) < first.index("USD")
    with newest(app, reference) as revision:
        number = revision.quote.number
        token = quotes.token_of(revision.quote, settings_of(app).link_key)
    patient = Desk.of(app, reference, number).patient(f"/q/{token}", confirmed=False)
    if settings_of(app).sends_mail:
        patient.confirm()
    form = patient.open(f"{patient.path}/accept")
    for shown in (form, patient.check()):
        assert told(shown)[0].startswith(FIRST)
        assert f"ForOtto Quill asked by {NAME}" in shown.text()
