"""The form with which two or three price lists, or estimates, are chosen to be compared."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.web.fields import LineField, SubmissionField, TicksField
from estimator.web.forms import Form, printable

LONGEST_LINK = 500
"""Maximum number of characters of a link that is looked at, and shown again."""

KEPT = "kept"
"""The name of the boxes of estimates that a browser keeps; a script draws them."""


MOST_KEPT = 50
"""Maximum number of those boxes that is looked at."""


class CompareForm(Form):
    """Price lists that can be ticked, and up to three secret links."""

    submission = SubmissionField()
    lists: TicksField = TicksField(lazy_gettext("Price lists"))
    link_1: LineField = LineField(most_shown=LONGEST_LINK)
    link_2: LineField = LineField(most_shown=LONGEST_LINK)
    link_3: LineField = LineField(most_shown=LONGEST_LINK)

    @property
    def links(self) -> list[LineField]:
        """The fields for secret links, in their order, each with its label."""
        found = [self.link_1, self.link_2, self.link_3]
        for number, field in enumerate(found, 1):
            field.label.text = _("Secret link %(number)s", number=number)
        return found

    def typed(self) -> Iterator[tuple[LineField | None, str]]:
        """Return each link that was typed, with its field, or ticked."""
        for field in self.links:
            if field.data:
                yield field, field.data[:LONGEST_LINK]
        for link in self.kept:
            yield None, link

    @property
    def kept(self) -> list[str]:
        """The links that were ticked among the estimates that the browser keeps."""
        return [printable(link)[:LONGEST_LINK] for link in request.form.getlist(KEPT)[:MOST_KEPT]]
