"""`python -m benchmarks [PART...]`: measure everything, or these parts, and print Markdown."""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks import (
    ahead,
    arithmetic,
    bounds,
    compare,
    coordinator,
    desk,
    documents,
    editing,
    explore,
    languages,
    memory,
    pages,
    previews,
    quotes,
    ranges,
    resting,
    screens,
    two_languages,
    verifying,
)
from benchmarks.measure import Row, machine, show

PARTS: dict[str, tuple[str, Callable[[], list[Row]]]] = {
    "arithmetic": ("The arithmetic", arithmetic.rows),
    "pages": ("Pages", pages.rows),
    "documents": ("Documents", documents.rows),
    "ahead": ("PDFs drawn ahead", ahead.rows),
    "memory": ("Memory", memory.rows),
    "resting": ("What it holds at rest", resting.rows),
    "editing": ("Editing price lists", editing.rows),
    "desk": ("The list of requests", desk.rows),
    "coordinator": ("What a coordinator does", coordinator.rows),
    "quotes": ("Firm quotes", quotes.rows),
    "verifying": ("Computing quotes again", verifying.rows),
    "bounds": ("An honest visitor while others ask for too much", bounds.rows),
    "fairness": ("An honest visitor while one address floods", bounds.fairness_rows),
    "previews": ("Previews of price changes", previews.rows),
    "languages": ("Languages", languages.rows),
    "two-languages": ("Documents in two languages", two_languages.rows),
    "ranges": ("Ranges of past bills", ranges.rows),
    "compare": ("A comparison of three estimates", compare.rows),
    "explore": ("Exploring the cost of an estimate", explore.rows),
    "screens": ("Screens and words on a phone", screens.rows),
}


def main(names: list[str]) -> int:
    """Measure the named parts, or all of them; return the exit status."""
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"There is no part {unknown[0]}. There are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    print(machine(), flush=True)
    for name in names or PARTS:
        title, rows = PARTS[name]
        show(title, rows())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
