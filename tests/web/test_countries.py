"""Countries stand where readers of each language look for them."""

from __future__ import annotations

import pytest

from estimator.i18n import reader
from estimator.web.countries import countries


@pytest.mark.parametrize(
    ("language", "codes"),
    [
        ("bn", "BO BD BB BE"),  # the sign of a vowel stands after every consonant
        ("bn", "TG TO"),
        ("hi", "PY PE"),
        ("hi", "TW TJ TK"),
        ("hi", "AO AZ"),
        ("ru", "IN IQ YE"),  # "й" is the letter after "и"
        ("fr", "DZ EE US ET FI"),  # an accent is none
        ("ar", "AL DE AD"),
        ("en", "AF AX AL"),
    ],
)
def test_countries_stand_in_the_order_of_a_dictionary(language: str, codes: str) -> None:
    names = countries(reader(language))
    places = [list(names).index(code) for code in codes.split()]
    assert places == sorted(places), [names[code] for code in sorted(codes.split(), key=list(names).index)]
