"""What was taken with an accepted quote, and what is paid when with it, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from estimator import price_lists, quotes
from estimator.i18n import gettext as _
from estimator.i18n import listed_apart
from estimator.models import QuoteDecision, QuoteRevision
from estimator.web.language import current_reader
from estimator.web.patient.quote import blueprint
from pricing import quote_options, quote_plans


def sentences(revision: QuoteRevision, said: QuoteDecision) -> Iterator[str]:
    """Yield which lines were taken, what all comes to, and the payments that follow; nothing where none was taken."""
    taken = quotes.taken_with(said)
    if not taken:
        return
    reader, table = current_reader(), price_lists.parsed(revision.table_version)
    labels = [row.label for row in blueprint.rows_of(revision).options if row.number in taken]
    yield _(
        "Taken with it: %(lines)s. Together that is %(total)s.",
        lines=listed_apart(labels),
        total=reader.money(said.total or revision.total, revision.currency),
    )
    content = quote_plans.by_plan(quotes.content_of(revision))[said.plan or ""]
    places = len(content["total"].partition(".")[2])
    names = {payment.code: payment.label for payment in table.payments}
    paid = [
        _(
            "%(label)s: %(answer)s",
            label=reader.words(names[code], table.main_language),
            answer=reader.money(f"{amount:.{places}f}", revision.currency),
        )
        for code, amount in quote_options.payments_with(content, table, taken)
    ]
    if paid:
        yield _("With it the payments are: %(payments)s.", payments=listed_apart(paid))
