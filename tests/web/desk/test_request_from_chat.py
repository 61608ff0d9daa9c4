"""What somebody wrote in a chat is pasted, and what it says is suggested; nothing is filled in by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from estimator import requests
from estimator.models.staff import Role
from tests.support.quote_desk import request_of, settings_of
from tests.support.request_entering import FORM, enter, typed
from tests.support.staff_browser import Staff

MESSAGE = (
    "\u200e[12:03, 28/11/2026] \u202a+33 6 12 34 56 78\u202c: Bonjour, je voudrais un devis pour mon père, accident le "
    "25/03/2024.\nNous pensons venir en mars 2027, merci 🙏"
)


def suggested(person: Staff) -> list[str]:
    return [
        " ".join("".join(row.itertext()).split()) for row in person.page.one("ul", class_="plain suggested")
    ]


@pytest.mark.long
def test_a_pasted_message_suggests_and_fills_in_nothing_by_itself(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    coordinator = sign_in(make_app(LANGUAGES="en,fr"), "coordinator")
    coordinator.see(FORM)
    coordinator.send("look", {"pasted": MESSAGE, "full_name": "Zephyrine Quill"})
    assert coordinator.page.status == 200
    assert [row.partition(" Use it")[0] for row in suggested(coordinator)] == [
        "Telephone: +33 6 12 34 56 78",
        "Country, by the number: France",
        "Language: Français",
        "When the injury happened: March 2024 (“25/03/2024”)",
        "Planned: March 2027 (“mars 2027”)",
        "Whom it is for: Somebody they may speak for",
    ]
    for name in ("phone", "injury_month", "planned_month"):
        assert coordinator.page.value(name) == "", name
    for sent in (
        "phone=+33 6 12 34 56 78",
        "country=FR",
        "language=fr",
        "injury_month=3 2024",
        "planned_month=2027-03",
        "for_whom=other",
    ):
        coordinator.send(sent, {})
        name, _equals, text = sent.partition("=")
        assert coordinator.page.value(name) == text
    assert coordinator.page.value("full_name") == "Zephyrine Quill", "nothing is typed twice"
    assert coordinator.page.value("pasted").splitlines()[1].startswith("Nous pensons")
    assert all(row.endswith("stands below") for row in suggested(coordinator))


def test_all_suggestions_are_used_at_once_but_for_what_was_typed_and_what_has_to_be_chosen(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    coordinator = sign_in(make_app(LANGUAGES="en,fr"), "coordinator")
    coordinator.see(FORM)
    coordinator.send("look", {"pasted": MESSAGE, "phone": "+33 1 00 00 00 00"})
    assert "Use those that leave nothing to choose" in coordinator.page.text
    page = coordinator.send("all", {})
    names = ("phone", "country", "language", "injury_month", "planned_month")
    assert [page.value(name) for name in names] == ["+33 1 00 00 00 00", "FR", "fr", "3 2024", "2027-03"]
    assert "nothing to choose" not in page.text
    page = coordinator.send(
        "look", {"pasted": "I am Maria García. 2 sessions or else 3 sessions.", "phone": ""}
    )
    assert "Use all of them" not in page.text
    assert page.value("q_sessions") == ""


def test_the_name_and_the_sessions_of_a_message_are_suggested_and_counted_once_they_are_used(
    app: Flask, coordinator: Staff
) -> None:
    coordinator.see(FORM)
    pasted = "I am Maria García. We want 2 sessions, not 99 sessions."
    coordinator.send("look", {**typed(), "q_sessions": "", "pasted": pasted})
    assert suggested(coordinator) == [
        "Name: Maria García Use it: Name, Maria García",
        "Language: English stands below",
        "Sessions: 2 Use it: Sessions, 2",
    ]
    assert (coordinator.page.value("full_name"), coordinator.page.value("q_sessions")) == ("", "")
    coordinator.send("full_name=Maria García", {})
    page = coordinator.send("q_sessions=2", {})
    assert (page.value("full_name"), page.value("q_sessions")) == ("Maria García", "2")
    assert "15,973.40" in page.text.replace("\xa0", " ")


def test_a_number_that_no_country_has_is_told_as_it_is_written_and_offered_as_nothing(
    coordinator: Staff,
) -> None:
    coordinator.see(FORM)
    page = coordinator.send("look", {"pasted": "mon whatsapp c'est +33 6 12 34 56 7"})
    assert "no country has: +33 6 12 34 56 7. Ask for it again." in page.text
    assert "without the code of a country" not in page.text
    assert "Telephone:" not in page.text
    page = coordinator.send("look", {"pasted": "06 39 98 12 34"})
    assert "without the code of a country" in page.text
    page = coordinator.send("look", {"pasted": "06 39 98 12 34", "country": "FR"})
    assert "that France cannot have: 06 39 98 12 34. Ask for it again." in page.text
    assert "Nothing that belongs into this form" not in page.text


def test_the_country_of_two_numbers_is_suggested_once(coordinator: Staff) -> None:
    coordinator.see(FORM)
    page = coordinator.send("look", {"pasted": "+33 6 12 34 56 78, or +33 6 12 34 56 79"})
    assert page.text.count("Country, by the number: France Use it") == 1


def test_a_year_alone_is_suggested_for_the_injury_and_a_month_without_a_year_for_the_plan(
    coordinator: Staff,
) -> None:
    planned = datetime.now(UTC).replace(day=15) + timedelta(days=90)
    coordinator.see(FORM)
    pasted = f"He had an accident in 2021. We want to come in {planned:%B}."
    coordinator.send("look", {"pasted": pasted})
    assert [row.partition(" Use it")[0] for row in suggested(coordinator)] == [
        "Language: English stands below",
        f"Planned: {planned:%B %Y} (“in {planned:%B}”)",
        "When the injury happened: 2021 (“in 2021”)",
    ]
    page = coordinator.send("all", {})
    assert (page.value("injury_month"), page.value("planned_month")) == ("2021", f"{planned:%Y-%m}")


def test_the_patient_of_a_message_is_suggested_and_then_it_is_for_somebody_else(coordinator: Staff) -> None:
    coordinator.see(FORM)
    pasted = "Pour mon frère Ousmane, 34 ans, T10. 77 512 34 56 (Sénégal)"
    coordinator.send("look", {"pasted": pasted})
    assert [row.partition(" Use it")[0] for row in suggested(coordinator)] == [
        "Telephone: +221 77 512 34 56",
        "Country, by the number: Senegal",
        "Patient: Ousmane",
        "Level of the injury: T10 (chest)",
        "Age of the patient: 30 to 39 (“34”)",
    ]
    page = coordinator.send("all", {})
    names = ("phone", "country", "patient_name", "for_whom", "injury_level", "age_group")
    assert [page.value(name) for name in names] == [
        *("+221 77 512 34 56", "SN", "Ousmane", "other", "T10", "30-39"),
    ]


CHAT = """\
30/11/2026 à 14:52 - Moussa Traoré: Bonjour docteur 🙏
30/11/2026 à 14:53 - Moussa Traoré: Je vous écris pour mon petit frère qui s’appelle Cheikh Diop, il a 27 ans.
30/11/2026 à 14:55 - Moussa Traoré: Accident de moto le 14/03/2024, lésion T10 complète, il est en fauteuil depuis.
30/11/2026 à 14:58 - Moussa Traoré: Combien coûtent deux ou trois séances ? Nous pensons venir en mars 2027.
30/11/2026 à 15:01 - Moussa Traoré: On habite au Sénégal. Répondez-moi sur WhatsApp au 77 512 34 56, \
ou traore.moussa@exemple.sn. Merci
"""


def test_a_whole_conversation_in_french_suggests_everything_that_it_says(
    make_app: Callable[..., Flask], sign_in: Callable[[Flask, Role], Staff]
) -> None:
    coordinator = sign_in(make_app(LANGUAGES="en,fr"), "coordinator")
    coordinator.see(FORM)
    coordinator.send("look", {"pasted": CHAT})
    assert [row.partition(" Use it")[0] for row in suggested(coordinator)] == [
        "Name: Moussa Traoré",
        "Telephone: +221 77 512 34 56",
        "Country, by the number: Senegal",
        "Email address: traore.moussa@exemple.sn",
        "How they want to be answered: By WhatsApp",
        "Language: Français",
        "When the injury happened: March 2024 (“14/03/2024”)",
        "Planned: March 2027 (“mars 2027”)",
        "Patient: Cheikh Diop",
        "Level of the injury: T10 (chest)",
        "How complete the injury is: Complete: no feeling and no movement below it (AIS A)",
        "Age of the patient: 18 to 29 (“27”)",
        "Sessions: 2",
        "Sessions: 3",
    ]
    page = coordinator.send("all", {})
    expected = {
        "full_name": "Moussa Traoré",
        "phone": "+221 77 512 34 56",
        "country": "SN",
        "email": "traore.moussa@exemple.sn",
        "answer_by": "whatsapp",
        "language": "fr",
        "injury_month": "3 2024",
        "planned_month": "2027-03",
        "patient_name": "Cheikh Diop",
        "for_whom": "other",
        "injury_level": "T10",
        "injury_completeness": "A",
        "age_group": "18-29",
        "q_sessions": "",
    }
    assert {name: page.value(name) for name in expected} == expected
    agreed = {"consent_health_data": "yes", "consent_contact": "yes", "consent_on_behalf": "yes"}
    page = coordinator.send("q_sessions=3", agreed)
    assert "The request is entered." in coordinator.press("Enter the request").text


def test_a_number_that_waits_for_its_country_is_said(coordinator: Staff) -> None:
    coordinator.see(FORM)
    sentence = "There is a telephone number without the code of a country."
    assert sentence in coordinator.send("look", {"pasted": "call 77 512 34 56"}).text
    page = coordinator.send("look", {"country": "SN"})
    assert sentence not in page.text
    assert suggested(coordinator)[0].startswith("Telephone: +221 77 512 34 56")


@pytest.mark.parametrize("agreed", [True, False])
def test_a_pasted_message_is_kept_sealed_if_they_agree_and_else_forgotten(
    app: Flask, coordinator: Staff, agreed: bool
) -> None:
    page = enter(coordinator, pasted="Bonjour,\nmon père", **({"keep_pasted": "yes"} if agreed else {})).page
    with request_of(app, page.path.rpartition("/")[2]) as found:
        kept = requests.person_of(found, settings_of(app).data_keys)
        assert kept is not None
        typed = "Violet stairs\nwithout a lift"
        assert kept.message == (f"Bonjour,\nmon père\n\n{typed}" if agreed else typed)
        assert b"Bonjour" not in (found.message or b"")


def test_a_message_that_is_too_long_is_a_sentence_and_nothing_else_is_lost(coordinator: Staff) -> None:
    coordinator.see(FORM)
    coordinator.send("look", {"pasted": "я" * 60_000, "full_name": "Zephyrine Quill"})
    assert coordinator.page.status == 422
    assert "This message is longer than 100 kB." in coordinator.page.text
    assert coordinator.page.value("full_name") == "Zephyrine Quill"
    coordinator.send("look", {"pasted": "я" * 50_000})
    assert coordinator.page.status == 200
