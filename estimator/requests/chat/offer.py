"""What a message from another clinic says of its price: suggestions for a form, none of them applied by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from estimator.estimates import offer_parts
from estimator.estimates.offer_parts import Part
from estimator.i18n import folded_digits
from estimator.requests.chat import marking, old_prices, per_unit, prices, segmentation, sorted_amounts
from estimator.requests.chat.marking import Mark, Standing
from estimator.requests.chat.prices import Money
from estimator.requests.chat.segmentation import Segment
from estimator.requests.chat.sessions import sessions_in

MOST = 6
"""Maximum number of amounts, of numbers of sessions, and of days."""
NEAREST_BEHIND = 3
"""Number of letters within which a word is said of the part before it."""

FROM = re.compile(
    r"(?<!\w)(?:from|starting (?:at|from)|starts? (?:at|from)|as low as|at least|à partir de|dès|desde|"
    r"a partir de|от|начиная с)"
    r"\s{1,2}[^\w\s]?\w{0,8}\s?[0-9]|"
    r"(?<!\w)[وف]?(?:ابتداء من|تبدأ من|من)\s[^\n]{0,10}[0-9]|[0-9][^\n]{0,14}\s(?:से शुरू|থেকে শুরু)",
    re.IGNORECASE,
)
DAYS = offer_parts.either(
    r"days?|nights?|jours?|nuits?|nuitées?|d[ií]as?|noches?",
    r"дн(?:я|ей)|день|дни|сут|ноч",
    r"أيام|ايام|يوم|ليال|ليلة",
    r"दिन|रात|দিন|রাত",
)
WEEKS = offer_parts.either(r"weeks?|semaines?|semanas?", r"недел", r"أسابيع|أسبوع", r"हफ़्त|हफ्त|सप्ताह|সপ্তাহ")
_BESIDE = re.compile(r"[\s:=(–-]{0,3}")
_COUNT = re.compile(r"(?<![0-9.,/:+–-])([0-9]{1,3})\s{0,2}(?:[-–]\s?)?")
_RANGE_BEFORE = re.compile(
    r"[0-9]\s{0,2}(?:-|–|to|or|à|ou|o|a|до|или|أو|إلى|या|से|বা|থেকে)\s{0,2}$", re.IGNORECASE
)


@dataclass(frozen=True)
class Said:
    """What is said of one part: whether it is in the price, as far as that is said, and its own amount."""

    standing: Standing = ""
    money: Money | None = None


@dataclass(frozen=True)
class Found:
    """What a message says, each as often as it can be meant.

    `totals` are amounts that can be the whole price, `each` those for one night or session, as they are written.
    Of `contradictory` parts it says that they are included and that they are not; `unclear` ones stand in a list of
    what is included, with a price of their own. `old` are prices that are no more; `aside` amounts that are neither
    the price nor for one part of it, as they are written. `is_from` if it only says where prices begin.
    """

    totals: tuple[Money, ...] = ()
    each: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    parts: Mapping[Part, Said] = field(default_factory=dict)
    contradictory: tuple[Part, ...] = ()
    unclear: tuple[Part, ...] = ()
    old: tuple[Money, ...] = ()
    aside: tuple[str, ...] = ()
    is_from: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (
            self.totals
            or self.each
            or self.sessions
            or self.days
            or self.parts
            or self.contradictory
            or self.unclear
            or self.old
            or self.aside
        )


def look(text: str) -> Found:
    """Return what a message says; a text without a price, or in no language of ours, says nothing."""
    plain, old = old_prices.without(folded_digits(text))
    has_currency = any(prices.amounts_in(plain))
    standings: dict[Part, set[Standing]] = {}
    amounts = sorted_amounts.Amounts()
    own_price: set[Part] = set()
    for sentence, is_question in segmentation.sentences(plain):
        segments = [
            segmentation.segment_of(part, has_currency)
            for one in sentence
            for part in segmentation.divided(one)
        ]
        if not is_question:
            for part, standing in _standings(segments):
                if standing:
                    standings.setdefault(part, set()).add(standing)
        own_price.update(_with_a_price_of_their_own(segments))
        for before, segment in pairwise([None, *segments]):
            if segment and sorted_amounts.sort_money(segment, amounts, before) and not segment.marks:
                # "USD 12,000 for 4 injections": that is what the price is for.
                for part in {part for _start, _end, part in segment.parts} & {"cells"}:
                    standings.setdefault(part, set()).add("included")
    unclear = tuple(
        part for part in offer_parts.PARTS if part in own_price and standings.get(part) == {"included"}
    )
    for part in unclear:
        standings.pop(part)
    sorted_amounts.settle(amounts, plain)
    sessions = list(sessions_in(plain, most=MOST))
    if len(set(amounts.totals)) > 1 and sessions:
        sessions += _sessions_after_a_price(plain)
    return Found(
        tuple(dict.fromkeys(amounts.totals))[:MOST],
        tuple(dict.fromkeys(amounts.each))[:MOST],
        tuple(dict.fromkeys(sessions))[:MOST],
        tuple(_days(plain))[:MOST],
        _parts(standings, amounts.of_parts),
        tuple(part for part in offer_parts.PARTS if len(standings.get(part, ())) > 1),
        unclear,
        old[:MOST],
        tuple(dict.fromkeys(amounts.aside))[:MOST],
        bool(FROM.search(plain)),
    )


def _sessions_after_a_price(text: str) -> Iterator[str]:
    """Yield the numbers of "13k for 5"."""
    for _start, end, money in prices.places_in(text):
        if old_prices.can_be_a_price(money) and (match := segmentation.FOR_SO_MANY.match(text, end)):
            yield match[1]


def _parts(standings: Mapping[Part, set[Standing]], amounts: Mapping[Part, list[Money]]) -> dict[Part, Said]:
    found: dict[Part, Said] = {}
    for part in offer_parts.PARTS:
        standing: Standing = next(iter(standings[part])) if len(standings.get(part, ())) == 1 else ""
        different = dict.fromkeys(amounts.get(part, ()))
        money = next(iter(different)) if len(different) == 1 else None
        if standing or money:
            found[part] = Said(standing, money)
    return found


def _with_a_price_of_their_own(segments: list[Segment]) -> Iterator[Part]:
    """Yield parts that "included" is not said of, though it stands before them: they have an amount of their own.

    With an amount for each night or day a part is never included; with another it is where the word follows it, as in
    "hotel USD 500 included", or a tick stands before it.
    """
    before: list[Part] = []
    for segment in segments:
        if segment.money and not segmentation.TOTAL.search(segment.text):
            at = segment.text.find(segment.money[0].text)
            end = at + len(segment.money[0].text)
            preceding = [one for one in segment.parts if one[0] < at]
            following = [one[2] for one in segment.parts if one[0] >= at]
            if per_unit.is_for_each(segment.text):
                joined = bool(preceding) and bool(segmentation.AND.search(segment.text, preceding[-1][1], at))
                if preceding:
                    yield preceding[-1][2]
                if following and (joined or not preceding):
                    yield following[0]
                if not segment.parts:
                    yield from before
            elif preceding and preceding[-1][2] != "cells":
                beside = _BESIDE.fullmatch(segment.text, preceding[-1][1], at)
                bound = marking.is_bound(segment.text, preceding[-1][:2], (0, at))
                said_after = any(end <= start for start, _end, kind in segment.marks if kind == "included")
                if beside and not bound and not said_after and segment.bullet != "included":
                    yield preceding[-1][2]
        if segment.parts:
            before = [part for _start, _end, part in segment.parts]


def _standings(segments: list[Segment]) -> Iterator[tuple[Part, Standing]]:
    """Yield what a sentence says of its parts.

    "Included" after a part is said of it and of those before it without a word of their own, as in "hotel, visa
    included"; before a part it is said of the ones that follow, as in "including hotel, visa".
    """
    going_on: Standing = ""
    waiting: list[Part] = []
    for segment in segments:
        yield from segment.on_top
        parts, marks = segment.parts, segment.marks
        if not marks:
            # A tick in a list of what is not included is only a mark before a line.
            standing = going_on if segment.bullet != "excluded" and going_on else segment.bullet
            if standing:
                yield from ((part, standing) for _start, _end, part in parts)
            elif segment.money:
                waiting = []
            else:
                waiting += [part for _start, _end, part in parts]
            continue
        if not parts and not segment.text.rstrip().endswith((":", "：")) and waiting:
            yield from ((part, marks[0][2]) for part in waiting)
            waiting, going_on = [], ""
            continue
        if parts and parts[0][0] < marks[0][0]:  # after what it is said of
            yield from ((part, marks[0][2]) for part in waiting)
            left = 0
            for start, end, standing in marks:
                yield from ((part, standing) for at, _end, part in parts if left <= at < start)
                left = end
            after = [part for at, _end, part in parts if at >= left]
            heading = segment.text[marks[-1][1] :].lstrip().startswith((":", "："))
            going_on = marks[-1][2] if heading else ""
            if heading:
                yield from ((part, going_on) for part in after)
            waiting = [] if heading else after
        else:
            ends = [start for start, _end, _standing in marks[1:]] + [len(segment.text)]
            for (start, _end, standing), stop in zip(marks, ends, strict=True):
                here = [one for one in parts if start < one[0] < stop]
                if (
                    standing == "included"
                    and len(here) > 1
                    and _is_said_of_the_last(here[-1], stop, parts, marks)
                ):
                    yield here.pop()[2], next(said for at, _end, said in marks if at == stop)
                yield from ((part, standing) for _start, _stop, part in here)
            going_on = marks[-1][2] if marking.is_for_what_follows(segment.text, marks[-1]) else ""
            waiting = []


def _is_said_of_the_last(
    part: tuple[int, int, Part], at: int, parts: Sequence[tuple[int, int, Part]], marks: Sequence[Mark]
) -> bool:
    """Whether the mark at a place is said of the part before it: "including taxes + flights separately"."""
    stop = min((start for start, _end, _said in marks if start > at), default=None)
    following = [one for one in parts if one[0] > at and (stop is None or one[0] < stop)]
    return (
        any(start == at for start, _end, _said in marks) and at - part[1] <= NEAREST_BEHIND and not following
    )


def _days(text: str) -> Iterator[str]:
    """Yield numbers of days, each once; a week has seven. One out of two is no number."""
    found: dict[str, None] = {}
    for match in _COUNT.finditer(text):
        if _RANGE_BEFORE.search(text, max(0, match.start(1) - 10), match.start(1)):
            continue
        count = int(match[1])
        if DAYS.match(text, match.end()):
            found[str(count)] = None
        elif WEEKS.match(text, match.end()):
            found[str(count * 7)] = None
    yield from (number for number in found if number != "0")
