"""What somebody means who types into the search of requests: a reference or number, an address, digits, or a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from estimator import quote_numbers, telephone
from estimator.demonstration_marks import WORD
from estimator.estimates import LETTERS
from estimator.i18n import folded_digits
from estimator.mail import addresses
from estimator.requests import name_index, person_index
from estimator.requests.person import email_lookup


@dataclass(frozen=True)
class Search:
    """A parsed search: a reference's beginning, the number of a quote, an address, digits, or words' beginnings.

    `address` is the beginning of an address that `email` is the whole of. Digits are some of a telephone number, or
    of the `reference` that stands beside them; so are the words of a name that stand beside a reference.
    """

    reference: str = ""
    estimate: str = ""
    quote: str = ""
    email: str = ""
    address: int | None = None
    digits: tuple[int, ...] = ()
    words: tuple[int, ...] = ()
    too_short: bool = False
    left_out: bool = False


def understood(typed: str, lookup_key: str) -> Search:
    """Parse what somebody typed. A name must have all the words; those of one or two letters are left out.

    Digits can be those of a reference as well as of a telephone number, and letters without a space those of a
    reference as well as of a name.
    """
    text = " ".join(typed.split())
    if not text:
        return Search()
    if "@" in text:
        return Search(
            email=email_lookup(addresses.spelling(text), lookup_key) or "",
            address=person_index.of_typed_address(text, lookup_key),
        )
    quote = quote_numbers.typed(folded_digits(text).upper())
    if quote is not None:
        return Search(quote=quote.number)
    letters = re.sub(r"[\s-]", "", text).upper()
    named = re.fullmatch(rf"(REQ|EST)([{LETTERS}]{{0,8}}|{WORD}[{LETTERS}]{{0,4}})", letters)
    if named is not None:
        whole = _reference(named[1], named[2])
        return Search(reference=whole) if named[1] == "REQ" else Search(estimate=whole)
    has_digit = re.search(r"[0-9]", letters)
    is_one_word = " " not in text and not text.startswith("-")
    is_reference = re.fullmatch(rf"[{LETTERS}]{{2,8}}", letters) and (has_digit or is_one_word)
    reference = _reference("REQ", letters) if is_reference else ""
    is_half = re.fullmatch(rf"[{LETTERS}]{{4}}", letters) and (reference or text.startswith("-"))
    half = (person_index.of_half(letters, lookup_key),) if is_half else ()
    if telephone.is_typed(text):
        digits = (*person_index.of_typed_digits(text, lookup_key), *half)
        return Search(reference=reference, digits=digits, too_short=not (digits or reference))
    if (reference and has_digit) or (half and not is_one_word):
        return Search(reference=reference, digits=half)
    words = name_index.word_of(text, lookup_key)
    return Search(
        reference=reference,
        digits=half,
        words=tuple(dict.fromkeys(words)),
        too_short=not (words or reference),
        left_out=len(words) < len(text.split()),
    )


def _reference(kind: str, letters: str) -> str:
    halves = [letters[:4], letters[4:]]
    return "-".join([kind, *(half for half in halves if half)]) if letters else f"{kind}-"
