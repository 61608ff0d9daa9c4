from __future__ import annotations

import pytest

from estimator import telephone
from estimator.telephone import dial


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+91 11 5555 0123", "tel:+911155550123"),
        ("+49 (0)30 901820", "tel:+4930901820"),
        (" +1 (212) 555-0123", "tel:+12125550123"),
        ("011.5555.0123", "tel:01155550123"),
        ("+91 11 5555 0123 ext. 42", "tel:+911155550123"),
        ("112", None),
        ("ask at the desk", None),
        ("", None),
    ],
)
def test_a_number_is_dialled_as_it_is_written(written: str, dialled: str | None) -> None:
    assert dial(written) == dialled


def test_an_example_keeps_its_order_in_a_sentence_from_right_to_left() -> None:
    assert telephone.EXAMPLE[0] == "\N{LEFT-TO-RIGHT ISOLATE}"
    assert telephone.EXAMPLE[-1] == "\N{POP DIRECTIONAL ISOLATE}"
    assert telephone.dial(telephone.EXAMPLE[1:-1]) == "tel:+4930901820"
