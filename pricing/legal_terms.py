"""What a quote from a list has to observe: `[terms.CODE]` as it is read, used and checked.

The law of a country is data of the list, with its source, and never a line of Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args

from pricing.money import ZERO, plain
from pricing.reading import LONGEST_CODE, Section, is_percent
from pricing.stored import StoredTerm
from pricing.table import NumberDriver, PriceTable, PrintedField, Term, TermKind
from pricing.warnings import Warning

MOST_DAYS = 365
"""Maximum number of days before a quote may be accepted, and of those in which that may be taken back."""

_KINDS: tuple[TermKind, ...] = get_args(TermKind)
_FIELDS: tuple[PrintedField, ...] = get_args(PrintedField)
_ONCE = ("accept_after", "take_back", "text_form", "overrun")
_OF_THE_PROVIDER = ("registration", "tax_number", "address")


@dataclass(frozen=True, slots=True)
class LegalTerms:
    """The terms of one list together. A list that says nothing of something has 0, None, False or nothing there."""

    #: that many whole days pass after the day of issue before anything may be accepted or paid
    accept_after: int = 0
    #: until the end of that many days after the day on which it is accepted, that may be taken back
    take_back: int | None = None
    text_form: bool = False
    #: the percentage above the quote from which an overrun must be told
    overrun: Decimal | None = None
    printed: frozenset[PrintedField] = frozenset()

    def accept_from(self, issued: date) -> date | None:
        """Return the first day on which a quote that is issued on a day may be accepted; None if that is any day."""
        return issued + timedelta(days=self.accept_after + 1) if self.accept_after else None


def term(code: str, section: Section) -> Term:
    """Read one term."""
    kind: TermKind | None = section.word("kind", _KINDS, required=True)
    given: dict[str, Any] = {}
    match kind:
        case "accept_after" | "take_back":
            if section.get("days", required=True) is not None:
                given["days"] = section.whole("days", default=1, most=MOST_DAYS)
        case "overrun":
            given["percent"] = section.number("percent", required=True, above=ZERO)
            if given["percent"] is not None:
                is_percent(section.book, section.at("percent"), given["percent"])
        case "notice":
            given["notice"] = section.plain("notice", required=True, longest=LONGEST_CODE)
        case "print":
            given["field"] = section.word("field", _FIELDS, required=True)
        case None:
            section.known("days", "percent", "notice", "field")
    found = Term(
        code=code,
        kind=kind or "notice",
        source=section.plain("source", required=True, lines=True) or "",
        as_of=section.day("as_of", required=True) or date.min,
        **given,
    )
    section.close()
    return found


def said_twice(terms: list[Term]) -> Iterator[tuple[str, str, str]]:
    """Yield the code of each term that only one may say, its kind, and the code of the one that said it before."""
    first: dict[str, str] = {}
    for each in terms:
        if each.kind in _ONCE:
            if each.kind in first:
                yield each.code, each.kind, first[each.kind]
            else:
                first[each.kind] = each.code


def of(table: PriceTable) -> LegalTerms:
    """Return the terms of a list together; cached with it."""
    return table.once("legal_terms", lambda: _together(table))


def _together(table: PriceTable) -> LegalTerms:
    by_kind = {each.kind: each for each in table.terms}

    def days(kind: TermKind) -> int | None:
        return by_kind[kind].days if kind in by_kind else None

    return LegalTerms(
        accept_after=days("accept_after") or 0,
        take_back=days("take_back"),
        text_form="text_form" in by_kind,
        overrun=by_kind["overrun"].percent if "overrun" in by_kind else None,
        printed=frozenset(each.field for each in table.terms if each.field is not None),
    )


def stored(table: PriceTable) -> list[StoredTerm]:
    """Return the terms of a list as they stand in a breakdown."""
    return [_stored(each) for each in table.terms]


def _stored(each: Term) -> StoredTerm:
    found: StoredTerm = {
        "code": each.code,
        "kind": each.kind,
        "source": each.source,
        "as_of": each.as_of.isoformat(),
    }
    if each.days is not None:
        found["days"] = each.days
    if each.percent is not None:
        found["percent"] = plain(each.percent)
    if each.notice is not None:
        found["notice"] = each.notice
    if each.field is not None:
        found["field"] = each.field
    return found


def warnings(table: PriceTable) -> Iterator[Warning]:
    """Yield a warning where the list lacks what its terms require; most of them block."""
    notices = {notice.code: notice for notice in table.notices}
    for each in table.terms:
        place = f"terms.{each.code}"
        if each.kind == "accept_after" and (each.days or 0) >= table.quote_valid_days:
            values = {"days": str(each.days), "valid": str(table.quote_valid_days)}
            yield Warning(f"{place}.days", None, "never_accepted", values, blocks=True)
        if each.notice is not None:
            notice = notices.get(each.notice)
            if notice is None:
                yield Warning(
                    f"{place}.notice", None, "required_notice_missing", {"notice": each.notice}, True
                )
            elif notice.when is not None or notice.unless is not None:
                yield Warning(f"{place}.notice", None, "required_notice_sometimes", {"notice": each.notice})
    printed = {each.field: each.code for each in table.terms if each.field is not None}
    for field in _OF_THE_PROVIDER:
        if field in printed and getattr(table.provider, field) is None:
            values = {"field": field, "term": printed[field]}
            yield Warning(f"provider.{field}", None, "required_field_missing", values, blocks=True)
    if "units" in printed:
        yield from _units_missing(table, printed["units"])


def _units_missing(table: PriceTable, term: str) -> Iterator[Warning]:
    """Yield a warning for each number that is charged for and has no unit, and each product without a note."""
    numbers = {driver.code: driver for driver in table.drivers if isinstance(driver, NumberDriver)}
    lacking: Mapping[str, None] = dict.fromkeys(
        code
        for charge in table.charges
        for code in charge.per
        if numbers[code].unit is None and not numbers[code].money
    )
    for code in lacking:
        yield Warning(f"driver.{code}.unit", None, "required_unit_missing", {"term": term}, blocks=True)
    for charge in table.charges:
        if len(charge.per) > 1 and charge.note is None:
            yield Warning(f"charge.{charge.code}.per", None, "unit_not_printed", {"term": term})
