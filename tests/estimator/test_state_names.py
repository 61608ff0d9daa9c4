"""Every state, event and mail has its words, for each audience that reads of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest

from estimator.models.quotes import RevisionState
from estimator.models.requests import REQUEST_STATES
from estimator.processes import mail_contents
from estimator.requests import SEEN
from estimator.wording import states, states_at_desk


@pytest.mark.parametrize(
    "words", [states_at_desk.REVISION_AT_DESK, states.REVISION_FOR_PATIENT, states.REVISION_IN_MY_DATA]
)
def test_every_state_of_a_revision_has_words(words: Mapping[str, Any]) -> None:
    assert set(words) == set(get_args(RevisionState))


def test_every_state_of_a_request_has_words() -> None:
    assert set(states_at_desk.REQUEST_AT_DESK) == set(REQUEST_STATES)
    assert set(states.REQUEST_FOR_PATIENT) == set(REQUEST_STATES)
    assert {"new", *states.REQUEST_IN_MY_DATA} == set(REQUEST_STATES), (
        "it begins as new and never comes to it"
    )


def test_the_desk_and_the_person_read_of_the_same_events() -> None:
    in_sentences_of_their_own = {"assigned", SEEN}
    assert {*states_at_desk.EVENTS_AT_DESK, *in_sentences_of_their_own} == set(states.EVENTS_IN_MY_DATA)


def test_every_mail_has_a_name_in_the_outbox() -> None:
    assert set(states_at_desk.MAILS) == {*mail_contents.WRITERS} - {"test"}


def test_every_mail_about_a_request_or_its_quote_has_a_name_in_the_history() -> None:
    named = {template for template in mail_contents.WRITERS if template.startswith(("request_", "quote_"))}
    assert set(states_at_desk.MAILS_OF_A_REQUEST) == named | {"staff_approval"}


def test_every_mail_to_who_asked_has_a_name_in_their_data() -> None:
    to_desk = {"request_question", "quote_question", "quote_decided", "staff_approval"}
    assert set(states.MAILS_IN_MY_DATA) == set(states_at_desk.MAILS_OF_A_REQUEST) - to_desk
