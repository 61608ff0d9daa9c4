"""The lines of a firm quote that may be taken or left, in words."""

from __future__ import annotations

from collections.abc import Sequence

from estimator.i18n import Reader, Words
from estimator.wording.rows import OptionRow, Sum
from pricing.quote_options import Option
from pricing.stored import StoredQuote
from pricing.table import PriceTable


def option_rows(
    content: StoredQuote, options: Sequence[Option], table: PriceTable, reader: Reader
) -> list[OptionRow]:
    """Word the lines of a content, whose labels are as they were typed."""
    labels = {tax.code: tax.label for tax in table.taxes}
    currency = content["currency"]
    return [
        OptionRow(
            number,
            Words(option.label),
            reader.money(kept["net"], currency),
            [
                Sum(
                    reader.words(labels[tax["code"]], table.main_language),
                    reader.money(tax["amount"], currency),
                    note=Words(reader.percent(tax["percent"])),
                )
                for tax in kept["taxes"]
            ],
            reader.money(kept["total"], currency),
        )
        for number, (kept, option) in enumerate(zip(content.get("options", []), options, strict=True), 1)
    ]
