"""A warning about a table, and the order in which warnings stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pricing.problems import Problem
from pricing.table import PriceTable


@dataclass(frozen=True, slots=True)
class Warning(Problem):
    """One thing that is legal but suspicious, where, and what it may mean.

    A table with a warning that `blocks` can be read and priced, but nobody should publish it.
    """

    blocks: bool = False


def in_order(table: PriceTable, found: Iterable[Warning]) -> list[Warning]:
    """Return warnings in the order of the canonical text."""
    order = {place: position for position, (place, _) in enumerate(entries(table))}
    return sorted(found, key=lambda warning: order[_entry(warning.place)])


def _entry(place: str) -> str:
    """The place of the entry that a place stands in: of `charge.ward.label.en` it is `charge.ward`."""
    kind, _, rest = place.partition(".")
    if kind == "provider":
        return kind
    return f"{kind}.{rest.partition('.')[0]}" if kind != "title" else ""


def entries(table: PriceTable) -> Iterator[tuple[str, Any]]:
    """Yield the table, its provider and everything with a code, with its place, in the order of the canonical text."""
    yield "", table
    yield "provider", table.provider
    for kind, entries in (
        ("driver", table.drivers),
        ("rule", table.rules),
        ("group", table.groups),
        ("stage", table.stages),
        ("charge", table.charges),
        ("package", table.packages),
        ("tax", table.taxes),
        ("commission", table.commissions),
        ("payment", table.payments),
        ("notice", table.notices),
        ("terms", table.terms),
    ):
        for entry in entries:
            yield f"{kind}.{entry.code}", entry
