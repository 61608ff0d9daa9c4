"""What the amounts of a message are for: the whole price, one part of it, one night or session, or none of these."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, islice, zip_longest
from operator import itemgetter

from estimator.estimates import offer_parts
from estimator.estimates.offer_parts import Part
from estimator.requests.chat import asides, marking, old_prices, per_unit, prices, segmentation
from estimator.requests.chat.beside import Spans
from estimator.requests.chat.prices import Money
from estimator.requests.chat.segmentation import TOTAL, Segment

MOST_BARE = 100
"""Maximum number of amounts without a currency that are looked at; no message has so many prices."""

PRICE = offer_parts.either(
    r"prices?|costs?|quotes?|prix|co[ûu]ts?|tarifs?|precios?|costos?|costes?|tarifas?",
    r"цен|стоимост",
    r"سعر|ثمن|تكلفة|كلفة|دام",
    r"दाम|कीमत|क़ीमत|खर्च|ख़र्च|লাগবে|দাম|মূল্য|খরচ",
)
"""Words for a price of what stands before it, however many parts that are."""

_JOIN = re.compile(
    f"{segmentation.AND.pattern}|{segmentation.PLUS.pattern}|{marking.WITH.pattern}", re.IGNORECASE
)
_EDGE = re.compile("[\n,،।;]")
_REPEATING = ("(", "[", "=", "≈")
_TELEPHONE = re.compile(
    r"\+[0-9][0-9 ()-]{6,}|(?<![0-9])[6-9][0-9]{4}[ -][0-9]{5}(?![0-9])|(?<![0-9])01[0-9]{3}[ -][0-9]{6}(?![0-9])|"
    r"(?<![^\W\d_])(?:whats ?app|wa|tel(?:ephone)?|phone|call|тел|ватсап|واتس\s?اب|هاتف|"
    r"व्हाट्सऐप|व्हाट्सएप|फ़ोन|फोन|হোয়াটসঅ্যাপ|ফোন)"
    r"[\s:.–-]{1,3}[0-9][0-9 ()-]{6,}",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class _Whole:
    """An amount that can be the whole price, with the words around it.

    It `is_named` if it is called so, is `of_cells` beside a word for cells or injections, `is_payment` if only the time
    of a payment stands beside it, and `is_repeated` in brackets behind another one.
    """

    money: Money
    written: str
    sentence: int
    is_named: bool = False
    of_cells: bool = False
    is_payment: bool = False
    is_repeated: bool = False

    @property
    def what(self) -> tuple[int, str | None, Decimal]:
        """Return its sentence and what it comes to; two payments of one sentence are equal, the price is not."""
        return self.sentence, self.money.currency, old_prices.largest(self.money)


@dataclass
class Amounts:
    """The amounts of a message, by what they are.

    `several` if the message speaks of more sessions than one.
    `by_session` if an amount of its own was read for one session of several, `by_payment` for one payment. `sentence`
    is the number of the one that is read.
    """

    of_parts: dict[Part, list[Money]] = field(default_factory=dict)
    wholes: list[_Whole] = field(default_factory=list)
    each: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    together: list[tuple[Money, str]] = field(default_factory=list)
    several: bool = False
    by_session: bool = False
    by_payment: bool = False
    sentence: int = 0

    @property
    def totals(self) -> list[Money]:
        """Return those that can be the whole price."""
        return [one.money for one in self.wholes]


@dataclass(frozen=True)
class _Group:
    """What stands between two amounts that are joined by "and", "+" or "with"."""

    start: int
    end: int
    places: tuple[tuple[int, int, Money], ...]
    is_with: bool


def sort_money(segment: Segment, amounts: Amounts, before: Segment | None) -> bool:
    """Give the amounts of a segment to the part that they are for, or to those that can be the whole price.

    `before` is what stands before the comma. Return whether an amount can be the whole price.
    """
    text, is_price, has_left = segment.text, False, False
    spans = Spans((start, end) for start, end, _money in segment.places)
    groups = list(_groups(segment)) if segment.places else []
    # Each word for a price is looked for once in the whole segment, and not once for each of its amounts.
    is_named, has_price_word = bool(TOTAL.search(text)), bool(PRICE.search(text))
    if before and groups and not (is_named or has_price_word) and _goes_on(before, segment):
        amounts.aside.append(" ".join(f"{before.text}, {text}".split())[:80])
        return False
    for group, following in zip_longest(groups, groups[1:]):
        if not group.places:
            continue
        if per_unit.is_for_each(text[group.start : group.end], several=amounts.several):
            written = _JOIN.sub("", text[group.start :], count=1) if group.start else text
            amounts.each.append(" ".join(written.split())[:80])
            break
        left = [
            place
            for place in group.places
            if asides.is_aside(text, place[:2], spans, TOTAL)
            or (amounts.by_session and asides.is_of_another_session(text, place[:2]))
        ]
        amounts.by_session |= bool(left) and asides.names_a_session(text)
        amounts.aside += [_written(text, place, spans) for place in left]
        amounts.by_payment |= any(asides.goes_on(_written(text, place, spans)) for place in left)
        aside = set(left)
        places = [place for place in group.places if place not in aside]
        found = [money for _start, _end, money in places]
        # A registration is no part of a price that is paid in several.
        has_left |= bool(left) and not asides.REGISTRATION.search(text, group.start, group.end)
        if not found:
            continue
        named_here = is_named and (not is_price or TOTAL.search(text, group.start, group.end))
        part = None if named_here else _own_part(segment, group, following)
        if part is not None:
            amounts.of_parts.setdefault(part, []).extend(found)
        elif named_here or is_named:
            amounts.wholes += _wholes(segment, places, spans, amounts.sentence, is_named=True)
            is_price = True
        elif has_left and not left and not is_price and not has_price_word:
            # Of "2,000 deposit and 7,000 on arrival" neither is the price.
            amounts.aside += [_written(text, place, spans) for place in places]
        elif _is_for_several(segment, group):
            amounts.together += [
                (money, _written(text, place, spans)) for place, money in zip(places, found, strict=True)
            ]
        else:
            amounts.wholes += _wholes(segment, places, spans, amounts.sentence)
            is_price = True
    return is_price


def _wholes(
    segment: Segment,
    places: Sequence[tuple[int, int, Money]],
    spans: Spans,
    sentence: int,
    *,
    is_named: bool = False,
) -> Iterator[_Whole]:
    of_cells = any(part == "cells" for _start, _end, part in segment.parts)
    for place in places:
        written = _written(segment.text, place, spans)
        is_payment = not is_named and bool(asides.times_in(written)) and not PRICE.search(written)
        is_repeated = segment.text[: place[0]].rstrip().endswith(_REPEATING)
        yield _Whole(place[2], written, sentence, is_named, of_cells, is_payment, is_repeated)


def _groups(segment: Segment) -> Iterator[_Group]:
    """Yield what a segment joins; what has no amount before "and" belongs to the amount behind it."""
    start, is_with, first = 0, False, 0
    for join in [*_JOIN.finditer(segment.text), None]:
        end = join.start() if join else len(segment.text)
        last = bisect_left(segment.places, end, first, key=itemgetter(0))
        places = tuple(segment.places[first:last])
        if join is None or (places and all(place[1] <= end for place in places)):
            yield _Group(start, end, places, is_with)
            start, first = end, last
            is_with = bool(join and marking.WITH.fullmatch(join[0]))


def _goes_on(before: Segment, segment: Segment) -> bool:
    """Whether the amount is the one of a payment that stands before the comma."""
    return not before.places and not segment.parts and asides.goes_on(before.text)


def _own_part(segment: Segment, group: _Group, following: _Group | None) -> Part | None:
    """Return the part that the amount of a group is for; None if it can be the price."""
    times = asides.times_in(segment.text, group.start, group.end)
    parts = [
        one
        for one in _starting_in(segment.parts, group.start, group.end)
        if not any(start <= one[0] < end for start, end in times)
    ]
    if len(group.places) != 1 or len({part for _start, _end, part in parts}) != 1 or parts[0][2] == "cells":
        return None
    begin = group.places[0][0]
    before = [one for one in parts if one[0] < begin]
    if before:
        said = any(
            before[-1][1] <= mark.start < begin
            and (mark.standing == "included" or marking.names_the_price(segment.text, mark))
            for mark in segment.marks
        )
        bound = marking.is_bound(segment.text, before[-1][:2], (group.start, begin))
        return None if said or bound else before[-1][2]
    if any(begin < mark.start for mark in segment.marks):
        return None
    # "USD 500 for hotel and food" is for both.
    alone = following is None or following.places or following.is_with
    return parts[0][2] if alone else None


def _is_for_several(segment: Segment, group: _Group) -> bool:
    """Whether an amount follows several parts and no word for a price: "hotel and flights USD 900"."""
    begin = group.places[0][0]
    parts = {part for _start, _end, part in _starting_in(segment.parts, group.start, begin)}
    return (
        len(parts) > 1
        and "cells" not in parts
        and not segment.marks
        and not PRICE.search(segment.text, group.start, group.end)
    )


def _starting_in(
    parts: Sequence[tuple[int, int, Part]], start: int, end: int
) -> Sequence[tuple[int, int, Part]]:
    """Return those of some parts, which are in their order, that begin at a place or behind it, and before another."""
    first = bisect_left(parts, start, key=itemgetter(0))
    return parts[first : bisect_left(parts, end, first, key=itemgetter(0))]


def _written(text: str, place: tuple[int, int, Money], spans: Spans) -> str:
    """Return an amount with the words around it, up to the amounts beside it."""
    start, end = spans.last_end(place[0]), spans.next_start(place[1], len(text))
    return " ".join(text[start:end].split())[:80].strip(" ,;:()+")


def settle(amounts: Amounts, text: str) -> None:
    """Decide what can be the whole price when all is read; without any, take bare numbers."""
    _put_payments_aside(amounts)
    if amounts.wholes:
        amounts.aside += [written for _money, written in amounts.together]
    else:
        amounts.wholes += [_Whole(money, written, 0) for money, written in amounts.together]
    if any(one.is_named for one in amounts.wholes):
        _leave_only_the_named(amounts)
    if not (amounts.wholes or amounts.of_parts or amounts.each or amounts.aside):
        _take_bare(amounts, text)


def _put_payments_aside(amounts: Amounts) -> None:
    """Take away amounts that are paid at different times; "12,000 on arrival" alone can be the whole price.

    Nobody writes a price twice in a sentence: two equal amounts are two payments.
    """
    wholes = amounts.wholes
    equal = Counter(one.what for one in wholes if not (one.is_named or one.is_repeated))
    paid = [
        one
        for one in wholes
        if one.is_payment or (not (one.is_named or one.is_repeated) and equal[one.what] > 1)
    ]
    of_paid = set(paid)
    most = max((old_prices.largest(one.money) for one in wholes if one not in of_paid), default=0)
    least = min((old_prices.largest(one.money) for one in paid), default=most)
    if len(paid) > 1 or amounts.by_payment or least < most:
        amounts.aside += [one.written for one in paid]
        amounts.wholes = [one for one in wholes if one not in of_paid]


def _leave_only_the_named(amounts: Amounts) -> None:
    """Keep as whole prices what is called so, and what is more; what is less is for the cells only if it says so."""
    named = {one.money for one in amounts.wholes if one.is_named}
    most = max(map(old_prices.largest, named))
    kept = []
    for one in amounts.wholes:
        if one.money in named or old_prices.largest(one.money) > most:
            kept.append(one)
        elif one.of_cells:
            amounts.of_parts.setdefault("cells", []).append(one.money)
        else:
            amounts.aside.append(one.written)
    amounts.wholes = kept


def _take_bare(amounts: Amounts, text: str) -> None:
    """Take numbers without a currency that can be a price, and are no year, no cells and no telephone number."""
    text = _TELEPHONE.sub(" ", text)
    places = (
        place
        for place in prices.places_in(text)
        if old_prices.can_be_a_price(place[2])
        and not re.fullmatch("[0-9]{8,}", place[2].figure)
        and not segmentation.NO_PRICE.match(text, place[1])
    )
    for clause, within in _by_clause(text, islice(places, MOST_BARE)):
        written = " ".join(clause.split())[:80]
        is_named, registers = bool(TOTAL.search(clause)), bool(asides.REGISTRATION.search(clause))
        for start, end, money in within:
            if per_unit.is_beside(clause, start, end) or (
                not is_named and per_unit.is_of_one_session(clause, start, end, several=amounts.several)
            ):
                amounts.each.append(written)
            elif registers:
                amounts.aside.append(written)
            else:
                amounts.wholes.append(_Whole(money, money.text, 0))


def _by_clause(
    text: str, places: Iterable[tuple[int, int, Money]]
) -> Iterator[tuple[str, list[tuple[int, int, Money]]]]:
    """Yield the clauses of a text that have amounts, each with the places of these within it."""
    edges = Spans(match.span() for match in _EDGE.finditer(text))

    def around(place: tuple[int, int, Money]) -> tuple[int, int]:
        return edges.last_end(place[0]), edges.next_start(place[1], len(text))

    for (first, last), within in groupby(places, key=around):
        yield text[first:last], [(start - first, end - first, money) for start, end, money in within]
