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


@pytest.mark.parametrize(
    ("written", "country", "dialled"),
    [
        ("8 916 123-45-67", "RU", "tel:+79161234567"),
        ("030 901820 ext. 4", "DE", "tel:+4930901820"),
        ("+91 11 5555 0123", "RU", "tel:+911155550123"),
        ("0301234", "US", "tel:0301234"),
        ("112", "DE", None),
    ],
)
def test_a_number_of_a_country_is_dialled_from_every_other(
    written: str, country: str, dialled: str | None
) -> None:
    assert dial(written, country) == dialled


@pytest.mark.parametrize(
    ("written", "country", "abroad"),
    [
        ("+880 1711-000000", "DE", "+880 1711-000000"),
        ("01711 000000", "BD", "+880 1711-000000"),
        ("0301234", "US", None),
        ("0301234", "", None),
        ("9" * 61, "DE", None),
    ],
)
def test_a_number_of_a_country_is_written_as_it_is_dialled_abroad(
    written: str, country: str, abroad: str | None
) -> None:
    assert telephone.written_abroad(written, country) == abroad


def test_an_example_keeps_its_order_in_a_sentence_from_right_to_left() -> None:
    assert telephone.EXAMPLE[0] == "\N{LEFT-TO-RIGHT ISOLATE}"
    assert telephone.EXAMPLE[-1] == "\N{POP DIRECTIONAL ISOLATE}"
    assert telephone.dial(telephone.EXAMPLE[1:-1]) == "tel:+4930901820"


@pytest.mark.parametrize(
    ("written", "country", "whole"),
    [
        ("+880 1711-000000", "", "8801711000000"),
        ("01711 000000", "BD", "8801711000000"),
        ("8801711000000", "", "8801711000000"),
        ("008801711000000", "DE", "8801711000000"),
        ("+49 (0)30 901820", "FR", "4930901820"),
        ("8 912 345-67-89", "RU", "79123456789"),
        ("+91 98765 43210 ext. 4", "", "919876543210"),
    ],
)
def test_a_number_is_one_number_however_it_is_written(written: str, country: str, whole: str) -> None:
    found = telephone.read(written, country)
    assert found is not None
    assert (found.whole, found.international) == (whole, True)
    address = telephone.whatsapp(written, country, "REQ-7K3M-92QF\nhttps://example.org/r/x?a=1")
    assert address == (
        f"https://wa.me/{whole}?text=REQ-7K3M-92QF%0Ahttps%3A%2F%2Fexample.org%2Fr%2Fx%3Fa%3D1"
    )


@pytest.mark.parametrize("written", ["12345", "ask at the desk", "", "1234", "9" * 30, "+999 999 999 999"])
def test_no_chat_is_opened_with_what_is_no_number_of_a_country(written: str) -> None:
    assert telephone.whatsapp(written, "", "hello") is None


@pytest.mark.parametrize(
    ("written", "country", "fault"),
    [
        ("0022376451", "", telephone.Fault("+223", 5, (8,))),
        ("+223 76 45 1", "FR", telephone.Fault("+223", 5, (8,))),
        ("76 45 1", "ML", telephone.Fault("+223", 5, (8,))),
        ("+223 76 45 12 34 99", "", telephone.Fault("+223", 10, (8,))),
        ("+1 555 12", "", telephone.Fault("+1", 5, (10,))),
        ("+999 123 456", "", telephone.Fault(None, 9, ())),
        ("+223 76 45 12 34", "FR", None),
        ("0022376451234", "", None),
        ("22376451234", "FR", None),
        ("030 901820", "DE", None),
        ("+49 (0)30 901820", "FR", None),
        ("76 45 1", "", None),
        ("555-1234", "US", None),
        ("+1 202 555 0123 ext. 4", "", None),
        ("76 45 12 34", "XX", None),
        ("call me", "ML", None),
        ("", "ML", None),
    ],
)
def test_what_keeps_a_number_from_being_one_of_its_country_is_told_where_it_can_be_known(
    written: str, country: str, fault: telephone.Fault | None
) -> None:
    assert telephone.fault(written, country) == fault
