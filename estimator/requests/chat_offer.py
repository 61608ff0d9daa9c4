"""What a message from another clinic says of its price: suggestions for a form, none of them applied by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from estimator.estimates import offer_parts
from estimator.estimates.offer_parts import Part
from estimator.i18n import folded_digits
from estimator.requests import chat_each, chat_money, chat_old
from estimator.requests.chat_money import Money
from estimator.requests.chat_sessions import sessions_in

MOST = 6
"""Maximum number of amounts, of numbers of sessions, and of days."""

MOST_TIMES = 100_000
"""The most that a figure without a currency is multiplied by: millions are cells."""

Standing = Literal["", "included", "excluded"]

INCLUDED = offer_parts.either(
    r"[✅✔✓☑]|"
    r"(?:no|without) (?:extra|additional) (?:costs?|charges?|fees?)|free of charge|included|includes?|including|"
    r"incl|inclusive|free|complimentary|covered|covers|all[ -]in|inclus(?:e|es)?|compris(?:e|es)?|comprend|comprennent|"
    r"incluant|offerte?s?|gratuite?s?|inclu[ií]d[oa]s?|incluyen?|incluyendo|gratis|gratuit[oa]s?",
    r"включ|входят|входит|бесплатн|в стоимост",
    r"شامل|يشمل|تشمل|متضمن|يتضمن|مشمول|مجان|بما في ذلك|ضمن السعر",
    r"शामिल|सहित|मुफ़्त|मुफ्त|फ्री|অন্তর্ভুক্ত|সহ(?!জ)|ফ্রি|বিনামূল্যে",
)
EXCLUDED = offer_parts.either(
    r"[❌✖✗✘🚫]|"
    r"not (?:yet )?(?:included|including|covered|inclusive)|(?:do(?:es)?n[o’']?t|does not|do not|not) include|"
    r"(?:is|are)n[’']?t included|excluded|excludes?|excluding|excl|except|without|extra|additional(?:ly)?|"
    r"separate(?:ly)?|(?:at|on) your own(?: cost| expense)?|(?:non|pas) (?:inclus|compris)(?:e|es)?|"
    r"ne comprend pas|n[’']inclut pas|exclue?s?|hors|sans|en supplément|en sus|à part|no inclu[ií]d[oa]s?|"
    r"no incluyen?|sin|excluid[oa]s?|aparte|por separado|excepto",
    r"не включ|не входят|не входит|без(?!\w)|исключ|кроме|отдельн|дополнительн|за доплат|оплачива\w* отдельно",
    r"غير شامل|غير مشمول|لا يشمل|لا تشمل|لا يتضمن|بدون|باستثناء|إضافي|منفصل|على حساب",
    r"शामिल नहीं|नहीं शामिल|अलग|बिना|अतिरिक्त|के अलावा|অন্তর্ভুক্ত নয়|অন্তর্ভুক্ত নেই|বাদে|ছাড়া|আলাদা|অতিরিক্ত",
)
NEAR = offer_parts.either(
    r"not?|pas (?:d[eu’']|les?|la|l[’'])|no (?:los|las|el|la)", r"нет(?!\w)|не(?!\w)", r"ليس", r"नहीं|নয়|নেই"
)
"""Words that deny only what stands next to them."""

TICKS, CROSSES = "✅✔✓☑", "❌✖✗✘🚫"
"""What stands before or after what is included, and what is not."""

NEAREST = 6
"""Number of letters within which something stands next to a part."""

FROM = re.compile(
    r"(?<!\w)(?:from|starting (?:at|from)|starts? (?:at|from)|as low as|at least|à partir de|dès|desde|"
    r"a partir de|от|начиная с)"
    r"\s{1,2}[^\w\s]?\w{0,8}\s?[0-9]|(?:ابتداء من|تبدأ من|من)\s[^\n]{0,10}[0-9]|[0-9][^\n]{0,14}\s(?:से शुरू|থেকে শুরু)",
    re.IGNORECASE,
)
TOTAL = offer_parts.either(
    r"total(?:e|es)?|in all|altogether|packages?|all[ -]in|whole|forfaits?|paquetes?|en tout|en total",
    r"итого|всего|пакет",
    r"إجمالي|المجموع|باقة|الإجمالي",
    r"कुल|पैकेज|মোট|প্যাকেজ",
)
DAYS = offer_parts.either(
    r"days?|nights?|jours?|nuits?|nuitées?|d[ií]as?|noches?",
    r"дн(?:я|ей)|день|дни|сут|ноч",
    r"أيام|ايام|يوم|ليال|ليلة",
    r"दिन|रात|দিন|রাত",
)
WEEKS = offer_parts.either(r"weeks?|semaines?|semanas?", r"недел", r"أسابيع|أسبوع", r"हफ़्त|हफ्त|सप्ताह|সপ্তাহ")

_SENTENCE = re.compile(
    r"(?<![0-9])(?<!(?i:тыс|руб|inj))(?<!(?i:долл))(?<!(?i:rs))[.](?=\s|$)|(?<![0-9])[;!?।](?=\s|$)|(?<=[0-9])[.;!?।](?=\s+\D|$)|[;!?।]|\n\s*\n"
)
_LINE = re.compile(r"\n")
_BULLET = re.compile(r"\s*(?:[-–]\s+|[•*➢·]\s*|(?=[✅✔✓☑❌✖✗✘🚫]))")
_COMMA = re.compile(
    r"(?<![0-9])[,،]|[,،](?![0-9])|\n|(?<!\w)(?:but|mais|pero|но|а|لكن|ولكن|लेकिन|কিন্তু)(?!\w)", re.IGNORECASE
)
_AND = re.compile(r"(?<!\w)(?:and|et|y|e|и|और|एवं|এবং|ও)(?!\w)|&|\+|(?<!\w)و", re.IGNORECASE)
_BESIDE = re.compile(r"[\s:=(–-]{0,3}")
_NO_PRICE = re.compile(
    r"\s?-?(?:cells?|cellules?|células?|celulas?|клет|خلية|خلايا|कोशिका|सेल|কোষ|patients?|pacientes?|пациент|مريض|"
    r"मरीज|রোগী|[mµ]?g\b|ml\b|iu\b|per\b|/)",
    re.IGNORECASE,
)
_FOR_SO_MANY = re.compile(r"\s?(?:for|pour|por|para|за)\s([0-9]{1,2})(?![0-9.,]|\s?[^\W\d_])", re.IGNORECASE)
_TELEPHONE = re.compile(r"\+[0-9][0-9 ()-]{6,}")
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
    what is included, with a price of their own. `old` are prices that are no more. `is_from` if it only says where
    prices begin.
    """

    totals: tuple[Money, ...] = ()
    each: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    parts: Mapping[Part, Said] = field(default_factory=dict)
    contradictory: tuple[Part, ...] = ()
    unclear: tuple[Part, ...] = ()
    old: tuple[Money, ...] = ()
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
        )


@dataclass
class _Segment:
    """What stands between two commas."""

    text: str
    bullet: Standing
    parts: list[tuple[int, int, Part]]
    marks: list[tuple[int, int, Standing]]
    money: list[Money]


def look(text: str) -> Found:
    """Return what a message says; a text without a price, or in no language of ours, says nothing."""
    plain, old = chat_old.without(folded_digits(text))
    has_currency = any(chat_money.amounts_in(plain))
    standings: dict[Part, set[Standing]] = {}
    amounts: dict[Part, list[Money]] = {}
    totals: list[Money] = []
    named: list[Money] = []
    each: list[str] = []
    own_price: set[Part] = set()
    for sentence in _sentences(plain):
        segments = [_segment(part, has_currency) for one in sentence for part in _after_a_price(one)]
        for part, standing in _standings(segments):
            standings.setdefault(part, set()).add(standing)
        own_price.update(_with_a_price_of_their_own(segments))
        for segment in segments:
            if _sort_money(segment, amounts, totals, named, each) and not segment.marks:
                # "USD 12,000 for 4 injections": that is what the price is for.
                for part in {part for _start, _end, part in segment.parts} & {"cells"}:
                    standings.setdefault(part, set()).add("included")
    unclear = tuple(
        part for part in offer_parts.PARTS if part in own_price and standings.get(part) == {"included"}
    )
    for part in unclear:
        standings.pop(part)
    if named:
        totals = _named(totals, named, amounts)
    if not (totals or amounts or each):
        totals = list(_bare(plain))
    sessions = list(sessions_in(plain, most=MOST))
    if len(set(totals)) > 1 and sessions:
        sessions += _sessions_after_a_price(plain)
    return Found(
        tuple(dict.fromkeys(totals))[:MOST],
        tuple(dict.fromkeys(each))[:MOST],
        tuple(dict.fromkeys(sessions))[:MOST],
        tuple(_days(plain))[:MOST],
        _parts(standings, amounts),
        tuple(part for part in offer_parts.PARTS if len(standings.get(part, ())) > 1),
        unclear,
        old[:MOST],
        bool(FROM.search(plain)),
    )


def _named(totals: list[Money], named: list[Money], amounts: dict[Part, list[Money]]) -> list[Money]:
    """Return what can be the whole price where one is called so; what is less is the price of the cells."""
    most = max(map(chat_old.largest, named))
    found = []
    for money in totals:
        if money in named or chat_old.largest(money) > most:
            found.append(money)
        else:
            amounts.setdefault("cells", []).append(money)
    return found


def _sessions_after_a_price(text: str) -> Iterator[str]:
    """Yield the numbers of "13k for 5"."""
    for _start, end, money in chat_money.places_in(text):
        if chat_old.can_be_a_price(money) and (match := _FOR_SO_MANY.match(text, end)):
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


def _sentences(text: str) -> Iterator[list[str]]:
    """Yield the sentences, each as what stands between its commas; a list of lines goes on below its heading."""
    for block in _SENTENCE.split(text):
        lines = _LINE.split(block)
        kept: list[str] = []
        for line in lines:
            listed = _BULLET.match(line)
            if kept and not listed and not kept[-1].rstrip().endswith((":", "：")):
                yield [part for one in kept for part in _COMMA.split(one)]
                kept = []
            kept.append(line[listed.end() :] if listed else line)
        yield [part for one in kept for part in _COMMA.split(one)]


def _after_a_price(text: str) -> list[str]:
    """Return what stands before and after a colon that follows an amount: "USD 8,500: injections USD 8,000"."""
    before, colon, after = text.partition(":")
    return [before, after] if colon and any(chat_money.amounts_in(before)) else [text]


def _segment(whole: str, has_currency: bool) -> _Segment:
    bullet: Standing = ""
    first = whole.lstrip()[:1]
    if first and first in TICKS + CROSSES:
        bullet = "included" if first in TICKS else "excluded"
    text = whole.replace(first, " ", 1) if bullet else whole
    excluded = [(match.start(), match.end()) for match in EXCLUDED.finditer(text)]
    marks: list[tuple[int, int, Standing]] = []
    for match in INCLUDED.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in excluded):
            marks.append((*match.span(), "included"))
        elif "extra" in match[0].lower() or "additional" in match[0].lower():
            excluded = [span for span in excluded if not match.start() <= span[0] < match.end()]
            marks.append((*match.span(), "included"))
    marks += [(start, end, "excluded") for start, end in excluded]
    parts = sorted(_longest(offer_parts.mentions(text)))
    for match in NEAR.finditer(text):
        if any(start < match.end() and match.start() < end for start, end, _ in marks):
            continue
        beside = [
            one for one in parts if 0 <= one[0] - match.end() <= NEAREST or 0 <= match.start() - one[1] <= 2
        ]
        if len(beside) == 1:
            marks.append((*match.span(), "excluded"))
    return _Segment(text, bullet, parts, sorted(marks), list(_money(text, has_currency)))


def _money(text: str, has_currency: bool) -> Iterator[Money]:
    """Yield the amounts; beside others with a currency also a bare "13k", or "13000 for 5"."""
    for _start, end, money in chat_money.places_in(text):
        is_many = 1 < money.times <= MOST_TIMES or _FOR_SO_MANY.match(text, end)
        if money.currency or (
            has_currency and is_many and chat_old.can_be_a_price(money) and not _NO_PRICE.match(text, end)
        ):
            yield money


def _with_a_price_of_their_own(segments: list[_Segment]) -> Iterator[Part]:
    """Yield parts that "included" is not said of, though it stands before them: they have an amount of their own.

    With an amount for each night or day a part is never included; with another it is where the word follows it, as in
    "hotel USD 500 included", or a tick stands before it.
    """
    before: list[Part] = []
    for segment in segments:
        if segment.money and not TOTAL.search(segment.text):
            at = segment.text.find(segment.money[0].text)
            end = at + len(segment.money[0].text)
            preceding = [one for one in segment.parts if one[0] < at]
            following = [one[2] for one in segment.parts if one[0] >= at]
            if chat_each.is_for_each(segment.text):
                joined = bool(preceding) and bool(_AND.search(segment.text, preceding[-1][1], at))
                if preceding:
                    yield preceding[-1][2]
                if following and (joined or not preceding):
                    yield following[0]
                if not segment.parts:
                    yield from before
            elif preceding and preceding[-1][2] != "cells":
                beside = _BESIDE.fullmatch(segment.text, preceding[-1][1], at)
                said_after = any(end <= start for start, _end, kind in segment.marks if kind == "included")
                if beside and not said_after and segment.bullet != "included":
                    yield preceding[-1][2]
        if segment.parts:
            before = [part for _start, _end, part in segment.parts]


def _longest(found: Iterator[tuple[int, int, Part]]) -> list[tuple[int, int, Part]]:
    """Return those that do not lie inside of a longer one."""
    every = list(found)
    return [
        one
        for one in every
        if not any(
            other != one
            and other[0] <= one[0]
            and one[1] <= other[1]
            and other[1] - other[0] > one[1] - one[0]
            for other in every
        )
    ]


def _standings(segments: list[_Segment]) -> Iterator[tuple[Part, Standing]]:
    """Yield what a sentence says of its parts.

    "Included" after a part is said of it and of those before it without a word of their own, as in "hotel, visa
    included"; before a part it is said of the ones that follow, as in "including hotel, visa".
    """
    going_on: Standing = ""
    waiting: list[Part] = []
    for segment in segments:
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
                yield from ((part, standing) for at, _stop, part in parts if start < at < stop)
            going_on, waiting = marks[-1][2], []


def _sort_money(
    segment: _Segment,
    amounts: dict[Part, list[Money]],
    totals: list[Money],
    named: list[Money],
    each: list[str],
) -> bool:
    """Give the amounts of a segment to the part that they are for, or to those that can be the whole price.

    Return whether they can be the whole price.
    """
    if not segment.money:
        return False
    if chat_each.is_for_each(segment.text):
        each.append(" ".join(segment.text.split())[:80])
        return False
    if TOTAL.search(segment.text):
        named.extend(segment.money)
        totals.extend(segment.money)
        return True
    parts = list(dict.fromkeys(part for _start, _end, part in segment.parts))
    at = segment.text.find(segment.money[0].text)
    before = any(start < at for start, _end, _part in segment.parts)
    marked = any(at < start for start, _end, _standing in segment.marks)
    if len(segment.money) == 1 and len(parts) == 1 and parts[0] != "cells" and (before or not marked):
        amounts.setdefault(parts[0], []).extend(segment.money)
        return False
    totals.extend(segment.money)
    return True


def _bare(text: str) -> Iterator[Money]:
    """Yield numbers without a currency that can be a price, and are no year and no telephone number."""
    for money in chat_money.numbers_in(_TELEPHONE.sub(" ", text)):
        if chat_old.can_be_a_price(money) and not re.fullmatch("[0-9]{8,}", money.figure):
            yield money


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
