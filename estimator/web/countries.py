"""Countries by their code, named and ordered as the reader of a page writes them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from estimator.i18n import Reader
from estimator.normal_form import normal_form

NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())
"""Two letters that stand for something else, or are no code of ISO 3166; Kosovo, XK, is used everywhere."""


@lru_cache(maxsize=64)
def countries(reader: Reader) -> Mapping[str, str]:
    """Return the names of all countries by their codes, in the order of the names."""
    names: Mapping[str, str] = reader.locale.territories
    found = {
        code: name
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    }
    return dict(sorted(found.items(), key=lambda pair: _order(pair[1])))


def _order(name: str) -> str:
    """Accents and capitals do not decide where a name stands."""
    letters = normal_form("NFKD", name.casefold())
    return "".join(letter for letter in letters if unicodedata.category(letter)[0] != "M")
