"""The form of a question to the coordinator, as it stands on the page of a request and on that of its quote."""

from __future__ import annotations

from wtforms import StringField

from estimator.i18n import gettext as _
from estimator.web.forms import Form
from estimator.web.language import current_reader
from estimator.web.patient import request_form


class QuestionForm(Form):
    """What somebody wants to know."""

    words = StringField()


def words_of(form: QuestionForm) -> str:
    """Return the question as it would be kept."""
    return (form.words.data or "").replace("\r\n", "\n").strip()


def wrong(words: str) -> str | None:
    """Say why a question cannot be sent like this; None if it can."""
    return request_form.wrong_message(words) if words else _("Write your question.")


def room() -> str:
    """Say how long a question may be."""
    return _("Up to %(most)s characters.", most=current_reader().number(str(request_form.LONGEST_MESSAGE)))


def too_many() -> str:
    """Say that the questions of a day are used up."""
    return _("You have asked often enough today. Try again tomorrow, or write to us.")
