"""Warnings by their kind, so that many of one kind can be accepted with one tick, and each still by its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.price_lists import drafts, editing
from estimator.web.desk.price_lists.in_forms import entry_in_words
from estimator.web.desk.price_lists.problems import in_words
from estimator.web.language import current_reader
from pricing import Problem

MOST_ONE_BY_ONE = 3
"""Maximum number of warnings of a kind that are ticked one by one; of more, one tick accepts all."""

MOST_SHOWN = 100
"""Maximum number of warnings listed of a kind; the others are only counted, and shown beside their fields."""

NAMES = {
    "amount_falls": lazy_gettext("More costs less"),
    "zero_price": lazy_gettext("The price is 0"),
    "below_zero": lazy_gettext("A price below 0 that is no discount yet"),
    "finer_than_currency": lazy_gettext("A price finer than its currency"),
    "tenfold": lazy_gettext("Ten times the price of the version before"),
    "a_tenth": lazy_gettext("A tenth of the price of the version before"),
    "repeats_old_price": lazy_gettext("A payment or a credit that repeats a price of the version before"),
    "tier_never_reached": lazy_gettext("Prices above what can be answered"),
    "far_first_day": lazy_gettext("A first day more than a year away"),
    "never_reached": lazy_gettext("Charges that no answers lead to"),
    "percent_of_nothing": lazy_gettext("A percent of nothing"),
    "package_never_reached": lazy_gettext("Packages that no answers lead to"),
    "package_never_cheapest": lazy_gettext("Packages that were never the cheapest way"),
    "package_covers_on_request": lazy_gettext("Packages with something on request"),
    "missing_translation": lazy_gettext("A text is missing in a language"),
    "still_english": lazy_gettext("Texts that are still in English"),
    "missing_source": lazy_gettext("The price has no source"),
    "commission_denied": lazy_gettext("A notice that says that nobody gets a commission"),
    "choice_without_charge": lazy_gettext("Answers that no charge depends on"),
    "no_charge_is_charged": lazy_gettext("Answers that are meant to cost nothing, and have a charge"),
    "driver_without_effect": lazy_gettext("Questions that nothing depends on"),
    "ends_on_request": lazy_gettext("On request above the last tier"),
    "never_accepted": lazy_gettext("Quotes that nobody could accept"),
    "required_notice_missing": lazy_gettext("A required notice is missing"),
    "required_notice_sometimes": lazy_gettext("A required notice stands beside some answers only"),
    "required_field_missing": lazy_gettext("What has to be printed is missing"),
    "required_unit_missing": lazy_gettext("A unit that has to be printed is missing"),
    "unit_not_printed": lazy_gettext("A unit that would not be printed"),
}
"""What each kind of warning is called."""


class WarningGroup(TypedDict):
    """All warnings of one kind; `more` of them are not shown."""

    kind: str
    name: str
    count: str
    many: bool
    ticked: bool
    more: int
    rows: list[WarningRow]


class WarningRow(TypedDict):
    """One warning; `ticked` if somebody has accepted it."""

    name: str
    ticked: bool
    sentence: str
    place: str


def by_kind(
    warnings: Sequence[Problem], data: editing.Data, ticked: Iterable[str], kinds: Iterable[str]
) -> list[WarningGroup]:
    """Return warnings as groups of a page, in the order in which their kinds come first.

    `ticked` are the names that are accepted, `kinds` the kinds of which all are.
    """
    accepted, whole = set(ticked), set(kinds)
    groups: dict[str, list[Problem]] = {}
    for warning in warnings:
        groups.setdefault(warning.kind, []).append(warning)
    reader = current_reader()
    return [
        {
            "kind": kind,
            "name": str(NAMES[kind]),
            "count": reader.number(str(len(own))),
            "many": len(own) > MOST_ONE_BY_ONE,
            "ticked": kind in whole or all(drafts.name_of(one) in accepted for one in own),
            "more": max(0, len(own) - MOST_SHOWN),
            "rows": [
                {
                    "name": drafts.name_of(one),
                    "ticked": drafts.name_of(one) in accepted,
                    "sentence": in_words(one, data),
                    "place": entry_in_words(one, data),
                }
                for one in own[:MOST_SHOWN]
            ],
        }
        for kind, own in groups.items()
    ]


def names_of(warnings: Iterable[Problem], kinds: Iterable[str]) -> list[str]:
    """Return the name of each warning that is of one of these kinds."""
    wanted = set(kinds)
    return [drafts.name_of(one) for one in warnings if one.kind in wanted]


def not_accepted(unacknowledged: Sequence[str]) -> str:
    """Say how many warnings nobody has accepted."""
    reader = current_reader()
    return _("Warnings that are not accepted: %(count)s.", count=reader.number(str(len(unacknowledged))))


def not_to_be_accepted(blocking: Sequence[Problem]) -> str:
    """Say how many warnings nobody can accept."""
    reader = current_reader()
    return _("Warnings that must be fixed first: %(count)s.", count=reader.number(str(len(blocking))))
