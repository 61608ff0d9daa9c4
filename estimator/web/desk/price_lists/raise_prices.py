"""Many prices at once: what a percentage or an amount would make of them, with a box for each, and then that."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple, TypedDict

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.validators import StopValidation

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing import raising
from estimator.web import whole_numbers
from estimator.web.desk.price_lists.blueprint import data_at, head_of, number_in, pages, store, the_draft, to
from estimator.web.desk.price_lists.grid import Ticked
from estimator.web.desk.price_lists.labels import label_of
from estimator.web.fields import ChoiceField, TextField
from estimator.web.forms import Form, Line, summary
from estimator.web.language import current_reader
from estimator.web.staff import signed_in
from estimator.web.typed_figures import two_readings
from pricing.currencies import MINOR_UNIT
from pricing.money import plain

MOST_NAMED = 20
"""Maximum number of charges without a price of their own that are named."""

MOST_SHOWN = 5
"""Maximum number of prices that are told with what they were and are, once they are saved."""


def _is_a_change(form: RaiseForm, field: TextField) -> None:
    """Refuse what is no percentage or amount, or could be two."""
    currency = editing.currency_of(form.data_of_list)
    try:
        raising.change_of(form.how.data, field.data, currency)
    except raising.NoChange as error:
        both = raising.readings_of(form.how.data, field.data, currency)
        if both is not None:
            raise StopValidation(two_readings(field.data, both)) from None
        raise StopValidation(_why_not(error, form.how.data, currency)) from None


def _why_not(error: raising.NoChange, how: str, currency: str) -> str:
    if error.why == "too_fine":
        return _("%(currency)s has no amount as small as that. Enter fewer decimals.", currency=currency)
    if error.why == "out_of_range":
        return _("Enter more than -100 and at most 1,000 percent.")
    if how == "amount":
        return _("Enter by which amount in %(currency)s, for example 5 or -2.50.", currency=currency)
    return _("Enter by how many percent, for example 4 or -2.5.")


class RaiseForm(Form):
    """By how much prices change, and what the new ones are rounded to."""

    how = ChoiceField(lazy_gettext("Change by"), refusal=lazy_gettext("Choose per cent or an amount."))
    by = TextField(lazy_gettext("How much"), [_is_a_change], render_kw={"class": "figure", "dir": "ltr"})
    step = ChoiceField(
        lazy_gettext("Round to"), optional=True, refusal=lazy_gettext("Choose one of these steps.")
    )

    def __init__(self, data: editing.Data, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.data_of_list = data
        currency = editing.currency_of(data)
        self.how.choices = [
            ("percent", _("per cent")),
            ("amount", _("an amount in %(currency)s", currency=currency)),
        ]
        self.step.choices = [
            ("", _("as the list says")),
            *(
                (plain(step), f"{currency} {current_reader().number(plain(step))}")
                for step in raising.steps(data)
            ),
        ]

    def change(self) -> raising.Change:
        """Return the change, once the form is right."""
        step = Decimal(self.step.data) if self.step.data else None
        return raising.change_of(self.how.data, self.by.data, editing.currency_of(self.data_of_list), step)

    def in_words(self) -> str:
        """Say by how much prices change."""
        change, reader = self.change(), current_reader()
        figure = plain(change.number)
        if change.kind == "percent":
            said = reader.percent(figure)
            return f"+{said}" if change.number > 0 else said
        currency = editing.currency_of(self.data_of_list)
        return reader.money(change.number.quantize(MINOR_UNIT[currency]), currency, sign=True)


def ticked() -> Ticked:
    """Return what is ticked in the grid that was sent, or in an address that stands for it."""
    return Ticked(
        request.values.get("every") == "yes",
        frozenset(request.values.getlist("group")),
        frozenset(request.values.getlist("tick")),
    )


class Plan(NamedTuple):
    """What a change does: the rows of prices that are meant, those left out, and entries without a price."""

    form: RaiseForm
    meant: list[raising.Row]
    left_out: list[tuple[raising.Reason, raising.Row]]
    without: list[editing.Path]
    limits: list[editing.Path]

    @property
    def every(self) -> list[raising.Row]:
        """All rows that have a box."""
        return [
            row for row in (*self.meant, *(row for _reason, row in self.left_out)) if row.obstacle is None
        ]


def _plan(data: editing.Data, form: RaiseForm) -> Plan | str:
    """Return what the change that was sent does, or the sentence that says why it does nothing.

    What is wrong with the form stands at its fields, and the sentence is empty.
    """
    if not form.answers_are_right():
        return ""
    change = form.change()
    by = raising.rounder(data, change.step)
    if by is None:
        return _("The currency or the rounding in “About the list” is wrong. Fix it first.")
    every, groups, codes = ticked()
    paths = raising.chosen(data, every=every, groups=groups, codes=codes)
    if not paths:
        return _("Tick the charges whose prices change, a whole group at its heading, or all charges.")
    rows = raising.raised(data, paths, change, by)
    if not rows:
        return _("None of these charges has a price of its own that could change.")
    reasons = {path: raising.reason_of(data, path) for path in paths}
    with_rows = {row.entry for row in rows}
    return Plan(
        form,
        [row for row in rows if reasons[row.entry] is None],
        [(reason, row) for row in rows if (reason := reasons[row.entry]) is not None],
        [path for path in paths if path not in with_rows and path[0] != "tax"],
        [path for path in paths if path in with_rows and _has_limits(data, path)],
    )


def _has_limits(data: editing.Data, path: editing.Path) -> bool:
    return any(editing.get(data, (*path, key)) is not None for key in ("at_least", "at_most"))


def show_first(draft: Draft, form: RaiseForm, *, has_saved: bool) -> ResponseReturnValue | str:
    """Show what prices would become; none of them has changed yet. A sentence, if none can.

    `has_saved` says that the cells of the grid were saved on the way. The page has an address of its own, so that one
    can go back to it, unless more is ticked than an address can hold.
    """
    found = _plan(form.data_of_list, form)
    if isinstance(found, str):
        return found
    every, groups, codes = ticked()
    asked: dict[str, Any] = {
        **{field.name: field.data for field in (form.how, form.by, form.step)},
        "every": "yes" if every else None,
        "group": sorted(groups),
        "tick": sorted(codes),
        "saved": draft.saves if has_saved else None,
    }
    if len(url_for("price_lists.raise_prices", draft_id=draft.id, **asked)) <= LONGEST_ADDRESS:
        return to("raise_prices", draft_id=draft.id, **asked)
    return _first(draft, found, has_saved=has_saved)


def _first(draft: Draft, found: Plan, *, has_saved: bool) -> ResponseReturnValue:
    return _page(draft, found, {row.key for row in found.meant}, has_saved=has_saved)


@pages.route("/drafts/<whole:draft_id>/raise", methods=["GET", "POST"])
def raise_prices(draft_id: int) -> ResponseReturnValue:
    """Change the prices that are ticked to what was shown; if somebody has saved since, show them anew instead."""
    draft = the_draft(draft_id)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    if request.method != "POST":
        asked = RaiseForm(data, request.args)
        plan = _plan(data, asked) if asked.by.data else ""
        if isinstance(plan, str):
            return to("section", draft_id=draft.id, path="charge")
        return _first(draft, plan, has_saved=request.args.get("saved") == str(draft.saves))
    form = RaiseForm(data)
    found = _plan(data, form)
    boxes = set(request.form.getlist("row"))
    if isinstance(found, str):
        return _nothing(draft, form, found)
    over = number_in("over")
    if over != draft.saves:
        return _changed_meanwhile(draft, found, boxes)
    if request.form.get("act") != "change" or request.form.get("worked_out") != _worked_out(form):
        return _page(draft, found, boxes)
    rows = [row for row in found.every if row.key in boxes]
    if not rows:
        problem = Line(None, _("Tick at least one price."))
        return _page(draft, found, boxes, errors=[problem], status=422)
    try:
        kept = store(draft, editing.written(raising.with_prices(data, rows)), over)
    except drafts.ChangedMeanwhile as late:
        return _changed_meanwhile(late.draft, found, boxes)
    return to("section", draft_id=kept.id, path="charge", saved=kept.saves, raised=over)


LONGEST_ADDRESS = 2_000
"""Maximum length of an address in characters: every browser and every server on the way takes so much."""


class SavedPrices(TypedDict):
    """What was changed at once: how many prices, and the first of them with what they were and are."""

    count: int
    rows: list[dict[str, Any]]
    more: int


def saved_prices(draft: Draft, data: editing.Data) -> SavedPrices | None:
    """Return what has just been changed here; None if nothing was, or that save is not kept any more."""
    before = whole_numbers.read(request.args.get("raised"))
    old = None if before is None else data_at(draft, before)
    rows = [] if old is None else raising.differing(old, data)
    if not rows:
        return None
    shown = [_shown(data, row, set()) for row in rows[:MOST_SHOWN]]
    return {"count": len(rows), "rows": shown, "more": max(0, len(rows) - MOST_SHOWN)}


def _changed_meanwhile(draft: Draft, found: Plan, boxes: set[str]) -> ResponseReturnValue:
    said = _(
        "%(who)s saved this draft after these prices were shown, so nothing was changed. "
        "The prices below are worked out again; look at them, and press the button once more.",
        who=signed_in.name_of(draft.changed_by),
    )
    data = editing.look(draft.text).data
    form = found.form if data is None else RaiseForm(data)
    again = found if data is None else _plan(data, form)
    if isinstance(again, str):
        return _nothing(draft, form, again)
    return _page(draft, again, boxes, said=said, status=409)


def _nothing(draft: Draft, form: RaiseForm, problem: str) -> ResponseReturnValue:
    """Show the form again, without prices: what was typed is no change, or there is nothing that it could change."""
    errors = [*summary(form), *([Line(None, problem)] if problem else [])]
    return _page(draft, Plan(form, [], [], [], []), set(), errors=errors, status=422)


def _worked_out(form: RaiseForm) -> str:
    """What the prices of a page were worked out with; if it is another one when they are sent, they are shown first."""
    return "|".join(field.data or "" for field in (form.how, form.by, form.step))


def _page(
    draft: Draft,
    found: Plan,
    boxes: set[str],
    *,
    has_saved: bool = False,
    said: str = "",
    errors: list[Line] | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    data = found.form.data_of_list
    every, groups, codes = ticked()
    page = render_template(
        "desk/raise.html",
        draft=head_of(draft),
        form=found.form,
        errors=errors or summary(found.form),
        said=said,
        has_saved=has_saved,
        change=found.form.in_words() if found.every else "",
        meant=[_shown(data, row, boxes) for row in found.meant if row.obstacle is None],
        left_out=[
            {**_shown(data, row, boxes), "reason": _reason(reason)}
            for reason, row in found.left_out
            if row.obstacle is None
        ],
        stuck=[
            {**_shown(data, row, boxes), "reason": _obstacle(row.obstacle)}
            for row in (*found.meant, *(row for _reason_of, row in found.left_out))
            if row.obstacle is not None
        ],
        without=[label_of(data, path) for path in found.without[:MOST_NAMED]],
        more_without=max(0, len(found.without) - MOST_NAMED),
        limits=[label_of(data, path) for path in found.limits[:MOST_NAMED]],
        taxes=[label_of(data, ("tax", code)) for code in _other_taxes(data, found)[:MOST_NAMED]],
        worked_out=_worked_out(found.form),
        every=every,
        groups=sorted(groups),
        codes=sorted(codes),
        currency=editing.currency_of(data),
        back=url_for("price_lists.section", draft_id=draft.id, path="charge"),
    )
    return page, status


def _other_taxes(data: editing.Data, found: Plan) -> list[str]:
    """The taxes that have no box: they follow the prices."""
    with_box = {row.entry for _reason_of, row in found.left_out}
    return [code for code in editing.entries(data, ("tax",)) if ("tax", code) not in with_box]


def _shown(data: editing.Data, row: raising.Row, boxes: set[str]) -> dict[str, Any]:
    return {
        "key": row.key,
        "label": label_of(data, row.entry),
        "what": _what(row.path[2:]),
        "old": _figures(row.old, is_percent=row.entry[0] == "tax"),
        "new": _figures(row.new, is_percent=row.entry[0] == "tax"),
        "same": row.old == row.new,
        "ticked": row.key in boxes,
    }


def _figures(amount: raising.Amount, *, is_percent: bool) -> str:
    numbers = [amount] if isinstance(amount, Decimal) else amount.values()
    written = " | ".join(map(plain, numbers))
    return current_reader().percent(written) if is_percent and isinstance(amount, Decimal) else written


def _what(path: tuple[str | int, ...]) -> str:
    """Which price of an entry: the tier's number, and whether it is the flat part."""
    words = {"flat": _("flat")}
    parts = [
        _("tier %(number)s", number=step + 1) if isinstance(step, int) else words.get(step) for step in path
    ]
    return ", ".join(part for part in parts if part)


def _reason(reason: raising.Reason) -> str:
    return {
        "pass_through": _("passed on: the patient types the amount"),
        "reserve": _("a reserve, not part of the price"),
        "others": _("paid to somebody else"),
        "discount": _("a discount"),
        "free": _("costs nothing"),
        "package": _("a package"),
        "tax": _("a tax, which the law sets"),
    }[reason]


def _obstacle(obstacle: raising.Obstacle | None) -> str:
    return {
        "sign": _("would be 0, or change its sign"),
        "long": _("would be too long a number"),
    }.get(obstacle or "", "")
