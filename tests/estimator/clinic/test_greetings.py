"""A message greets somebody by name, and nobody in the words of its language; what else names them is left out."""

from __future__ import annotations

import pytest

from estimator import clinic
from estimator.clinic.shipped_messages import SHIPPED

VALUES = {"name": "", "patient": "", "reference": "REQ-2222-2222", "provider": "Riverside House"}


@pytest.mark.parametrize("code", list(SHIPPED))
def test_what_is_shipped_greets_nobody_by_half_a_greeting(code: str) -> None:
    for text in SHIPPED[code].texts.values():
        rest = text.partition("\n")[2]
        assert (
            clinic.filled(text, VALUES, greeting="Hello!")
            == f"Hello!\n{clinic.filled(rest, VALUES, greeting='')}"
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear {name},\nwe read {reference}.", "Good day,\nwe read REQ-2222-2222."),
        ("Dear {name}, thank you.", "Good day, thank you."),
        ("Bonjour {name} !\nMerci.", "Good day,\nMerci."),
        ("प्रिय {name} जी,\nधन्यवाद", "Good day,\nधन्यवाद"),
        ("{name}, {reference} ?", "Good day, REQ-2222-2222 ?"),
        ("The quote of {name} is being prepared.", "The quote of is being prepared."),
        ("Thank you.\nDear {name},", "Thank you.\nDear,"),
    ],
)
def test_a_greeting_stands_at_the_beginning(text: str, said: str) -> None:
    assert clinic.filled(text, VALUES, greeting="Good day,") == said


def test_whose_name_is_known_is_greeted_as_it_is_written() -> None:
    said = clinic.filled("Dear {name},", {**VALUES, "name": "Wilhelmina Quill"}, greeting="Good day,")
    assert said == "Dear Wilhelmina Quill,"
