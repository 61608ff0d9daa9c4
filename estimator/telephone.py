"""Telephone numbers: an example, links that a phone dials or writes to, and the digits that a number is found by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import phonenumbers

EXAMPLE = "\N{LEFT-TO-RIGHT ISOLATE}+49 30 901820\N{POP DIRECTIONAL ISOLATE}"
"""A number as it is to be typed; in a sentence from right to left its groups would change places."""

FEWEST_DIGITS = 5
"""A text with fewer digits is no number that somebody abroad could dial."""

LEAST_FOUND = 4
"""Minimum number of digits that are looked for; fewer would be shared by too many to help, and tell too much."""

MOST_BEGINNING = 8
"""Maximum length of an indexed beginning of the national form; whoever knows more of it knows the end as well."""

MOST_DIGITS = 20
"""Maximum number of digits of what is kept as a number that no country has."""

LONGEST_READ = 60
"""Maximum number of characters of a text that is read as a number; what is longer is none."""

MOST_TRIES = 200
"""Maximum number of places of a text that are no numbers after all before nothing more is looked for."""

WHATSAPP = "https://wa.me/"

_LOCAL = re.compile(r"(?<![\w+.,/:-])\(?[0-9](?:[ \u00a0().-]{0,2}[0-9]){6,13}(?![\w,/:-]?[0-9])(?!\w)")
_ABROAD = re.compile(
    r"(?<![\w+.,/:()-])(?:\+|00)[ \u00a0]?[1-9](?:[ \u00a0().-]{0,2}[0-9]){6,14}(?![\w,/:-]?[0-9])(?!\w)"
)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[ \u00a0.][0-9]{3})+")
_DATE = re.compile(r"(?:[0-9]{1,2}[.-]){2}[0-9]{4}|[0-9]{4}(?:[.-][0-9]{1,2}){2}")
_DIALLED_00 = re.compile(r"(?<![\w+.,/:()-])00(?=[ \u00a0]?[1-9](?:[ \u00a0().-]{0,2}[0-9]){6,14})")

_SPELLED = re.compile(
    r"\s*\+?[0-9 ()./\N{NO-BREAK SPACE}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{HYPHEN}-]*",
)


@dataclass(frozen=True)
class Number:
    """A number: all of its digits with the country's before them, and as it is dialled within the country.

    `international` is False where the country is not known; both are then the digits as they were written.
    """

    whole: str
    national: str
    international: bool


@dataclass(frozen=True)
class Fault:
    """A number that its country cannot have: the country's code, the digits after it, and how many there can be.

    `code` is None where no country has the one with which the number begins.
    """

    code: str | None
    digits: int
    lengths: tuple[int, ...]


def dial(text: str, country: str = "") -> str | None:
    """Return the `tel:` address of a number as people write it (RFC 3966), None if there is none to dial.

    One of `country` is dialled with the country's code, so that it can be from abroad as well.

    What stands after the number, such as an extension, is left to the person who dials; the 0 in "+49 (0)30" is not
    dialled from abroad.
    """
    number = _SPELLED.match(text)
    assert number is not None
    written = number[0].strip()
    if written.startswith("+"):
        written = written.replace("(0)", "")
    digits = re.sub(r"[^0-9]", "", written)
    if country and len(digits) >= FEWEST_DIGITS and (abroad := written_abroad(written, country)):
        return f"tel:+{digits_in(abroad)}"
    return f"tel:{'+' * written.startswith('+')}{digits}" if len(digits) >= FEWEST_DIGITS else None


def read(text: str, country: str = "") -> Number | None:
    """Read a number as people write it; `country` is where it is one without a country code. None if it is none."""
    digits = digits_in(text)
    if not FEWEST_DIGITS <= len(digits) <= MOST_DIGITS or len(text) > LONGEST_READ:
        return None
    for written in _spellings(text):
        try:
            found = phonenumbers.parse(written, country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(found):
            whole = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
            national = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.NATIONAL)
            return Number(digits_in(whole), digits_in(national.partition(" ext")[0]), international=True)
    return Number(digits, digits, international=False)


def written_abroad(text: str, country: str) -> str | None:
    """Return a number as it is written abroad; None unless it has a country's code, or is a whole one in `country`."""
    for written in _spellings(text) if len(text) <= LONGEST_READ else ():
        try:
            found = phonenumbers.parse(written, country or None)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(found) == phonenumbers.ValidationResult.IS_POSSIBLE:
            return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return None


def fault(text: str, country: str) -> Fault | None:
    """Return what keeps a number from being one of its country; None if nothing does, or nobody can know.

    A number without a country's code is one of `country`; where that is empty, it can be anything.
    """
    spellings = _spellings(text) if len(text) <= LONGEST_READ else ()
    found: Fault | None = None
    for written in spellings:
        as_typed = written == spellings[0]  # the others are what else it can be
        try:
            number = phonenumbers.parse(written, country or None)
        except phonenumbers.NumberParseException as error:
            unknown = error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE
            if as_typed and unknown and written.startswith("+"):
                found = Fault(None, len(digits_in(written)), ())
            continue
        if phonenumbers.is_possible_number(number):
            return None
        if as_typed:
            found = _fault(number)
    return found


def _fault(number: phonenumbers.PhoneNumber) -> Fault:
    code = number.country_code
    assert code is not None, "it was read from a text"
    region = phonenumbers.region_code_for_country_code(code)
    data = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    lengths = data.general_desc.possible_length if data and data.general_desc else ()
    digits = len(phonenumbers.national_significant_number(number))
    return Fault(f"+{code}", digits, tuple(lengths))


def numbers_in(text: str, country: str = "", *, most: int = 3) -> list[tuple[str, str]]:
    """Return the first numbers that stand in a text, as they are written abroad, each with its country's code.

    Without a `country`, only those that begin with a + are numbers, or with the 00 that many dial for it.
    """
    found: dict[str, str] = {}
    text = _DIALLED_00.sub("+", text)
    for match in phonenumbers.PhoneNumberMatcher(text, country or None, max_tries=MOST_TRIES):
        written = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        found.setdefault(written, phonenumbers.region_code_for_number(match.number) or "")
        if len(found) == most:
            break
    return list(found.items())


def may_need_country(text: str) -> bool:
    """Whether digits stand in a text that can be a number without a country's code; no amount and no date is one."""
    return any(_local(text))


def impossible_in(text: str, country: str = "", *, most: int = 3) -> list[str]:
    """Return what stands in a text as a number that begins with a country's code, and is none that it can have.

    With a `country` also what is no number of that country, where no number at all is one.
    """
    found = [match[0] for match in _ABROAD.finditer(text) if not numbers_in(match[0])]
    if country and not found and not numbers_in(text, country):
        found = list(_local(text))
    return list(dict.fromkeys(found))[:most]


def _local(text: str) -> Iterator[str]:
    written = (match[0] for match in _LOCAL.finditer(_ABROAD.sub(" ; ", text)))
    return (each for each in written if not _THOUSANDS.fullmatch(each) and not _DATE.fullmatch(each))


def digits_in(text: str) -> str:
    """Return the digits of a text, whatever stands between them."""
    return "".join(letter for letter in _plain(text) if letter.isdecimal())


def found_by(number: Number) -> set[str]:
    """Return the digits by which a number is found: its ends, the beginnings of its national form, and that whole."""
    whole, national = number.whole, number.national
    ends = {whole[-length:] for length in range(LEAST_FOUND, len(whole) + 1)}
    beginnings = {national[:length] for length in range(LEAST_FOUND, min(len(national), MOST_BEGINNING) + 1)}
    return ends | beginnings | ({national} if len(national) >= LEAST_FOUND else set())


def looked_for(typed: str) -> set[str]:
    """Return what typed digits may stand for, each to be compared with `found_by`; empty if there are too few.

    People type a number as they have it: with 00 for the +, with the 0 of their own country, or both, +49 (0)30.
    """
    text = typed.replace("(0)", "") if typed.lstrip().startswith(("+", "00")) else typed
    digits = digits_in(text)
    found = {digits, digits.removeprefix("00")}
    if digits.startswith("0"):
        found.add(digits.lstrip("0"))
    return {one for one in found if len(one) >= LEAST_FOUND}


def is_typed(text: str) -> bool:
    """Whether a text that somebody looks for is digits, with nothing else than what people put between them."""
    return _SPELLED.fullmatch(_plain(text)) is not None and bool(digits_in(text))


def whatsapp(text: str, country: str, message: str) -> str | None:
    """Return the address that opens a chat with a number, with a message that is not sent yet; None without one.

    The message stands in the address, so that it may hold a reference and a link, and nothing about anybody.
    """
    number = read(text, country)
    if number is None or not number.international:
        return None
    return f"{WHATSAPP}{number.whole}?text={quote(message, safe='')}"


def _spellings(text: str) -> tuple[str, ...]:
    """Return a number as it is written, and with the + that people leave out or write as 00."""
    written = _plain(text).strip()
    written = re.split(r"(?i)\s*(?:x|ext\.?|#)\s?[0-9]+$", written)[0]
    if written.startswith("+"):
        return (written.replace("(0)", ""),)
    digits = digits_in(written)
    if digits.startswith("00"):
        return (f"+{digits[2:]}", written)
    return (written, f"+{digits}") if not digits.startswith("0") else (written,)


def _plain(text: str) -> str:
    """Return the beginning of a text with digits of every script as those that everybody reads."""
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text[:LONGEST_READ]
    ).replace("\N{FULLWIDTH PLUS SIGN}", "+")
