"""What is said of each part of a sentence: only what a word says that is bound to it.

"Including" is said of what follows it, "included" of what stands before it, or else of what follows. A list that a
word denies, as "hotel, flights and visa not included", ends before what stands there with a number of its own: "3
sessions, 10 nights, hotel not included" says something of the hotel alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from estimator.estimates import offer_parts
from estimator.estimates.offer_parts import Part
from estimator.requests.chat import marking, segmentation, sorted_amounts
from estimator.requests.chat.beside import Spans
from estimator.requests.chat.marking import Mark, Standing
from estimator.requests.chat.segmentation import Segment

NEAREST_BEHIND = 3
"""Number of letters within which a word is said of the part before it."""

DAYS = offer_parts.either(
    r"days?|nights?|jours?|nuits?|nuitées?|d[ií]as?|noches?",
    r"дн(?:я|ей)|день|дни|сут|ноч",
    r"أيام|ايام|يوم|ليال|ليلة",
    r"दिन|रात|দিন|রাত",
)
"""Words for days and nights."""

_JOIN = re.compile(rf"{segmentation.AND.pattern}|{segmentation.PLUS.pattern}", re.IGNORECASE)
_DIGIT = re.compile("[0-9]")
_COLONS = (":", "：")


@dataclass(frozen=True)
class _Item:
    """A part as it stands in a sentence, with whether a number or a length of time stands before it, and behind it.

    It is `priced` where an amount of money stands between the same commas.
    """

    start: int
    end: int
    part: Part
    counted_before: bool
    counted_behind: bool
    priced: bool

    @property
    def can_follow(self) -> bool:
        """Whether it can be a further one of what is denied; the cells are what a price is for."""
        return self.part != "cells" and not self.counted_before

    @property
    def can_precede(self) -> bool:
        """Whether it can stand before another one in a list that is denied."""
        return self.can_follow and not self.counted_behind


@dataclass(frozen=True)
class _Heading:
    """What is said of all that follows, up to the next word; of what is in a list `with_colon` also with numbers."""

    standing: Standing = ""
    with_colon: bool = False


def standings(segments: Sequence[Segment]) -> Iterator[list[tuple[Part, Standing]]]:
    """Yield for each segment of a sentence what it says of parts, also of those before it."""
    waiting: list[_Item] = []
    heading = _Heading()
    is_denied = False
    for segment in segments:
        if is_denied and segment.marks and marking.is_exception(segment.text, segment.marks[0]):
            # In "nothing is included, except the cells" the word includes what it is said of.
            segment.marks[0] = replace(segment.marks[0], standing="")
        if segment.marks or not is_denied:
            is_denied = marking.denies(segment.text, segment.marks)
        if segment.begins_line:
            waiting = []
            heading = heading if heading.with_colon else _Heading()
        if segment.marks:
            said, waiting, heading = _said_with_marks(segment, waiting, heading)
        else:
            said, waiting, heading = _said_without_marks(segment, waiting, heading)
        yield [*segment.on_top, *said]


def _said_without_marks(
    segment: Segment, waiting: list[_Item], heading: _Heading
) -> tuple[list[tuple[Part, Standing]], list[_Item], _Heading]:
    items = _items(segment)
    if (
        heading.standing == "excluded"
        and not heading.with_colon
        and (segment.money or not all(item.can_follow for item in items))
    ):
        # "Without hotel, 3 sessions" says nothing of the sessions.
        heading = _Heading()
    # A tick in a list of what is not included is only a mark before a line.
    standing = heading.standing if segment.bullet != "excluded" and heading.standing else segment.bullet
    if standing:
        return [(item.part, standing) for item in items], waiting, heading
    if segment.money and not items:
        return [], [], heading
    if not items and _is_count(segment.text):
        waiting = [replace(item, counted_behind=True) for item in waiting]
    elif segment.money or not all(item.can_precede for item in items):
        # In "3 sessions and hotel, flights not included" the hotel is listed with the sessions.
        items = [replace(item, counted_before=True) for item in items]
    return [], [*waiting, *items], heading


def _said_with_marks(
    segment: Segment, waiting: list[_Item], above: _Heading
) -> tuple[list[tuple[Part, Standing]], list[_Item], _Heading]:
    items, text = _items(segment), segment.text
    found: dict[_Item, Standing] = {}
    heading = _Heading()
    at = 0
    for number, mark in enumerate(segment.marks):
        following = segment.marks[number + 1] if number + 1 < len(segment.marks) else None
        end = following.start if following else len(text)
        before = [one for one in items if at <= one.start < mark.start and one not in found]
        after = [one for one in items if mark.end <= one.start < end]
        if _is_said_of_the_next(text, mark, before, after, following, waiting):
            if following and after and _is_said_of_the_last(mark, after[-1], following, segment):
                after.pop()
            with_colon = any(colon in text[mark.end : end] for colon in _COLONS)
            heading = _Heading(mark.standing, with_colon)
            bound: Sequence[_Item] = after
            if mark.standing == "excluded" and not with_colon:
                bound = _denied_behind(after)
        else:
            heading = _Heading()
            bound = _bound_before(text, mark, before, waiting)
        found.update((one, mark.standing) for one in bound)
        waiting, at = [], mark.end
    if above.standing == "included" or above.with_colon:
        first = segment.marks[0].start
        found.update((one, above.standing) for one in items if one.start < first and one not in found)
    if segment.bullet:
        found.update((one, segment.bullet) for one in items if one not in found)
    said = [(one.part, standing) for one, standing in found.items()]
    return said, [one for one in items if one.start >= at and one not in found], heading


def _is_said_of_the_next(
    text: str,
    mark: Mark,
    before: Sequence[_Item],
    after: Sequence[_Item],
    following: Mark | None,
    waiting: Sequence[_Item],
) -> bool:
    """Whether a word is said of what follows it, be that behind the next comma."""
    is_named = any(one.can_follow for one in before)
    behind = text[mark.end :].strip()
    if mark.said_of in ("before", "beside"):
        return False
    if mark.said_of == "after":
        return bool(behind.strip(".!)…")) or not is_named
    if behind.endswith(_COLONS) or (after and behind.startswith(_COLONS)):
        return True
    if not before:
        return bool(after) or (bool(behind) and not waiting)
    return not is_named and bool(after) and (following is None or following.said_of == "after")


def _is_said_of_the_last(mark: Mark, last: _Item, following: Mark, segment: Segment) -> bool:
    """Whether the next word is said of the part before it: "including taxes + flights separately"."""
    further = (one.start for one in segment.marks if one.start > following.start)
    stop = min(further, default=len(segment.text))
    return (
        mark.standing == "included"
        and following.said_of != "after"
        and following.start - last.end <= NEAREST_BEHIND
        and not any(following.end <= start < stop for start, _end, _part in segment.parts)
    )


def _denied_behind(after: Sequence[_Item]) -> list[_Item]:
    """Return those of the parts behind a word that it denies: the first one, and the list that follows."""
    return [*after[:1], *takewhile(lambda one: one.can_follow, after[1:])]


def _bound_before(
    text: str, mark: Mark, before: Sequence[_Item], waiting: Sequence[_Item]
) -> Sequence[_Item]:
    """Return the parts before a word that it is said of.

    "Included" is said of all without a word or an amount of their own. Of a list that begins with numbers, a denial is
    said only as far as "and" shows where it ends.
    """
    if mark.said_of == "beside":
        return before[-1:]
    if not mark.standing:
        return before
    if mark.standing == "included":
        return [*takewhile(lambda one: not one.priced, reversed(waiting)), *before]
    backwards = [*reversed(before), *reversed(waiting)]
    if not backwards or not (before or backwards[0].can_precede):
        return []
    denied = backwards[:1]
    if not (denied[0].counted_before or denied[0].counted_behind):
        denied += takewhile(lambda one: one.can_precede, backwards[1:])
    is_closed = bool(before) and bool(_JOIN.search(text, 0, before[-1].start + 1))
    return denied if is_closed or len(denied) == len(backwards) else denied[:1]


def _items(segment: Segment) -> list[_Item]:
    """Return the parts of a segment with what stands beside each, up to the next part, word or "and"."""
    text = segment.text
    named = [
        match.end()
        for pattern in (segmentation.TOTAL, sorted_amounts.PRICE)
        if (match := pattern.search(text))
    ]
    behind = min(named, default=len(text))
    for start, end, _money in segment.places:
        if start >= behind:
            text = text[:start] + " " * (end - start) + text[end:]
    edges = [(mark.start, mark.end) for mark in segment.marks]
    edges += [match.span() for match in _JOIN.finditer(text)]
    edges += [(start, end) for start, end, _part in segment.parts]
    every, waiting = Spans(edges), sorted(edges, reverse=True)
    items = []
    farthest, other = 0, 0  # the last two places where an edge ends that begins before a part
    for start, end, part in segment.parts:
        while waiting and waiting[-1][0] <= start:
            other, farthest = sorted({other, farthest, waiting.pop()[1]})[-2:]
        # Arabic writes "and" as the first letter of a word.
        left = min(other if farthest == end else farthest, start)
        right = every.next_start(end, len(text))
        items.append(
            _Item(
                start, end, part, _is_count(text[left:start]), _is_count(text[end:right]), bool(segment.money)
            )
        )
    return items


def _is_count(text: str) -> bool:
    return bool(_DIGIT.search(text) or DAYS.search(text))
