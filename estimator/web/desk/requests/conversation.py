"""What was said at a request, by both sides, in order; and the form in which the desk answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from estimator import clinic, keys, price_lists, quotes, requests
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, speaking
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest
from estimator.web import request_context, whole_numbers
from estimator.web.desk.requests import history
from estimator.web.fields import ChoiceField, TickField
from estimator.web.forms import Form
from estimator.web.language import current_reader
from estimator.web.patient.exchange import answers_in_words
from estimator.web.patient.request_form import words_field
from estimator.web.staff.paid_elsewhere import NotPaidElsewhere
from estimator.web.staff.signed_in import act
from estimator.wording.told_answers import ToldAnswer

WAYS: Mapping[requests.Way, Any] = {
    "email": lazy_gettext("on their page, and a mail says so"),
    "telephone": lazy_gettext("I say it by telephone; no mail goes out"),
    "whatsapp": lazy_gettext("I send it in a chat myself; no mail goes out"),
}
"""How an answer can reach somebody, in the words of the desk."""

OPEN_QUESTIONS = "open-questions"
"""The template that asks what is open before a quote; it has a dash, so that no template of the clinic is called so."""


class AnswerForm(Form):
    """An answer to whoever asks, and how it reaches them."""

    words = words_field(
        lazy_gettext("Answer to them"),
        lazy_gettext("Enter the answer first."),
        rules=[NotPaidElsewhere()],
        name="answer",
        id="answer",
    )
    way = ChoiceField(
        lazy_gettext("How they get it"),
        optional=True,
        refusal=lazy_gettext("Choose one of these."),
        id="way",
    )
    waits = TickField(lazy_gettext("Then wait for the patient"), id="waits")
    template = ChoiceField(
        lazy_gettext("Message template"),
        optional=True,
        refusal=lazy_gettext("This template is not there any more. Choose another one."),
        id="template",
    )

    def __init__(self, found: PatientRequest, *sent: None) -> None:
        super().__init__(*sent)
        self.may_wait = requests.can_wait(found)
        ways = (
            dict(WAYS) if found.email is not None else {**WAYS, "email": _("on their page; they get no mail")}
        )
        self.way.choices = [(way, str(words)) for way, words in ways.items()]
        self.way.data = self.way.data or requests.default_way(found)
        self.template.empty = _("choose")
        templates = sorted(request_context.clinic().messages.items(), key=lambda one: one[1].name.casefold())
        self.template.choices = [(code, one.name) for code, one in templates]
        self.open_questions = _open_questions(found)
        if self.open_questions is not None:
            self.template.choices.insert(0, (OPEN_QUESTIONS, _("What must be answered before a quote")))

    @property
    def is_begun(self) -> bool:
        """Whether somebody has typed or chosen something."""
        return bool(self.words.data or self.template.data)

    @property
    def is_filling(self) -> bool:
        """Whether a template is to be put into the answer, and nothing sent yet."""
        return "fill" in request.form

    def fill(self, found: PatientRequest) -> None:
        """Put the words of the chosen template behind what was typed, in the language of whoever asks."""
        if not self.template.data:
            self.refuse(_("Choose a template first."), self.template)
            return
        if self.template.data == OPEN_QUESTIONS:
            self.ask_open_questions()
            return
        chosen = request_context.clinic().messages.get(self.template.data)
        if chosen is None:
            self.refuse(str(self.template.refusal), self.template)
            return
        short = found.language.partition("-")[0]
        text = chosen.texts.get(found.language) or chosen.texts.get(short)
        if text is None:
            sentence = _(
                "This template has no words in %(language)s, the language of this request. Write them here, or ask "
                "an administrator to add them.",
                language=reader_of(found.language).name,
            )
            self.refuse(sentence, self.template)
            return
        with speaking(reader_of(found.language)):
            greeting = _("Good day,")
        self._put(clinic.filled(text, _values(found), greeting=greeting), waits=chosen.waits)

    def ask_open_questions(self) -> None:
        """Put the questions that are open before a quote behind what was typed; the request then waits for them."""
        if self.open_questions is None:
            self.refuse(_("No question is open any more."), self.template)
            return
        self._put(self.open_questions, waits=True)

    def _put(self, words: str, *, waits: bool) -> None:
        self.words.fill("\n\n".join(filter(None, (self.words.data, words))))
        self.waits.data = waits and self.may_wait
        self.template.data = ""


def _open_questions(found: PatientRequest) -> str | None:
    try:
        return quotes.open_questions.message(act(), found)
    except keys.Unreadable:  # the page says so, and has no form
        return None


@dataclass(frozen=True)
class Said:
    """One thing that was said: by whom, when, how, its words and answers to questions; `ours` if by the desk."""

    who: str
    when: str
    how: str | None
    words: str | None
    ours: bool
    by_chat: bool = False
    answers: Sequence[ToldAnswer] = ()


def conversation(entries: Sequence[requests.Entry], found: PatientRequest) -> list[Said]:
    """Return what was said, the first first."""
    names = history.names_of(entries)
    return [
        Said(
            who=history.who(entry.actor, names),
            when=current_reader().clock(entry.at, found.table_version.time_zone),
            how=_how(entry),
            words=entry.words,
            ours=entry.kind == "answer",
            by_chat=entry.detail.get("way") == "whatsapp",
            answers=answers_in_words(entry, found),
        )
        for entry in reversed(entries)
        if entry.kind in requests.EXCHANGE
    ]


def count_shown() -> int:
    """Return how much of the conversation the page showed from which a form was sent."""
    return whole_numbers.read(request.form.get("said")) or 0


def _how(entry: requests.Entry) -> str | None:
    ways: dict[Any, str] = {"telephone": _("by telephone"), "whatsapp": _("in a chat")}
    return ways.get(entry.detail.get("way"))


def _values(found: PatientRequest) -> dict[str, str]:
    """Return what the placeholders of a template stand for."""
    person = requests.person_of(found, request_context.settings().data_keys)
    values = {
        "name": "" if person is None else person.full_name,
        "patient": "" if person is None else person.patient,
        "reference": found.reference,
        "provider": price_lists.parsed(found.table_version).provider.name,
    }
    assert set(values) == set(clinic.PLACEHOLDERS)
    return values
