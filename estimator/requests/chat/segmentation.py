"""The sentences of a message, what stands between their commas, and what each of these names and says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from estimator.estimates import offer_parts
from estimator.estimates.offer_parts import Part
from estimator.requests.chat import marking, old_prices, prices
from estimator.requests.chat.beside import Spans
from estimator.requests.chat.marking import CROSSES, TICKS, Mark, Standing
from estimator.requests.chat.prices import Money

MOST_TIMES = 100_000
"""The most that a figure without a currency is multiplied by: millions are cells."""

TOTAL = offer_parts.either(
    r"total(?:e|es)?|in all|altogether|packages?|all[ -]in|whole|forfaits?|paquetes?|en tout|en total",
    r"итого|всего|пакет",
    r"إجمالي|المجموع|باقة|الإجمالي",
    r"कुल|पैकेज|মোট|প্যাকেজ",
)
"""Words for a whole price."""

ABBREVIATIONS = ("rs", "inj", "injs", "incl", "excl", "тыс", "руб", "долл")
"""Words behind which a point ends no sentence, as in "Rs. 850000", where they stand alone: "doctors." ends one."""

_SHORTENED = "".join(rf"(?<!(?<![^\W\d_])(?i:{word}))" for word in ABBREVIATIONS)
_SENTENCE = re.compile(
    rf"(?<![0-9]){_SHORTENED}[.](?=\s|$)|(?<=руб)[.](?=\s+[А-ЯЁ])|(?<![0-9])[;!?؟।](?=\s|$)|"
    r"(?<=[0-9])[.;!?؟।](?=\s+\D|$)|[;!?؟।]|\n\s*\n"
)
_LINE = re.compile(r"\n")
_NUMBERED = re.compile(r"^([^\S\n]*)[0-9]{1,2}[.)]\s+(?=\S)", re.MULTILINE)
_BOLD = re.compile(r"^([^\S\n]*(?:[-–—•]\s*)?)[*_](?=[^\s*_])|(?<=[^\s*_])[*_](?=:?\s*$)", re.MULTILINE)
_BULLET = re.compile(r"\s*(?:[-–—]\s+|[•*➢·▪●]\s*|(?=[✅✔✓☑❌✖✗✘🚫]))")
_COMMA = re.compile(r"(?<![0-9])[,،]|[,،](?![0-9])")
_BUT = re.compile(r"(?<!\w)(?:but|mais|pero|но|а|لكن|ولكن|लेकिन|কিন্তু)(?!\w)", re.IGNORECASE)
AND = re.compile(r"(?<!\w)(?:and|et|y|e|и|और|एवं|এবং|ও)(?!\w)|&|\+|(?<!\w)و", re.IGNORECASE)
PLUS = re.compile(r"\+|(?<!\w)(?:plus|más|mas|плюс|زائد|प्लस|প্লাস)(?!\w)", re.IGNORECASE)
_BEFORE_A_TAX = re.compile(r"[\s(]*(?:(?:the|la|les|el|los|le)\s)?[0-9.,]*\s?(%?)\s?(?:of |de )?")
_FARTHEST_BESIDE = 3
_BESIDE = re.compile(rf"[\s:=–-]{{1,{_FARTHEST_BESIDE}}}")
_TAXES_IN = r"T\.?T\.?C(?!\w)"
_TAXES = rf"(?:H\.?T(?!\w)|{_TAXES_IN})"
_BESIDE_AMOUNT = re.compile(rf"[\s(,]{{0,3}}({_TAXES})", re.IGNORECASE)
_BEFORE_AMOUNT = re.compile(rf"(?<!\w)({_TAXES})[\s:)]{{0,4}}$", re.IGNORECASE)
"""Taxes as French writes them beside an amount, "hors taxe" and "toutes taxes comprises"."""

_TICKED = re.compile(f"(?=[{TICKS}{CROSSES}])")
NO_PRICE = re.compile(
    r"\s?-?(?:cells?|cellules?|células?|celulas?|клет|خلية|خلايا|कोशिका|सेल|কোষ|patients?|pacientes?|пациент|مريض|"
    r"मरीज|রোগী|[mµ]?g\b|ml\b|iu\b|per\b|/)",
    re.IGNORECASE,
)
FOR_SO_MANY = re.compile(r"\s?(?:for|pour|por|para|за)\s([0-9]{1,2})(?![0-9.,]|\s?[^\W\d_])", re.IGNORECASE)


_NEAR_AMOUNT = 12
"""Number of letters before an amount in which what is said of its taxes stands."""


@dataclass
class Segment:
    """What stands between two commas. `on_top` are parts that it adds to a price, each with what that says.

    It `begins_line` if a line of a list begins with it.
    """

    text: str
    bullet: Standing
    parts: list[tuple[int, int, Part]]
    marks: list[Mark]
    places: list[tuple[int, int, Money]]
    on_top: list[tuple[Part, Standing]] = field(default_factory=list)
    begins_line: bool = False

    @property
    def money(self) -> list[Money]:
        """Return the amounts without their places."""
        return [money for _start, _end, money in self.places]


def plain(text: str) -> str:
    """Return a text without the signs by which a chat writes bold letters, and with a dash for the number of a line."""
    return _NUMBERED.sub(r"\1- ", _BOLD.sub(r"\1", text))


def sentences(text: str) -> Iterator[tuple[list[str], bool]]:
    """Yield the sentences, each as what stands between its commas, and whether it asks something.

    A list of lines goes on below its heading.
    """
    at = 0
    for end in [*_SENTENCE.finditer(text), None]:
        block = text[at : end.start() if end else len(text)]
        asks = bool(end and end[0] in "?؟")
        at = end.end() if end else len(text)
        kept: list[str] = []
        for line in _LINE.split(block):
            listed = _BULLET.match(line)
            if kept and not listed and not kept[-1].rstrip().endswith((":", "：")):
                yield from ((clause, False) for clause in _clauses(kept))
                kept = []
            kept.append(line[listed.end() :] if listed else line)
        yield from ((clause, asks) for clause in _clauses(kept))


def _clauses(lines: list[str]) -> list[list[str]]:
    """Return what stands between the commas of lines; behind "but" begins what says something else.

    Before what begins a further line stands the end of the one before it.
    """
    found: list[list[str]] = [[]]
    for number, line in enumerate(lines):
        first, *others = _BUT.split(line)
        begun, *more = _COMMA.split(first)
        found[-1] += [f"\n{begun}" if number else begun, *more]
        found += [_COMMA.split(other) for other in others]
    return found


def divided(text: str) -> Iterator[str]:
    """Yield what stands between two commas, further divided.

    That is before and after a colon that follows an amount, as in "USD 8,500: injections USD 8,000", and before each
    of several ticks and crosses where the first one stands before what it is said of.
    """
    before, colon, after = text.partition(":")
    for piece in [before, after] if colon and any(prices.amounts_in(before)) else [text]:
        first, *others = _TICKED.split(piece)
        if len(others) > 1 and not first.rpartition(":")[2].strip():
            yield from filter(str.strip, (first, *others))
        else:
            yield piece


def segment_of(whole: str, most: Decimal | None) -> Segment:
    """Return what stands between two commas; `most` is the largest amount with a currency, None if there is none."""
    bullet: Standing = ""
    first = whole.lstrip()[:1]
    if first and first in TICKS + CROSSES:
        bullet = "included" if first in TICKS else "excluded"
    text = whole.replace(first, " ", 1) if bullet else whole
    if bullet == "included" and marking.is_in_doubt(text):
        bullet = ""
    parts = sorted(_longest(offer_parts.mentions(text)))
    places = list(_money(text, most is not None))
    marks = marking.marks_in(text, parts, has_price=bool(places or TOTAL.search(text)))
    if most is not None:
        known = set(places)
        bare = [place for place in _behind_parts(text, parts, marks, most) if place not in known]
        places = sorted([*places, *bare], key=lambda place: place[0])
    segment = Segment(text, bullet, parts, marks, places, begins_line=whole.startswith("\n"))
    _take_what_is_on_top(segment)
    segment.on_top += _taxes_beside_amounts(segment)
    return segment


def _taxes_beside_amounts(segment: Segment) -> Iterator[tuple[Part, Standing]]:
    for start, end, _money in segment.places:
        beside = _BESIDE_AMOUNT.match(segment.text, end)
        beside = beside or _BEFORE_AMOUNT.search(segment.text[max(0, start - _NEAR_AMOUNT) : start])
        if beside:
            yield "taxes", "included" if re.fullmatch(_TAXES_IN, beside[1], re.IGNORECASE) else "excluded"


def _take_what_is_on_top(segment: Segment) -> None:
    """Take taxes out of the parts where they are added to a price, as in "+ 18% GST".

    They are not in it; behind a list of what it includes only where a percentage says so.
    """
    last_mark = max((mark.start for mark in segment.marks), default=-1)
    first_amount = min((end for _start, end, _money in segment.places), default=len(segment.text) + 1)
    listed = any(mark.standing == "included" for mark in segment.marks)
    pluses = Spans(match.span() for match in PLUS.finditer(segment.text) if match.start() >= first_amount)
    parts, segment.parts = segment.parts, []
    for one in parts:
        # No other plus stands between the one that is said of a tax and the tax.
        plus = pluses.last_end(one[0], -1) if one[2] == "taxes" and last_mark < one[1] else -1
        between = _BEFORE_A_TAX.fullmatch(segment.text, plus, one[0]) if plus >= 0 else None
        if between:
            segment.on_top.append(("taxes", "" if listed and not between[1] else "excluded"))
        else:
            segment.parts.append(one)


def _money(text: str, has_currency: bool) -> Iterator[tuple[int, int, Money]]:
    """Yield the amounts; beside others with a currency also a bare "13k", or "13000 for 5"."""
    for start, end, money in prices.places_in(text):
        is_many = 1 < money.times <= MOST_TIMES or FOR_SO_MANY.match(text, end)
        if money.has_currency or (
            has_currency and is_many and old_prices.can_be_a_price(money) and not NO_PRICE.match(text, end)
        ):
            yield start, end, money


def _behind_parts(
    text: str, parts: list[tuple[int, int, Part]], marks: list[Mark], most: Decimal
) -> Iterator[tuple[int, int, Money]]:
    """Yield amounts without a currency that a list gives for its parts, as in "rehab 8,000, hotel 2,000 extra"."""
    begins, stops = {mark.start for mark in marks}, {stop for _start, stop, _part in parts}
    for start, end, money in prices.places_in(text):
        before = (stop for stop in range(start - _FARTHEST_BESIDE, start) if stop in stops)
        follows = any(_BESIDE.fullmatch(text, stop, start) for stop in before)
        ends = not text[end:].strip(" .)/-") or end + len(text[end:]) - len(text[end:].lstrip(" (")) in begins
        if follows and ends and old_prices.can_be_a_price(money) and old_prices.largest(money) <= most:
            yield start, end, money


def _longest(found: Iterator[tuple[int, int, Part]]) -> list[tuple[int, int, Part]]:
    """Return those that do not lie inside of a longer one."""
    kept: list[tuple[int, int, Part]] = []
    farthest, last = -1, (-1, -1)
    # Whatever a place lies in comes before it in this order.
    for one in sorted(found, key=lambda one: (one[0], -one[1])):
        if one[:2] == last or one[1] > farthest:
            kept.append(one)
            farthest, last = one[1], one[:2]
    return kept
