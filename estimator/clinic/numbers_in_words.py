"""Where a patient could pay to in what staff write to them: IBANs and payment cards, besides the account in force."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from estimator.clinic import card_numbers
from estimator.clinic.account_details import Account

SHORTEST_IBAN, LONGEST_IBAN = 15, 34
"""How many signs an IBAN has (ISO 13616)."""

MOST_APART = 3
"""How many signs may stand between two groups of one number."""

_APART = f"[^0-9A-Z]{{1,{MOST_APART}}}"
_RUN = re.compile(f"[0-9A-Z]+(?:{_APART}[0-9A-Z]+)*")
_BEGINNING = re.compile("(?=[A-Z]{2}[0-9]{2})")


Named = Literal["card", "iban"]
"""What can be named that nobody is to pay to."""


def other_than(account: Account | None, words: str) -> Named | None:
    """Return what a text names that is neither the account nor anything else that may stand there; None for nothing.

    The digits of the account itself are no card, however they look.
    """
    text = card_numbers.with_plain_digits(words).upper()
    own = [] if account is None else [_signs(number) for number in (account.iban, account.account) if number]
    if any(iban not in own for iban in _ibans(text)):
        return "iban"
    for number in own:
        text = re.sub(f"[^0-9A-Z]{{0,{MOST_APART}}}".join(number), "X", text)
    return "card" if card_numbers.stands_in(text) else None


def _signs(number: str) -> str:
    """Return a number in capitals without what stands between its groups."""
    return re.sub("[^0-9A-Z]", "", card_numbers.with_plain_digits(number).upper())


def _ibans(text: str) -> Iterator[str]:
    """Yield every IBAN of a text in capitals, whatever its groups are."""
    for run in _RUN.findall(text):
        signs = _signs(run)
        for found in _BEGINNING.finditer(signs):
            rest = signs[found.start() :]
            for length in range(SHORTEST_IBAN, min(LONGEST_IBAN, len(rest)) + 1):
                if _is_iban(rest[:length]):
                    yield rest[:length]


def _is_iban(signs: str) -> bool:
    digits = "".join(str(int(sign, 36)) for sign in signs[4:] + signs[:4])
    if int(digits) % 97 != 1:
        return False
    # Loaded here: nearly every text has nothing that comes as far as this, and it brings many names along.
    from schwifty import IBAN, exceptions  # noqa: PLC0415

    try:
        IBAN(signs)
    except exceptions.SchwiftyException:
        return False
    return True
