"""The form of a question to the coordinator, as it stands on the page of a request and on that of its quote."""

from __future__ import annotations

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.web.fields import WordsField
from estimator.web.forms import Form
from estimator.web.language import current_reader
from estimator.web.patient.request_form import LONGEST_MESSAGE, words_field


class QuestionForm(Form):
    """A question to the coordinator."""

    words: WordsField = words_field(
        lazy_gettext("Your question to the coordinator"), lazy_gettext("Enter your question.")
    )


class ReplyForm(QuestionForm):
    """Words to the coordinator beside answers to open questions, either of which is enough."""

    words: WordsField = words_field(lazy_gettext("Your reply to the coordinator"))


def room() -> str:
    """Say how long a question may be."""
    return _("Up to %(most)s characters.", most=current_reader().number(str(LONGEST_MESSAGE)))


def too_many() -> str:
    """Say that the questions of a day are used up."""
    return _("You have reached today’s limit of questions. Try again tomorrow, or write to us.")
