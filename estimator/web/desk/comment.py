"""What an approver says who sends a draft of a price list, or a quote, back."""

from __future__ import annotations

from estimator.i18n import lazy_gettext
from estimator.web.fields import WordsField
from estimator.web.forms import Form
from estimator.web.validators import Filled, NotTooLong, Printable

LONGEST = 2000
"""Maximum number of characters of a comment."""


class CommentForm(Form):
    """The comment."""

    words = WordsField(
        lazy_gettext("What is to be changed"),
        [Filled(lazy_gettext("Write what is to be changed.")), NotTooLong(LONGEST), Printable()],
    )
