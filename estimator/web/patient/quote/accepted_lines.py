"""What was taken with an accepted quote, and what is paid when with it, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from estimator import price_lists, quotes
from estimator.i18n import gettext as _
from estimator.i18n import listed_apart, with_colon
from estimator.models import QuoteRevision
from estimator.web.language import current_reader
from estimator.web.patient.quote import blueprint


def sentences(revision: QuoteRevision) -> Iterator[str]:
    """Yield which lines were taken, what all comes to, and the payments that follow; nothing where none was taken."""
    agreed = quotes.agreed(revision)
    if agreed is None or not agreed.taken:
        return
    reader, table = current_reader(), price_lists.parsed(revision.table_version)
    labels = [row.label for row in blueprint.rows_of(revision).options if row.number in agreed.taken]
    yield _(
        "Taken with it: %(lines)s. Together that is %(total)s.",
        lines=listed_apart(labels),
        total=reader.money(agreed.total, revision.currency),
    )
    names = {payment.code: payment.label for payment in table.payments}
    paid = [
        with_colon(reader.words(names[code], table.main_language), reader.money(amount, revision.currency))
        for code, amount in agreed.payments(table).items()
    ]
    if paid:
        yield _("With it the payments are: %(payments)s.", payments=listed_apart(paid))
