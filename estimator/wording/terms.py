"""What a firm quote has to observe, in the words that patients read beside its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from estimator.i18n import Reader, Words, listed_apart, ngettext
from estimator.i18n import gettext as _
from estimator.marked_text import joined
from estimator.wording.headings import NOTICES
from estimator.wording.rows import NoticeRow, NoticeSection
from pricing import legal_terms
from pricing.money import plain
from pricing.stored import StoredBreakdown
from pricing.table import Package, PriceTable, Term

AMONG = "before_you_pay"
"""The kind of notices among which terms stand."""


def with_terms(sections: Sequence[NoticeSection], table: PriceTable, reader: Reader) -> list[NoticeSection]:
    """Return notices with the terms that are rights of the patient, at the end of what is said before they pay."""
    rows = [
        NoticeRow(Words(_with_source(said, term, table, reader)), None)
        for term in table.terms
        if (said := _rule(term, reader)) is not None
    ]
    if not rows:
        return list(sections)
    if not any(section.kind == AMONG for section in sections):
        return [*sections, NoticeSection(AMONG, str(NOTICES[AMONG]), rows)]
    return [
        replace(section, rows=[*section.rows, *rows]) if section.kind == AMONG else section
        for section in sections
    ]


def _rule(term: Term, reader: Reader) -> str | None:
    """Say one term; None for what has to be printed, which simply is."""
    match term.kind:
        case "accept_after":
            return ngettext(
                "At least %(num)s whole day passes after a quote is issued before anything is accepted, signed or "
                "paid.",
                "At least %(num)s whole days pass after a quote is issued before anything is accepted, signed or paid.",
                term.days or 0,
            )
        case "take_back":
            return ngettext(
                "After accepting a quote, you can take that back for %(num)s day, without giving a reason.",
                "After accepting a quote, you can take that back for %(num)s days, without giving a reason.",
                term.days or 0,
            )
        case "text_form":
            return _(
                "You are told the expected costs in text form before the treatment begins. The document of the quote "
                "does that: keep it."
            )
        case "overrun":
            assert term.percent is not None
            return _(
                "If the bill is expected to be more than %(percent)s above the quote, you are told at once, in text "
                "form.",
                percent=reader.percent(plain(term.percent)),
            )
    return None


def _with_source(said: str, term: Term, table: PriceTable, reader: Reader) -> str:
    source = reader.own(term.source.rstrip(" .。।"), table.main_language).marked
    return _("%(rule)s (%(source)s; as of %(day)s)", rule=said, source=source, day=reader.day(term.as_of))


def not_before(day: date, time_zone: str, reader: Reader) -> str:
    """Say from which day on a quote can be accepted, and that nothing happens before."""
    return _(
        "It can be accepted from %(day)s on (%(zone)s). Before that day nothing may be accepted, signed or paid.",
        day=reader.day(day),
        zone=reader.zone(time_zone),
    )


def package_contents(
    package: Package, breakdown: StoredBreakdown, table: PriceTable, reader: Reader
) -> Iterator[str]:
    """Say what a package pays for, and what the provider charges besides, where the terms require that."""
    if "package_contents" not in legal_terms.of(table).printed:
        return
    labels = {charge.code: charge.label for charge in table.charges}
    of_provider = {group["code"] for group in breakdown["groups"] if group["total"] == "provider"}

    def name(code: str) -> Words:
        return reader.words(labels[code], table.main_language)

    inside = [
        name(code).marked if units is None else joined(" × ", [reader.number(plain(units)), name(code)])
        for code, units in package.covers
    ]
    yield _("Pays for: %(names)s", names=listed_apart(inside))
    outside = [
        name(item["code"]).marked
        for item in breakdown["items"]
        if item["kind"] == "charge" and item["covered_by"] is None and item["group"] in of_provider
    ]
    if outside:
        yield _("Not in it: %(names)s", names=listed_apart(outside))
