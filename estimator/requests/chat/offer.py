"""What a message from another clinic says of its price: suggestions for a form, none of them applied by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from estimator.estimates import offer_parts
from estimator.estimates.offer_parts import Part
from estimator.i18n import folded_digits
from estimator.requests.chat import (
    binding,
    lakhs,
    marking,
    old_prices,
    per_unit,
    prices,
    segmentation,
    sorted_amounts,
)
from estimator.requests.chat.beside import Spans
from estimator.requests.chat.marking import Standing
from estimator.requests.chat.prices import Money
from estimator.requests.chat.segmentation import Segment
from estimator.requests.chat.sessions import sessions_in_words, spoken_of

MOST = 6
"""Maximum number of amounts, of numbers of sessions, and of days."""

FROM = re.compile(
    r"(?<!\w)(?:from|starting (?:at|from)|starts? (?:at|from)|as low as|at least|à partir de|dès|desde|"
    r"a partir de|от|начиная с)"
    r"\s{1,2}[^\w\s]?\w{0,8}\s?[0-9]|"
    r"(?<!\w)[وف]?(?:ابتداء من|تبدأ من|من)\s[^\n]{0,10}[0-9]|[0-9][^\n]{0,14}\s(?:से शुरू|থেকে শুরু)",
    re.IGNORECASE,
)
WEEKS = offer_parts.either(r"weeks?|semaines?|semanas?", r"недел", r"أسابيع|أسبوع", r"हफ़्त|हफ्त|सप्ताह|সপ্তাহ")
_CLAUSE = re.compile(r"[,،;।\n+]|[.](?![0-9])")
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
    plain, old = old_prices.without(lakhs.in_digits(segmentation.plain(folded_digits(text))))
    most = max(map(old_prices.largest, prices.amounts_in(plain)), default=None)
    standings: dict[Part, set[Standing]] = {}
    several = _speaks_of_several(plain)
    amounts = sorted_amounts.Amounts(several=several)
    own_price: set[Part] = set()
    for sentence, is_question in segmentation.sentences(plain):
        segments = [
            segmentation.segment_of(part, most) for one in sentence for part in segmentation.divided(one)
        ]
        said = [*binding.standings(segments)]
        amounts.sentence += 1
        if not is_question:
            for part, standing in chain.from_iterable(said):
                if standing:
                    standings.setdefault(part, set()).add(standing)
        own_price.update(_with_a_price_of_their_own(segments))
        for before, segment, here in zip([None, *segments], segments, said, strict=False):
            is_price = sorted_amounts.sort_money(segment, amounts, before)
            named = {part for _start, _end, part in segment.parts} - {part for part, _standing in here}
            if is_price and "cells" in named:
                # "USD 12,000 for 4 injections": that is what the price is for.
                standings.setdefault("cells", set()).add("included")
    unclear = tuple(
        part for part in offer_parts.PARTS if part in own_price and standings.get(part) == {"included"}
    )
    for part in unclear:
        standings.pop(part)
    sorted_amounts.settle(amounts, plain)
    if lakhs.has_unread(plain):
        # The price can be what stands there in words.
        amounts.aside += [money.text for money in amounts.totals]
        amounts.wholes = []
    sessions = sessions_in_words(plain, most=MOST)
    if any(map(per_unit.names_a_session, amounts.each)):
        # Of "one session 3000 USD" the number is no number of sessions.
        sessions = [number for number in sessions if number != "1"]
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
        _is_from(plain),
    )


def _speaks_of_several(text: str) -> bool:
    """Whether a text speaks of more sessions than one, and not of those of a rehabilitation."""
    return any(
        int(number) > 1
        for clause in _CLAUSE.split(text)
        if "rehabilitation" not in offer_parts.parts_in(clause)
        for number in spoken_of(clause, most=MOST)
    )


def _is_from(text: str) -> bool:
    """Whether words for "from" stand at an amount of money: "at least 4 sessions" is none."""
    places = [place for place in prices.places_in(text) if old_prices.can_be_a_price(place[2])]
    if any(money.has_currency for _start, _end, money in places):
        places = [place for place in places if place[2].has_currency or place[2].times > 1]
    amounts = Spans((start, end) for start, end, _m in places if not segmentation.NO_PRICE.match(text, end))
    return any(amounts.touch(*match.span()) for match in FROM.finditer(text))


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
                said_after = any(end <= mark.start for mark in segment.marks if mark.standing == "included")
                if beside and not bound and not said_after and segment.bullet != "included":
                    yield preceding[-1][2]
        if segment.parts:
            before = [part for _start, _end, part in segment.parts]


def _days(text: str) -> Iterator[str]:
    """Yield numbers of days, each once; a week has seven. One out of two is no number."""
    found: dict[str, None] = {}
    for match in _COUNT.finditer(text):
        if _RANGE_BEFORE.search(text, max(0, match.start(1) - 10), match.start(1)):
            continue
        count = int(match[1])
        if binding.DAYS.match(text, match.end()):
            found[str(count)] = None
        elif WEEKS.match(text, match.end()):
            found[str(count * 7)] = None
    yield from (number for number in found if number != "0")
