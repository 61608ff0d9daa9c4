"""A patient accepts, declines, takes back and asks; each is kept as it was said, once, and the desk is told."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask

from estimator import quotes
from estimator.db import db
from tests.support import visitor
from tests.support.database import publish
from tests.support.kept_rows import kept
from tests.support.quote_clinic import NAME, SENTENCE, TOTAL, Desk, Patient, fields, list_text
from tests.support.visitor import Page
from tests.web.patient.test_my_data import confirmed

BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

PDF = b"%PDF-1.7 the document"
QUESTION = "Can my sister stay in the room?"


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """Return an app with nothing in it."""
    return start()


@pytest.fixture
def patient(app: Flask) -> Patient:
    """Return a patient who has opened their quote, with a list that quotes can be issued from."""

    def make() -> tuple[str, str, Any]:
        publish(app, list_text())
        desk = Desk(app)
        first = desk.patient(desk.issue(pdf=PDF))
        return desk.reference, desk.number, first.client._cookies

    with app.app_context():
        reference, number, cookies = kept("a quote with its document that was opened by its patient", make)
    patient = Patient(app, Desk.of(app, reference, number))
    patient.client._cookies = dict(cookies)
    patient.defaults = {"environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
    return patient


@pytest.fixture
def desk(patient: Patient) -> Desk:
    """Return the desk of that patient."""
    return patient.desk


def sentence(desk: Desk, revision: int = 1, total: str = TOTAL) -> str:
    return SENTENCE.format(number=desk.number, revision=revision, total=total)


@BOTH
def test_accepting_keeps_the_name_the_sentence_the_document_the_moment_and_the_network(
    desk: Desk, patient: Patient
) -> None:
    done = patient.accept()
    assert done.text("h1") == f"You have accepted the quote {desk.number}"
    assert "You can take this back until the end of 17 March 2026 (UTC)" in done.text()
    assert "Nothing is to be paid before that." in done.text()
    (said,) = desk.decisions()
    with desk.revision() as revision:
        assert (said.kind, said.revision_id) == ("accepted", revision.id)
        assert said.pdf_sha256 == revision.pdf_sha256 is not None
    assert desk.opened(said.typed_name, "typed_name", said.name) == NAME
    assert said.agreed_to == sentence(desk)
    assert said.language == "en"
    assert said.network == "127.0.0.0/24"
    assert desk.state() == "accepted"
    (mail,) = desk.mails("quote_decided")
    assert NAME not in mail.as_string()


def test_what_is_paid_to_others_is_marked_in_the_plan_that_is_agreed_to(app: Flask) -> None:
    driver = '[driver.hotel]\nkind = "yes_no"\nrole = "extras"\nlabel.en = "Hotel"\ndefault = true\n\n'
    driver += (
        driver.replace("hotel", "other").replace("Hotel", "Hotel of a companion").replace("true", "false")
    )
    charge = '[charge.hotel]\nlabel.en = "Hotel"\ngroup = "flights"\nstage = "first"\nprice = 300\nsource = "Tests."\n'
    text = list_text().replace("[rule.short]", f"{driver}[rule.short]")
    other = charge.replace("charge.hotel", "charge.other")
    charge += f"when = {{ hotel = true }}\n\n{other}when = {{ other = true }}\n\n"
    publish(app, text.replace("[tax.gst]", f"{charge}[tax.gst]"))
    desk = Desk(app)
    plan = (
        desk.patient(desk.issue()).open(f"/quote/{desk.number}/accept").one("dl", class_="facts short plan")
    )
    said = " ".join(visitor.words(plan).split())
    assert "Hotel: Yes (not answered) (paid to others, not part of this price)" in said
    assert "Hotel of a companion: No (not answered)" in said
    assert said.count("not part of this price") == 1, "the provider is paid for the rest"


def test_what_is_paid_to_others_for_several_answers_is_said_once(app: Flask) -> None:
    driver = '[driver.hotel]\nkind = "yes_no"\nrole = "extras"\nlabel.en = "Hotel"\ndefault = true\n\n'
    driver += driver.replace("hotel", "taxi").replace("Hotel", "Do you come by taxi?")
    charge = '[charge.hotel]\nlabel.en = "Hotel"\ngroup = "flights"\nstage = "first"\nprice = 300\nsource = "Tests."\n'
    charge += "when = { hotel = true }\n\n"
    charge += charge.replace("hotel", "taxi")
    text = list_text().replace("[rule.short]", f"{driver}[rule.short]")
    publish(app, text.replace("[tax.gst]", f"{charge}[tax.gst]"))
    desk = Desk(app)
    plan = (
        desk.patient(desk.issue()).open(f"/quote/{desk.number}/accept").one("dl", class_="facts short plan")
    )
    said = " ".join(visitor.words(plan).split())
    assert said.count("not part of this price") == 1
    assert "Hotel: Yes (not answered)" in said
    assert "Paid to others, not part of this price: Hotel; Do you come by taxi?" in said


def test_what_is_not_included_stands_where_it_is_agreed_to_have_been_read(patient: Patient) -> None:
    for page in (patient.open(f"{patient.path}/accept"), patient.check()):
        (fold,) = page.all("details", id="not-included")
        assert "What is not included" in visitor.words(fold)
        assert "Visas are not included." in visitor.words(fold)


def test_the_page_to_check_shows_name_sentence_total_validity_and_the_way_back(
    desk: Desk, patient: Patient
) -> None:
    form = patient.open(f"{patient.path}/accept")
    assert "agreed" not in fields(form)  # nothing is ticked for anybody
    page = patient.check("Wilhelmina  Quill of Köln")
    assert page.text("h1") == f"Check what you accept {desk.number}"
    for shown in (
        "Wilhelmina Quill of Köln",
        sentence(desk),
        TOTAL,
        "the end of 9 April 2026 (UTC)",
        "the end of 17 March 2026 (UTC)",
        "Nothing is to be paid before that.",
    ):
        assert shown in page.text(), shown
    assert desk.number in [visitor.words(each) for each in page.all("bdi", class_="whole")], (
        "it is not broken in the sentence"
    )
    assert desk.decisions() == []
    back = patient.press(page, "change")
    assert fields(back)["typed_name"] == "Wilhelmina  Quill of Köln"
    assert fields(back)["agreed"] == "yes"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"typed_name": " "}, "Enter your full name."),
        ({"typed_name": "x" * 201}, "Shorten the name to 200 characters."),
        ({"agreed": None}, "Tick the sentence if you agree to it."),
        ({"agreed": "no"}, "Tick the sentence if you agree to it."),
    ],
)
@pytest.mark.parametrize("act", ["check", "accept"])
def test_without_a_name_and_a_tick_nothing_is_accepted(
    desk: Desk, patient: Patient, typed: dict[str, Any], problem: str, act: str
) -> None:
    answer = patient.press(
        patient.open(f"{patient.path}/accept"), act, **{"typed_name": NAME, "agreed": "yes", **typed}
    )
    assert (answer.status, answer.problems) == (422, [problem])
    assert answer.title.startswith("Error: ")
    assert desk.decisions() == []


def test_get_never_accepts(desk: Desk, patient: Patient) -> None:
    page = patient.check()
    data = {**fields(page), "act": "accept"}
    patient.client.get(f"{patient.path}/accept", query_string=data).close()
    patient.client.head(f"{patient.path}/accept", query_string=data).close()
    assert desk.decisions() == []


@BOTH
def test_pressing_twice_accepts_once(desk: Desk, patient: Patient) -> None:
    page = patient.check()
    first, second = patient.press(page, "accept"), patient.press(page, "accept")
    assert first.location == second.location == f"{patient.path}/answered"
    assert len(desk.decisions()) == 1
    assert len(desk.mails("quote_decided")) == 1


@BOTH
def test_pressing_at_the_same_moment_accepts_once(app: Flask, desk: Desk, patient: Patient) -> None:
    page = patient.check()
    data, cookie = {**fields(page), "act": "accept"}, patient.client.get_cookie("session")
    assert cookie is not None
    statuses: list[int] = []
    ready = threading.Barrier(4)

    def press() -> None:
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        ready.wait()
        answer = client.post(f"{patient.path}/accept", data=data)
        statuses.append(answer.status_code)
        answer.close()

    threads = [threading.Thread(target=press) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [303] * 4
    assert len(desk.decisions()) == 1
    assert desk.events().count("accepted") == 1


@BOTH
@pytest.mark.parametrize("end", ["replaced", "withdrawn", "expired", "declined"])
def test_what_is_over_between_the_page_and_the_click_is_not_accepted(
    desk: Desk, patient: Patient, clock: time_machine.Traveller, end: str
) -> None:
    page = patient.check()
    if end == "replaced":
        desk.issue(("-100.00", "Goodwill"))
    elif end == "withdrawn":
        desk.withdraw()
    elif end == "declined":
        patient.decline(reason="price")
    else:
        clock.shift(timedelta(days=30, hours=11))
        patient.open(desk.new_link())
        patient.confirm()
        page = patient.check()
        clock.shift(timedelta(hours=1))
    answer = patient.press(page, "accept")
    assert answer.status == 409
    expected = {
        "replaced": "There is a newer revision of this quote",
        "withdrawn": "This quote was withdrawn",
        "expired": "This quote has expired",
        "declined": "This quote was declined",
    }
    assert answer.text("h1") == expected[end]
    assert "Nothing was sent." in answer.text()
    assert NAME in answer.html  # what was typed is not lost
    assert [said.kind for said in desk.decisions() if said.kind == "accepted"] == []
    way = list(answer.links())
    assert (patient.path if end == "replaced" else f"{patient.path}/question") in way


def test_the_form_of_an_older_revision_accepts_nothing(desk: Desk, patient: Patient) -> None:
    page = patient.check()
    desk.issue(("-100.00", "Goodwill"))
    for revision in ("1", "", "3", "2.0", "99999999999999999999", "x"):
        answer = patient.post(
            f"{patient.path}/accept", {**fields(page), "act": "accept", "revision": revision}
        )
        assert answer.status == 409, revision
    assert desk.decisions() == []


@BOTH
def test_an_acceptance_is_taken_back_and_the_quote_is_as_good_as_before(
    desk: Desk, patient: Patient, clock: time_machine.Traveller
) -> None:
    patient.accept()
    clock.shift(timedelta(days=7, hours=11))  # 17 March, the last hour
    patient.open(desk.new_link())
    patient.confirm()
    page = patient.open(patient.path)
    assert page.text("div", class_="standing").startswith("This quote is accepted.")
    assert "Accept this quote" not in page.text()
    asked = patient.open(f"{patient.path}/take-back")
    done = patient.open(patient.press(asked, None).location)
    assert done.text("h1") == f"The acceptance is taken back {desk.number}"
    (said,) = desk.decisions()
    assert said.taken_back_at is not None
    assert desk.state() == "quoted"
    assert len(desk.mails("quote_decided")) == 2
    page = patient.open(patient.path)
    assert page.text("div", class_="standing").startswith("The acceptance was taken back.")
    assert "Accept this quote" in page.text()
    assert patient.accept().text("h1").startswith("You have accepted the quote")
    assert [said.kind for said in desk.decisions()] == ["accepted", "accepted"]


def test_my_data_say_beside_an_acceptance_that_it_was_taken_back(desk: Desk, patient: Patient) -> None:
    patient.accept()
    reader, path = confirmed(desk), f"/request/{desk.reference}/data"
    assert "taken back on" not in reader.open(path).text()
    patient.press(patient.open(f"{patient.path}/take-back"), None)
    text = reader.open(path).text()
    accepted = text.index("you accepted it: 10 March 2026")
    assert accepted < text.index("taken back on 10 March 2026", accepted) < text.index("What happened")


@pytest.mark.long
def test_who_accepts_and_takes_back_over_and_over_is_asked_to_wait_and_can_still_take_back(
    desk: Desk, patient: Patient
) -> None:
    for _time in range(quotes.ACCEPTANCES_A_DAY):
        patient.accept()
        patient.press(patient.open(f"{patient.path}/take-back"), None)
    refused = patient.press(patient.check(), "accept")
    assert refused.status == 429
    assert "too often today" in refused.text()
    assert NAME in refused.html
    assert len(desk.decisions()) == quotes.ACCEPTANCES_A_DAY
    assert desk.state() == "quoted"


def test_what_the_desk_replaced_meanwhile_is_not_taken_back_without_a_word(
    desk: Desk, patient: Patient
) -> None:
    patient.accept()
    asked = patient.open(f"{patient.path}/take-back")
    desk.issue(("-100.00", "Goodwill"))
    answer = patient.press(asked, None)
    assert answer.status == 409
    assert answer.text("h1") == "There is a newer revision of this quote"
    (said,) = desk.decisions()
    assert said.taken_back_at is None


def test_after_the_last_day_an_acceptance_is_not_taken_back_here(
    desk: Desk, patient: Patient, clock: time_machine.Traveller
) -> None:
    patient.accept()
    asked = patient.open(f"{patient.path}/take-back")
    clock.shift(timedelta(days=7, hours=12))
    patient.open(desk.new_link())
    patient.confirm()
    for answer in (patient.press(asked, None), patient.open(f"{patient.path}/take-back")):
        assert answer.status == 409
        assert answer.text("h1").startswith("It is too late")
    assert "Take the acceptance back" not in patient.open(patient.path).text()
    (said,) = desk.decisions()
    assert said.taken_back_at is None


def test_taking_back_needs_the_button_of_its_page(desk: Desk, patient: Patient) -> None:
    patient.accept()
    refused = patient.press(patient.open(f"{patient.path}/take-back"), None, csrf_token="old")
    assert refused.status == 400
    assert "press the button again" in refused.problems[0]
    (said,) = desk.decisions()
    assert said.taken_back_at is None
    assert patient.press(refused, None).location == f"{patient.path}/answered"


def test_taking_back_twice_is_once(desk: Desk, patient: Patient) -> None:
    patient.accept()
    asked = patient.open(f"{patient.path}/take-back")
    first, second = patient.press(asked, None), patient.press(asked, None)
    assert first.location == second.location == f"{patient.path}/answered"
    assert desk.events().count("taken_back") == 1


def test_nothing_is_taken_back_that_was_not_accepted(desk: Desk, patient: Patient) -> None:
    assert patient.open(f"{patient.path}/take-back").location == patient.path
    assert patient.open(f"{patient.path}/answered").location == patient.path


@BOTH
def test_declining_keeps_reason_and_words_and_tells_the_desk_only_the_reason(
    desk: Desk, patient: Patient
) -> None:
    words = "My brother's clinic\r\ncosts less."
    done = patient.decline(reason="price", words=words)
    page = patient.open(done.location)
    assert page.text("h1") == f"You have declined the quote {desk.number}"
    (said,) = desk.decisions()
    assert (said.kind, said.reason) == ("declined", "price")
    assert desk.opened(said.words, "words", said.name) == words.replace("\r\n", "\n")
    assert said.agreed_to == f"I decline the firm quote {desk.number}, revision 1."
    (mail,) = desk.mails("quote_decided")
    assert "brother" not in mail.as_string()
    assert desk.state() == "declined"
    page = patient.open(patient.path)
    assert page.text("div", class_="standing").startswith("This quote was declined.")
    assert "Accept this quote" not in page.text()


def test_a_reason_is_one_of_the_list_and_what_was_typed_stays(desk: Desk, patient: Patient) -> None:
    page = patient.open(f"{patient.path}/decline")
    for reason in (None, "", "nonsense"):
        answer = patient.press(page, None, reason=reason, words="Too far.")
        assert answer.problems == ["Choose one of the reasons. The last one says nothing."]
        assert fields(answer)["words"].strip() == "Too far."
    long = patient.press(page, None, reason="plan", words="x" * 5001)
    assert long.status == 422
    assert fields(long)["reason"] == "plan"
    assert "x" * 5001 in long.html
    assert desk.decisions() == []


def test_declining_is_looked_at_once_more_and_what_was_typed_can_be_changed(
    desk: Desk, patient: Patient
) -> None:
    look = patient.press(
        patient.open(f"{patient.path}/decline"), "check", reason="time", words="In spring,\nperhaps."
    )
    assert look.status == 200
    assert "The time does not suit me" in look.text()
    assert desk.decisions() == []
    back = patient.press(look, "change")
    assert (fields(back)["reason"], fields(back)["words"].strip()) == ("time", "In spring,\nperhaps.")
    assert desk.decisions() == []


def test_declining_twice_is_once(desk: Desk, patient: Patient) -> None:
    page = patient.press(patient.open(f"{patient.path}/decline"), "check", reason="time")
    first, second = (patient.press(page, "decline") for _time in range(2))
    assert first.location == second.location == f"{patient.path}/answered"
    assert len(desk.decisions()) == 1


def test_who_has_accepted_cannot_decline(desk: Desk, patient: Patient) -> None:
    page = patient.open(f"{patient.path}/decline")
    patient.accept()
    answer = patient.press(page, None, reason="price")
    assert answer.status == 409
    assert answer.text("h1") == "This quote is accepted already"
    assert [said.kind for said in desk.decisions()] == ["accepted"]


@pytest.mark.long
@BOTH
def test_a_question_is_kept_sealed_and_the_desk_is_told_that_there_is_one(
    desk: Desk, patient: Patient
) -> None:
    sent = patient.press(patient.open(f"{patient.path}/question"), None, words=QUESTION)
    assert patient.open(sent.location).text("h1") == f"Your question is sent {desk.number}"
    entry = desk.history()[0]
    assert (entry.kind, entry.actor, entry.words) == ("question", "patient", QUESTION)
    (mail,) = desk.mails("quote_question")
    assert "sister" not in mail.as_string()


def test_a_question_that_is_sent_twice_is_one_and_another_one_is_another(
    desk: Desk, patient: Patient
) -> None:
    page = patient.open(f"{patient.path}/question")
    for words in (QUESTION, QUESTION, "And my brother?"):
        assert patient.press(page, None, words=words).status == 303
    assert desk.events().count("question") == 2
    assert len(desk.mails("quote_question")) == 1, "one mail tells of both"


def test_questions_from_one_network_are_limited_and_nothing_typed_is_lost(
    desk: Desk, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("estimator.web.network_limits.REQUESTS", 2)
    page = patient.open(f"{patient.path}/question")
    for number in range(2):
        assert patient.press(page, None, words=f"Question {number}?").status == 303
    refused = patient.press(page, None, words=QUESTION)
    assert refused.status == 429
    assert "send it again in 15 minutes" in refused.problems[0]
    assert refused.control("words") == QUESTION
    assert desk.events().count("question") == 2


def test_a_question_must_say_something_and_not_too_much(desk: Desk, patient: Patient) -> None:
    page = patient.open(f"{patient.path}/question")
    assert patient.press(page, None, words="  ").problems == ["Enter your question."]
    long = patient.press(page, None, words="x" * 5001)
    assert "room for 5,000" in long.problems[0]
    assert "x" * 5001 in long.html
    assert "question" not in desk.events()


def test_ten_megabytes_of_question_are_refused(patient: Patient) -> None:
    page = patient.open(f"{patient.path}/question")
    assert patient.press(page, None, words="x" * 10_000_000).status == 413


def test_questions_have_a_limit_for_a_day_and_what_was_typed_stays(desk: Desk, patient: Patient) -> None:
    page = patient.open(f"{patient.path}/question")
    answers = [patient.press(page, None, words=f"Question {number}") for number in range(25)]
    statuses = [answer.status for answer in answers]
    sent = statuses.count(303)
    assert 15 <= sent <= 20
    assert statuses == [303] * sent + [429] * (25 - sent)
    assert "Question 24" in answers[-1].html
    assert desk.events().count("question") == sent


def test_a_question_can_be_asked_whatever_became_of_the_quote(desk: Desk, patient: Patient) -> None:
    desk.withdraw()
    assert patient.press(patient.open(f"{patient.path}/question"), None, words=QUESTION).status == 303


FORMS: dict[str, dict[str, Any]] = {
    "accept": {"typed_name": NAME, "agreed": "yes"},
    "decline": {"reason": "price", "words": "Too far away."},
    "question": {"words": QUESTION},
}


@pytest.mark.parametrize("kind", FORMS)
def test_an_ended_visit_loses_nothing_that_was_typed(desk: Desk, patient: Patient, kind: str) -> None:
    page = patient.open(f"{patient.path}/{kind}")
    answer = patient.press(page, "accept", csrf_token="old", **FORMS[kind])
    assert answer.status == 400
    assert "This page was open for too long" in answer.problems[0]
    kept = fields(answer)
    for name, value in FORMS[kind].items():
        assert kept[name].strip() == value
    again = patient.press(answer, "check")
    assert again.status in (200, 303)


@pytest.mark.parametrize("kind", FORMS)
def test_a_quote_that_is_not_open_any_more_still_shows_what_was_typed(
    desk: Desk, patient: Patient, clock: time_machine.Traveller, kind: str
) -> None:
    page = patient.open(f"{patient.path}/{kind}")
    clock.shift(timedelta(hours=13))
    answer = patient.press(page, "accept", **FORMS[kind])
    assert answer.status == 401
    typed = [text for name, text in FORMS[kind].items() if name in ("typed_name", "words")]
    shown = [element.text for element in answer.all("textarea")]
    assert [text.strip() for text in shown if text] == typed
    assert desk.decisions() == []


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the writing lock of an SQLite database."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.long
@pytest.mark.parametrize("kind", FORMS)
def test_a_busy_database_loses_nothing_that_was_typed(
    desk: Desk, patient: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    page = patient.check() if kind == "accept" else patient.open(f"{patient.path}/{kind}")
    act = None if kind == "question" else kind
    _hurry(desk.app)
    with locked(tmp_path / "estimator.sqlite"):
        answer = patient.press(page, act, **FORMS[kind])
    assert answer.status == 503
    assert "What you typed is still here" in answer.problems[0]
    kept = fields(answer)
    for name, value in FORMS[kind].items():
        assert kept[name].strip() == value
    assert desk.decisions() == []
    assert patient.press(answer, act).status == 303


@BOTH
@pytest.mark.parametrize("kind", ["accept", "decline"])
def test_what_is_withdrawn_while_somebody_answers_is_refused_with_what_to_do(
    desk: Desk, patient: Patient, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    page = patient.check() if kind == "accept" else patient.open(f"{patient.path}/{kind}")
    answer = getattr(quotes, kind)

    def late(*given: Any, **named: Any) -> Any:
        with ThreadPoolExecutor(1) as somebody_else:
            somebody_else.submit(desk.withdraw).result()
        return answer(*given, **named)

    monkeypatch.setattr(quotes, kind, late)
    said = patient.press(page, kind, **FORMS[kind])
    assert (said.status, said.text("h1")) == (409, "This quote was withdrawn")
    assert desk.decisions() == []


def _hurry(app: Flask) -> None:
    """Let connections wait a tenth of a second for a lock, not five."""
    from sqlalchemy import event

    with app.app_context():
        db.engine.dispose()
        event.listen(
            db.engine, "connect", lambda connection, _r: connection.execute("PRAGMA busy_timeout = 100")
        )


def test_every_answer_needs_the_proof_of_its_own_page(desk: Desk, patient: Patient) -> None:
    patient.accept()
    assert patient.post(f"{patient.path}/take-back", {"revision": "1"}).status == 400
    (said,) = desk.decisions()
    assert said.taken_back_at is None


@pytest.mark.long
def test_a_sentence_in_another_language_is_read_before_it_is_agreed_to(start: Callable[..., Flask]) -> None:
    desk = Desk(start(list_text(), languages=("en", "ar")))
    patient = desk.patient(desk.issue())
    page: Page = patient.check()
    answer = patient.press(page, "accept", sentence="Something that nobody showed")
    assert answer.status == 409
    assert answer.text("h1").startswith("Check what you accept")
    assert desk.decisions() == []
    assert patient.press(answer, "accept").status == 303


def test_the_answers_are_in_the_history_of_the_request(desk: Desk, patient: Patient) -> None:
    patient.accept()
    patient.press(patient.open(f"{patient.path}/take-back"), None)
    patient.decline(reason="plan")
    told = [kind for kind in desk.events() if kind != "state"]
    assert told == ["asked", "issued", "opened", "accepted", "taken_back", "declined"]


def test_where_no_mail_is_sent_no_answer_promises_one(start: Callable[..., Flask]) -> None:
    desk = Desk(start(list_text(), demo=False))
    patient = desk.patient(desk.issue(pdf=PDF), confirmed=False)
    asked = patient.open(f"{patient.path}/question")
    said = [patient.open(patient.press(asked, None, words=QUESTION).location).text()]
    said.append(patient.accept().text())
    back = patient.press(patient.open(f"{patient.path}/take-back"), None)
    said.append(patient.open(back.location).text())
    patient.decline(reason="price")
    said.append(patient.open(f"{patient.path}/answered").text())
    for page in said:
        assert "mail" not in page
    assert "The coordinator answers on the page of your request." in said[0], "no way was chosen"
    assert "The coordinator writes to you about the next steps." in said[1]
    assert "While the quote is valid, it can be accepted again." in said[2]
    assert "The coordinator can see it on this website, with your reason." in said[3]
