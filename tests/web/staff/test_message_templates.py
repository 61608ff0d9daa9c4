"""Message templates are kept in each language, and none is saved with a placeholder that cannot be filled."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask

from estimator import clinic
from estimator.clinic.shipped_messages import SHIPPED
from estimator.db import db
from tests.support.acts import acting
from tests.support.clinic_staff import Browser
from tests.web.staff.test_settings import ada, beside, eve, fields, send, stored

__all__ = ["ada", "eve"]


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """Return the app of a clinic that writes in two languages, and has removed the templates that it began with."""
    app = make_app(LANGUAGES="en,fr")
    with app.app_context():
        clinic.change(acting(actor="user:1"), "messages", {})
        db.session.commit()
    return app


MESSAGE = {
    "text-en": "Dear {name},\n\nyour MRI for {reference}, please.",
    "text-fr": "{name} : {reference} ?",
}


@pytest.mark.long
def test_a_message_template_is_added_changed_and_removed(app: Flask, ada: Browser) -> None:
    send(ada, "messages/new", name="We need your MRI", waits="yes", **MESSAGE)
    ((code, found),) = stored(app).messages.items()
    assert (found.name, found.waits, found.texts["fr"]) == (
        "We need your MRI",
        True,
        "{name} : {reference} ?",
    )
    assert "We need your MRI" in ada.get("/staff/settings").text
    send(ada, f"messages/{code}", name="MRI")
    assert stored(app).messages[code].name == "MRI"
    send(ada, f"messages/{code}", act="remove")
    assert stored(app).messages == {}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text-en": "Dear {nmae}, {reference}"}, "There is no {nmae}. There are: {name}, {patient}"),
        ({"text-en": "Dear {name}"}, "{name} stands in another language and is missing here."),
        ({"text-en": "Dear {name, {reference}"}, "There is no {name,."),
        ({"text-en": "Dear {name}} {reference}"}, "A brace { or } stands alone."),
        ({"text-en": "{name} {reference} http://example.org"}, "Links must begin with https://."),
        ({"text-en": "{name} {reference} 4111 1111 1111 1111"}, "The number of a payment card stands here."),
        (
            {"text-en": "{name} {reference} GB82 WEST 1234 5698 7654 32"},
            "The IBAN that stands here is not the account in force.",
        ),
        ({"text-en": "{name} {reference}" + "x" * 1000}, "Enter at most 1000 characters"),
        ({"name": " "}, "Enter a name of at most 60 characters."),
    ],
)
def test_a_message_template_that_cannot_be_filled_is_refused_beside_it_and_kept_as_typed(
    app: Flask, ada: Browser, wrong: dict[str, str], sentence: str
) -> None:
    typed = {"name": "We need your MRI", **MESSAGE, **wrong}
    send(ada, "messages/new", **typed)
    assert any(sentence.split(".", maxsplit=1)[0] in each for each in beside(ada)), beside(ada)
    sent = fields(ada)
    assert {name: sent[name] for name in typed} == typed
    assert stored(app).messages == {}


def test_of_two_who_change_a_template_the_second_is_warned_and_keeps_theirs(
    app: Flask, ada: Browser, eve: Browser
) -> None:
    send(ada, "messages/new", name="We need your MRI", **MESSAGE)
    (code,) = stored(app).messages
    for each in (ada, eve):
        each.get(f"/staff/settings/messages/{code}")
    ada.post(data={**fields(ada), "text-en": "Ada’s {name} {reference}"})
    eve.post(data={**fields(eve), "text-en": "Eve’s {name} {reference}"})
    assert "Ada’s {name}" in unescape(eve.page)
    assert fields(eve)["text-en"] == "Eve’s {name} {reference}"
    eve.post(data=fields(eve))
    assert stored(app).messages[code].texts["en"] == "Eve’s {name} {reference}"


def test_what_a_message_is_filled_with_is_not_filled_again() -> None:
    values = {"name": "{reference}", "patient": "", "reference": "REQ-1", "provider": "A {name}"}
    assert (
        clinic.filled("Dear {name}, {provider}; for {patient}.", values, greeting="")
        == "Dear {reference}, A {name}; for."
    )


def test_the_templates_that_a_clinic_begins_with_say_the_same_in_every_language_and_can_be_filled() -> None:
    begun = clinic.Clinic().messages
    assert set(begun) == set(SHIPPED)
    kind = clinic.KINDS["messages"]
    assert kind.check(begun) == begun, "each could be saved as it is"
    assert {frozenset(one.texts) for one in begun.values()} == {
        frozenset(("en", "ar", "fr", "es", "ru", "hi", "bn"))
    }
