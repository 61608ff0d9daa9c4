"""What an approver says who sends a quote back."""

from __future__ import annotations

from estimator.i18n import lazy_gettext
from estimator.quotes import approvals
from estimator.web.fields import WordsField
from estimator.web.forms import Form
from estimator.web.validators import Filled, NotTooLong, Printable


class CommentForm(Form):
    """What somebody says who sends a quote back."""

    words = WordsField(
        lazy_gettext("What is to be changed"),
        [Filled(lazy_gettext("Write what is to be changed.")), NotTooLong(approvals.LONGEST), Printable()],
    )
