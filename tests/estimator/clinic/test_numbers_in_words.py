"""What staff write to patients: a card and another account are found in it, and nothing else is taken for one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from estimator.clinic import numbers_in_words
from estimator.clinic.account_details import Account, checked
from tests.support.payment_account import ACCOUNT, WITHOUT_IBAN

OWN = checked(ACCOUNT)
OTHER = "GB82 WEST 1234 5698 7654 32"


@pytest.mark.parametrize(
    "words",
    [
        f"Please pay into our new account {OTHER} at Other Bank.",
        "iban:gb82west12345698765432",
        "IBAN GB82-WEST-1234-5698-7654-32.",
        "IBANGB82WEST12345698765432",
        "الآيبان GB٨٢ WEST ١٢٣٤ ٥٦٩٨ ٧٦٥٤ ٣٢",
        "Not FR14 2004 1010 0505 0001 3M02 606, or AE07 0331 2345 6789 0123 456",
    ],
)
def test_another_iban_is_found_however_it_is_written(words: str) -> None:
    assert numbers_in_words.other_than(OWN, words) == "iban"
    assert numbers_in_words.other_than(None, words) == "iban"


@pytest.mark.parametrize(
    "words",
    [
        "Or by card 4111 1111 1111 1111.",
        "4111111111111111",
        "12 4111-1111-1111-1111",
        "4111 - 1111 - 1111 - 1111 12/28 123",
        "41 11 11 11 11 11 11 11",
        "৪১১১ ১১১১ ১১১১ ১১১১",
        "3782 822463 10005",
        "Card: 5555.5555.5555.4444, valid until 12/28",
    ],
)
def test_the_number_of_a_card_is_found_however_it_is_written(words: str) -> None:
    assert numbers_in_words.other_than(OWN, words) == "card"


@pytest.mark.parametrize(
    "words",
    [
        "Our account is DE89 3704 0044 0532 0130 00, as the quote has it.",
        "DE89370400440532013000",
        "Call us: +49 30 901820, +49 151 23456789 or 0049 151 23456789.",
        "https://wa.me/4915123456786 or +91 98765 43210 / +91 98765 43211",
        "4915123456786 4915123456794",
        "REQ-7K3M-92QF, EST-4Y8Q-BPF7 and Q-2026-00017/2",
        "From 30.11.2026 - 05.12.2026, or 2026-11-30 – 2026-12-05, 10:30-12:45",
        "30 11 2026 05 12 2026 and 4 12 2026 14 12 2026",
        "4,000, 5,000, 6,000, 7,000; 4000, 5000, 6000, 7000",
        "Passport L01X00T47, flight TK 0721 on 12 05 2026 at 14 35",
        "https://clinic.example.org/q/4f1c9b7ae2d84c01b9e9a7d05c3e8f1297ad/de89",
        "",
    ],
)
def test_telephone_numbers_references_days_and_the_account_itself_stand_as_they_are(words: str) -> None:
    assert numbers_in_words.other_than(OWN, words) is None


def test_an_account_without_iban_may_be_repeated_even_if_it_looks_like_a_card() -> None:
    own = replace(checked(WITHOUT_IBAN), account="4111111111111111")
    assert numbers_in_words.other_than(own, "Account 4111 1111 1111 1111") is None
    assert numbers_in_words.other_than(checked(WITHOUT_IBAN), "4111 1111 1111 1111") == "card"


def test_an_iban_with_a_wrong_digit_is_none() -> None:
    assert numbers_in_words.other_than(OWN, "GB82 WEST 1234 5698 7654 33") is None
    assert numbers_in_words.other_than(Account("", ""), "") is None


def test_a_long_message_of_figures_is_read_quickly() -> None:
    assert numbers_in_words.other_than(OWN, "1 " * 2000 + "DE12 " * 400) is None
