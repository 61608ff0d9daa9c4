"""What other answers would change, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.wording.packages import in_short
from estimator.wording.rows import Change, DriverChanges
from estimator.wording.sentences import answer_words, problem_sentence
from pricing.explore import Alternative
from pricing.stored import StoredBreakdown
from pricing.table import PriceTable


def changes(
    alternatives: Sequence[Alternative], breakdown: StoredBreakdown, table: PriceTable, reader: Reader
) -> list[DriverChanges]:
    """Word `pricing.explore.sensitivity`: what the nearest other answers would do to the likely total.

    An answer that costs the same, or only spares what is on request, is left out: it tells nobody what to save.
    """
    main, currency = table.main_language, breakdown["currency"]
    labels = {entry.code: entry.label for entry in table.charges}
    asked = {driver.code: driver.label for driver in table.drivers}
    sections = []
    for driver in table.drivers:
        found = [row for row in alternatives if row.driver == driver.code and _tells(row)]
        if not found:
            continue
        before = answer_words(driver, breakdown["answers"][driver.code], table, reader)
        section = []
        for row in found:
            remarks = [problem_sentence(problem, reader) for problem in row.problems]
            for code, answer in row.assumed.items():
                other = next(entry for entry in table.drivers if entry.code == code)
                remarks.append(
                    _(
                        "This asks one more question, “%(label)s”; we used: %(answer)s.",
                        label=reader.words(other.label, main),
                        answer=answer_words(other, answer, table, reader),
                    )
                )
            requests = [
                _("“%(label)s” is then on request.", label=reader.words(labels[code], main))
                for code in row.on_request
            ]
            spared = [
                _("“%(label)s” is then no longer part of the price.", label=reader.words(labels[code], main))
                for code in row.no_longer
            ]
            open_ = [
                _("“%(label)s” is then not counted yet.", label=reader.words(asked[code], main))
                for code in row.not_counted
            ]
            no_matter = [
                _("“%(label)s” then makes no difference any more.", label=reader.words(asked[code], main))
                for code in row.counted
            ]
            other_package = list(_package(row, breakdown, table, reader))
            likely = None if row.change is None else row.change[1]
            section.append(
                Change(
                    value=None if row.change is None else _sent(row.answer),
                    answer=answer_words(driver, row.answer, table, reader),
                    instead_of=before,
                    effect=_effect(likely, currency, row, reader),
                    matters=likely != 0 or bool(requests or spared or open_ or no_matter),
                    remarks=[*remarks, *requests, *spared, *open_, *no_matter, *other_package],
                    requests=[*requests, *open_, *other_package],
                    likely=likely,
                )
            )
        sections.append(DriverChanges(driver.code, reader.words(driver.label, main), section))
    return sections


def _package(
    row: Alternative, breakdown: StoredBreakdown, table: PriceTable, reader: Reader
) -> Iterator[str]:
    """Say if another package pays for a part of the plan then, or none, because that moves prices beside it."""
    before = breakdown["package"]
    if row.change is None or row.package == before:
        return
    labels = {
        package.code: in_short(reader.words(package.label, table.main_language)) for package in table.packages
    }
    if before is not None:
        yield _("“%(package)s” then no longer applies.", package=labels[before])
    if row.package is not None:
        yield _("“%(package)s” then applies, because it is cheaper.", package=labels[row.package])


def _tells(row: Alternative) -> bool:
    """Whether an answer changes an amount, or is refused, or makes something unknown."""
    return row.change is None or bool(row.change[1] or row.on_request or row.not_counted)


def _sent(answer: str | bool) -> str:
    """Write an answer as a form sends it."""
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return answer


def _effect(likely: Decimal | None, currency: str, row: Alternative, reader: Reader) -> str:
    """Say what an answer does to the likely total. What is on request is not 0, and less of it is less."""
    if likely is None:
        return _("not with this clinic")
    if likely:
        return reader.money(likely, currency, sign=True)
    if row.on_request:
        return _("more, on request")
    if row.not_counted:
        return _("not counted yet")
    return _("less, on request") if row.no_longer else _("no change")
