"""Terms of quotes in words: what is in a package and what is not, and rights with their source."""

from __future__ import annotations

import pricing
from estimator import wording
from estimator.i18n import reader
from tests.support.folders import ROOT

TEXT = (ROOT / "tests" / "pricing" / "cases" / "cheapest-package.toml").read_text(encoding="utf-8")
FROM = 'source = "An act, article 1"\nas_of = 2026-01-01\n'
PRINTED = f'\n[terms.contents]\nkind = "print"\nfield = "package_contents"\n{FROM}'


def steps_of_the_package(text: str) -> tuple[list[str], list[str]]:
    """Return what stands below the package of a plan in which it is the cheapest, and the names of the other items."""
    table = pricing.read(text)
    found = pricing.estimate(table, {"sessions": 3, "nights": 2})
    rows = wording.rows(found.as_dict(), table, reader("en"))
    items = [item for group in rows.groups for item in group.rows]
    (package,) = [item for item in items if item.package]
    provider = [item for group in rows.groups if group.total == "provider" for item in group.rows]
    outside = [item.label.text for item in provider if not item.package and item.covered_by is None]
    return list(package.steps), outside


def test_where_the_terms_require_it_a_package_says_what_is_in_it_and_what_is_not() -> None:
    before, _outside = steps_of_the_package(TEXT)
    said, outside = steps_of_the_package(TEXT + PRINTED)
    assert said[-len(before) :] == before
    assert said[0].startswith("Pays for: ")
    assert said[1] == f"Not in it: {', '.join(outside)}"
    assert len(said) == len(before) + 2
