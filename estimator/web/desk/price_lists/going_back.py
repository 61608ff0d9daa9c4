"""Go back to a past version of a list at once, with a reason; and what was withdrawn by that, for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists, quotes
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import TableReturn, TableVersion
from estimator.price_lists import returns
from estimator.web import clinics_clock, whole_numbers
from estimator.web.desk.price_lists.blueprint import pages, the_version, to
from estimator.web.desk.price_lists.comparison import compared
from estimator.web.desk.price_lists.in_force import in_force
from estimator.web.fields import CarriedField, WordsField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.web.validators import Filled, NotTooLong, Printable

MOST_QUOTES = 200
"""Maximum number of open quotes listed of a version."""

MOST_UNFOLDED = 10
"""Maximum number of changes that stand open above the form; more are folded, so that it is found at once."""


class GoBackForm(Form):
    """Why somebody goes back; `instead_of` is the number of the version that was in force when they were asked."""

    reason = WordsField(
        lazy_gettext("Why?"),
        [
            Filled(lazy_gettext("Write why: it is kept, and everybody who reads price lists can see it.")),
            NotTooLong(returns.LONGEST_REASON),
            Printable(),
        ],
        most_shown=4 * returns.LONGEST_REASON,
    )
    instead_of = CarriedField()


@pages.route("/versions/<whole:version_id>/go-back-to", methods=["GET", "POST"])
def go_back_to(version_id: int) -> ResponseReturnValue:
    """Ask whether, and why, a past version is to be in force from this minute on; and let it."""
    found = the_version(version_id)
    form = GoBackForm()
    current = in_force(found.slug)
    if request.method != "POST":
        form.instead_of.data = "" if current is None else str(current.id)
        return _page(found, current, form)
    if not form.answers_are_right():
        return _page(found, current, form, 422)
    instead_of = whole_numbers.read(form.instead_of.data) or 0
    try:
        with committing():
            made = price_lists.returns.go_back(act(), found, instead_of=instead_of, reason=form.reason.data)
            withdrawn = made.withdrawn_id
    except returns.OvertakenBy as overtaken:
        form.instead_of.data = str(overtaken.current.id)
        sentence = _(
            "Meanwhile “%(version)s” has come into force. Nothing was changed, and your reason is still here. Press "
            "the button again if this version too is to be withdrawn.",
            version=overtaken.current.version,
        )
        return _page(found, overtaken.current, form.refuse(sentence), 409)
    except returns.IsInForce as refused:
        return _page(found, found, form.refuse(_why_not(refused)), 409)
    except (returns.NotPast, returns.ListClosed) as refused:
        return _page(found, current, form.refuse(_why_not(refused)), 409)
    flash(_("“%(version)s” is in force again.", version=found.version))
    return to("version", version_id=withdrawn)


def _why_not(refused: Exception) -> str:
    if isinstance(refused, returns.IsInForce):
        return _("This version is in force already, perhaps because somebody else went back to it just now.")
    if isinstance(refused, returns.ListClosed):
        return _("The list is closed. Open it again first; your reason is still here.")
    return _("This version has not begun yet: it comes into force on its first day.")


def _page(
    found: TableVersion, current: TableVersion | None, form: GoBackForm, status: int = 200
) -> ResponseReturnValue:
    other = None if current is None or current.id == found.id else current
    changes = None if other is None else compared(other.text, found.text)
    page = render_template(
        "desk/go_back_to.html",
        version=found.version,
        slug=found.slug,
        current=None if other is None else other.version,
        changes=changes,
        unfolded=changes is None or len(changes["changes"] or changes["lines"]) <= MOST_UNFOLDED,
        form=form,
        errors=summary(form),
        most=current_reader().number(str(returns.LONGEST_REASON)),
        back=url_for("price_lists.version", version_id=found.id),
    )
    return page, status


class ReturnRow(TypedDict):
    """One return, in a sentence, with its reason."""

    sentence: str
    reason: str


def rows_of(found: Sequence[TableReturn]) -> list[ReturnRow]:
    """Return what was gone back to, when, by whom and why."""
    names = signed_in.names_of(each.returned_by for each in found)
    return [
        {
            "sentence": _(
                "%(when)s: %(who)s went back from “%(withdrawn)s” to “%(version)s”.",
                when=clinics_clock.written(each.at),
                who=names[each.returned_by],
                withdrawn=each.withdrawn.version,
                version=each.version.version,
            ),
            "reason": each.reason,
        }
        for each in found
    ]


class OpenQuote(TypedDict):
    """A quote that can still be accepted; `link` is None for whoever may not read requests."""

    number: str
    total: str
    issued_on: str
    valid_until: str
    link: str | None


def open_quotes(version: TableVersion, moment: datetime) -> list[OpenQuote]:
    """Return the quotes of a version that can still be accepted, those that are so longest last."""
    reader, may_read = current_reader(), signed_in.may("requests.read")
    return [
        {
            "number": each.quote.number,
            "total": reader.money(each.total, each.currency),
            "issued_on": reader.moment(each.issued_at, each.time_zone),
            "valid_until": reader.day(each.valid_until),
            "link": url_for("quotes_desk.prepare", reference=each.quote.request.reference)
            if may_read
            else None,
        }
        for each in quotes.open_with(version.id, moment, most=MOST_QUOTES)
    ]
