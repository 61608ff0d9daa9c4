"""What a clinic tells of how it is paid by bank transfer, and what is wrong with it before a patient relies on it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import cast

from estimator.clinic import card_numbers
from estimator.clinic.settings import problem_of_text
from estimator.i18n import gettext as _
from estimator.normal_form import normal_form
from pricing.stored import PayTo

CHARGES = ("clinic", "shared", "patient")
"""Who bears the charges of the banks: the clinic all of them, each side its own, or the patient all of them."""

LONGEST = {
    "beneficiary": 140,
    "address": 140,
    "bank": 140,
    "iban": 60,
    "account": 40,
    "branch": 60,
    "bic": 20,
}
"""Maximum number of characters of each part, with the spaces that people type into numbers."""

NEEDED = ("beneficiary", "bank", "bic")

ABROAD = {
    "FI": ("AX",),
    "FR": ("BL", "GF", "GP", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"),
    "GB": ("GG", "IM", "JE"),
}
"""Countries that a BIC may have beside an IBAN of another one: their banks have IBANs of it.

Source: SWIFT, IBAN registry, “IBAN structure” of Finland, France and the United Kingdom: “country code includes”.
"""

_ACCOUNT = re.compile(r"[A-Z0-9][A-Z0-9 /.-]*")
_LIKE_IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,}")
_IFSC = re.compile("[A-Z]{4}0[A-Z0-9]{6}")
_LIKE_IFSC = re.compile("[A-Z]{4}(?=[A-Z]*[0-9])[A-Z0-9]{7}")


@dataclass(frozen=True)
class Account:
    """One account as it is typed and printed: what it has none of is empty; either `iban` or `account` is filled."""

    beneficiary: str = ""
    address: str = ""
    bank: str = ""
    iban: str = ""
    account: str = ""
    #: a code of the branch or the bank, such as IFSC, sort code or routing number, with its name
    branch: str = ""
    bic: str = ""
    charges: str = ""

    def stored(self) -> PayTo:
        """Return it as the content of a quote has it: without what is empty."""
        return cast(PayTo, {name: value for name, value in asdict(self).items() if value})


class WrongAccount(ValueError):
    """Details that no quote may name; `problems` says what is wrong with which part."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(next(iter(self.problems.values())))


def of(stored: PayTo) -> Account:
    """Return an account as it was stored."""
    known = {field.name for field in fields(Account)}
    return Account(**{name: str(value) for name, value in stored.items() if name in known})


def checked(account: Account) -> Account:
    """Return an account as it is kept, with its numbers written as banks write them; raises WrongAccount."""
    clean = Account(**{name: " ".join(str(value).split()) for name, value in asdict(account).items()})
    problems = {name: problem for name in LONGEST if (problem := _problem(name, getattr(clean, name)))}
    if clean.charges not in CHARGES:
        problems["charges"] = _("Choose who bears the charges of the banks.")
    iban, bic = _signs(clean.iban), _signs(clean.bic)
    if "iban" not in problems and iban:
        problems |= _problem_of_iban(iban)
    if "bic" not in problems and bic:
        problems |= _problem_of_bic(bic)
    number = normal_form("NFKC", clean.account).upper()
    if "account" not in problems and number:
        problems |= _problem_of_number(number, country=bic[4:6])
    if not problems.keys() & {"iban", "bic"}:
        problems |= _problem_of_countries(iban, bic)
    if "branch" not in problems and bic[4:6] == "US":
        problems |= _problem_of_routing(_signs(clean.branch))
    if "branch" not in problems and bic[4:6] == "IN":
        problems |= _problem_of_ifsc(clean.branch)
    if not problems.keys() & {"iban", "account"}:
        if iban and number:
            problems["account"] = _("Enter the IBAN or an account number, not both.")
        elif not iban and not number:
            problems["iban"] = _("Enter the IBAN. For a bank without IBANs, enter the account number below.")
    if problems:
        order = [field.name for field in fields(Account)]
        raise WrongAccount({name: problems[name] for name in sorted(problems, key=order.index)})
    return replace(clean, iban=iban, bic=bic, account=number)


def _problem(name: str, text: str) -> str | None:
    """Say what is wrong with a part whatever it is; None if nothing is."""
    if not text:
        return _needed(name) if name in NEEDED else None
    if len(text) > LONGEST[name]:
        return _("Enter at most %(most)s characters.", most=LONGEST[name])
    if problem := problem_of_text(text):
        return problem
    if not any(sign.isalnum() for sign in text):
        return _("This says nothing. Enter it as your bank writes it, or leave it empty.")
    # What begins as an IBAN is refused unless it is one, and the digits of one are no card.
    if card_numbers.has_one(text) and not (name == "iban" and _signs(text)[:2].isalpha()):
        return _(
            "This may be the number of a payment card, which must never stand here: it has the check digit of one. "
            "Enter the account itself, as your bank’s statement has it."
        )
    return None


def _needed(name: str) -> str:
    return {
        "beneficiary": _("Enter whose account it is, exactly as the bank has the name."),
        "bank": _("Enter the name of the bank and its town."),
        "bic": _("Enter the SWIFT/BIC of the bank: 8 or 11 signs, for example ABCDINBB."),
    }[name]


def _signs(text: str) -> str:
    """Return a number in capitals without spaces and hyphens, with plain digits and without what cannot be seen."""
    shown = (
        sign for sign in normal_form("NFKC", text) if unicodedata.category(sign) not in ("Cf", "Pd", "Zs")
    )
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in shown).upper()


def _problem_of_iban(iban: str) -> dict[str, str]:
    # Loaded here: of all pages only this one needs it, and it brings the names of all countries along.
    from schwifty import IBAN, exceptions  # noqa: PLC0415

    try:
        IBAN(iban)
    except exceptions.InvalidChecksumDigits:
        sentence = _(
            "The check digits of this IBAN are wrong: a digit is missing, wrong, or in the wrong place. Compare it "
            "with your bank’s statement."
        )
    except exceptions.InvalidLength:
        sentence = _(
            "This IBAN is too short or too long for its country. Compare it with your bank’s statement."
        )
    except exceptions.InvalidCountryCode:
        sentence = _(
            "There are no IBANs of the country %(code)s. If your bank has none, enter the account number below.",
            code=iban[:2],
        )
    except exceptions.SchwiftyException:
        sentence = _(
            "This is not an IBAN. It begins with two letters for the country and two digits. For a bank without "
            "IBANs, enter the account number below."
        )
    else:
        return {}
    return {"iban": sentence}


def _problem_of_bic(bic: str) -> dict[str, str]:
    from schwifty import BIC, exceptions  # noqa: PLC0415

    try:
        BIC(bic)
    except exceptions.InvalidCountryCode:
        sentence = _(
            "No country has the letters %(code)s, the fifth and sixth of this BIC. Compare it with your bank’s "
            "statement.",
            code=bic[4:6],
        )
    except exceptions.SchwiftyException:
        sentence = _("This is not a SWIFT/BIC: it has 8 or 11 signs, for example ABCDINBB or ABCDINBBXXX.")
    else:
        return {}
    return {"bic": sentence}


def _problem_of_countries(iban: str, bic: str) -> dict[str, str]:
    """Say that an IBAN and a BIC are of different countries: money that is sent to both comes to neither."""
    country, bank = iban[:2], bic[4:6]
    if not (iban and bic) or bank == country or bank in ABROAD.get(country, ()):
        return {}
    return {
        "bic": _(
            "The IBAN is of the country %(iban)s and this BIC of the country %(bic)s, so one of them is another "
            "bank’s. Compare both with your bank’s statement.",
            iban=country,
            bic=bank,
        )
    }


def _problem_of_routing(branch: str) -> dict[str, str]:
    """Say that a routing number of the United States has a wrong check digit; nine digits are one there.

    Source: American Bankers Association, routing number policy: 3, 7, 1 times the digits are a multiple of ten.
    """
    found = re.search(r"(?<![0-9])[0-9]{9}(?![0-9])", branch)
    if found is None:
        return {}
    digits = map(int, found[0])
    if sum(digit * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=True)) % 10 == 0:
        return {}
    return {
        "branch": _(
            "The check digit of the routing number %(number)s is wrong. Compare it with your bank’s statement.",
            number=found[0],
        )
    }


def _problem_of_ifsc(branch: str) -> dict[str, str]:
    """Say that an IFSC has not the form of one; 11 signs that begin with four letters are meant as one in India.

    Source: Reserve Bank of India: four letters for the bank, a 0, and six signs for the branch.
    """
    plain = normal_form("NFKC", branch).upper()
    parts = re.findall("[A-Z0-9]+", "".join(str(unicodedata.decimal(sign, sign)) for sign in plain))
    if any(_IFSC.fullmatch(part) for part in (*parts, *map("".join, pairwise(parts)))):
        return {}
    if not any(part.startswith("IFSC") or _LIKE_IFSC.fullmatch(part) for part in parts):
        return {}
    return {
        "branch": _(
            "This is not an IFSC: it has four letters, the digit 0, and six letters or digits, for example "
            "EXAM0001234. Compare it with your bank’s statement."
        )
    }


def _problem_of_number(number: str, *, country: str) -> dict[str, str]:
    """Say what is wrong with an account number at a bank of a country: also one that was meant as an IBAN."""
    signs = _signs(number)
    if not _ACCOUNT.fullmatch(number) or not any(sign.isdigit() for sign in number):
        sentence = _("Enter the account number in digits and letters from A to Z, as the statement has it.")
    elif _LIKE_IBAN.fullmatch(signs) and not _problem_of_iban(signs):
        sentence = _("This is an IBAN. Enter it as one, above.")
    elif _LIKE_IBAN.fullmatch(signs) and (signs[:2] == country or _is_long_as_an_iban(signs)):
        sentence = _(
            "This begins like an IBAN of the country %(code)s, and is none: a digit is missing, wrong, or in the "
            "wrong place. Compare it with your bank’s statement, and enter it as the IBAN, above.",
            code=signs[:2],
        )
    elif country == "MX" and re.fullmatch("[0-9]{18}", signs) and not _is_clabe(signs):
        sentence = _(
            "The check digit of this CLABE is wrong: a digit is wrong, or in the wrong place. Compare it with your "
            "bank’s statement."
        )
    else:
        return {}
    return {"account": sentence}


def _is_long_as_an_iban(signs: str) -> bool:
    """Whether a number has as many signs as the IBANs of the country have whose letters it begins with."""
    from schwifty import IBAN, exceptions  # noqa: PLC0415

    try:
        IBAN(signs)
    except exceptions.InvalidChecksumDigits:
        return True
    except exceptions.SchwiftyException:
        return False
    return True


def _is_clabe(digits: str) -> bool:
    """Whether the check digit of a CLABE is right.

    Source: Banco de México, circular 14/2017: 3, 7, 1 times the digits, of each the last one, make a multiple of ten
    with it.
    """
    *others, last = map(int, digits)
    sum_of_ends = sum(digit * weight % 10 for digit, weight in zip(others, (3, 7, 1) * 6, strict=False))
    return (sum_of_ends + last) % 10 == 0
