"""Prices of a message that are no more: what is struck out, or stands beside "was", "instead of", "old price"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from estimator import figures
from estimator.estimates import offer_parts
from estimator.requests.chat import prices
from estimator.requests.chat.prices import Money

LEAST_BARE = 1_000
"""The least number without a currency that can be a price."""

BEFORE = offer_parts.either(
    r"was|were|it used to be|used to (?:be|cost)|instead of|rather than|in place of|down from|reduced from|"
    r"discounted from|"
    r"au lieu d[eu’']|plutôt que|était|etait|coûtait|"
    r"en (?:lugar|vez) de|era|costaba|valía|rebajad[oa] de",
    r"вместо|был[оаи]?(?!\w)|стоил",
    r"بدلا من|بدلاً من|بدلًا من|بدل|عوضا عن|كانت?(?!ون)|خصم من",
    "",
)
"""Words that say so of the amount that follows them."""

AFTER = offer_parts.either(
    r"crossed out|barrés?|tachad[oa]",
    r"был[оаи]?(?!\w)",
    r"سابقا|سابقًا",
    r"(?:की|के) (?:जगह|बजाय|बदले)|के स्थान पर|(?:(?:का|की|के|में) )?(?:था|थी|थे)(?![\u0900-\u09ff])|"
    r"পরিবর্তে|বদলে|জায়গায়|(?:র )?ছিল",
)
"""Words that say so of the amount before them."""

BESIDE = offer_parts.either(
    r"(?:old|previous|former|earlier) (?:price|rate|cost)|previously|formerly|before discount|(?:before|earlier)|"
    r"(?:ancien|précédent) (?:prix|tarif)|(?:prix|tarif) (?:barré|précédent)|auparavant|"
    r"avant (?:remise|réduction)|avant|"
    r"(?:precio|tarifa) (?:anterior|viej[oa]|antigu[oa])|antes del descuento|antes|anteriormente",
    r"(?:стар|прежн|прошл)\w* (?:цен|стоимост)|раньше|ранее|прежде|до скидки|до акции",
    r"سعر (?:القديم|السابق)|قبل (?:الخصم|التخفيض|العرض)|سابقا|سابقًا|قبل",
    r"पहले|पुरान[ाीे] (?:कीमत|क़ीमत|दाम|रेट)|আগে(?:র)?(?: দাম| মূল্য)?|(?:পুরনো|পুরানো|পুরোনো) (?:দাম|মূল্য)",
)
"""Words that say so of the amount that follows them, or else of the one before."""

USUAL = offer_parts.either(
    r"(?:regular|original|usual|normal|list|initial)(?: price| rate| cost)?|originally|normally|usually|regularly|"
    r"rrp|mrp|(?:prix|tarif) (?:normal|initial|habituel|d[’']origine)|"
    r"(?:precio|tarifa) (?:normal|original|habitual|regular|de lista)",
    r"(?:обычн|первоначальн)\w* (?:цен|стоимост)|обычно",
    r"سعر (?:الأصلي|الاصلي|العادي|الأساسي)",
    r"(?:मूल|असली|सामान्य) (?:कीमत|क़ीमत|दाम)|(?:মূল|আসল|সাধারণ) (?:দাম|মূল্য)",
)
"""Words that say so of the amount that follows them where another is less."""

ONLY_EARLIER = offer_parts.either(
    r"before(?! discount)|earlier|avant(?! (?:remise|réduction))|antes(?! del descuento)",
    r"раньше|ранее|прежде",
    r"قبل(?! (?:الخصم|التخفيض|العرض))",
    r"पहले|আগে",
)
"""Those of these words that also stand beside a payment."""

LEAST_PART = 3
"""A price that stands beside a usual one is at least that one divided by this; less is a part or a deposit."""

NOW = offer_parts.either(
    r"now|today|only|maintenant|aujourd[’']hui|désormais|ahora|hoy",
    r"сейчас|теперь|сегодня",
    r"آن|الآن|حاليا|يوم",
    r"अब|अभी|आज|এখন|আজ",
)
"""Words beside a price that holds."""

_FILL = r"[\s(\[:=\"«“~*–—-]{0,4}"
_SMALL = (
    r"(?:(?:price|rate|cost|of|at|only|just|the|prix|de|à|du|precio|a|el|цена|стоимость|за|سعر|السعر|هو|كان|بـ?|"
    r"कीमत|दाम|थी|था|দাম|মূল্য|ছিল)[\s:=-]{1,3}){0,2}"
)
_FOLLOWS = re.compile(rf"(?:{BEFORE.pattern}){_FILL}{_SMALL}{_FILL}$", re.IGNORECASE)
_BESIDE_FOLLOWS = re.compile(rf"(?:{BESIDE.pattern}){_FILL}{_SMALL}{_FILL}$", re.IGNORECASE)
_USUAL_FOLLOWS = re.compile(rf"(?:{USUAL.pattern}){_FILL}{_SMALL}{_FILL}$", re.IGNORECASE)
_AFTER = re.compile(rf"(?:র|এর)?{_FILL}(?:{AFTER.pattern})", re.IGNORECASE)
_BESIDE = re.compile(
    rf"{_FILL}(?:{BESIDE.pattern})(?=\s?(?:[^\w\s]|$|\n)|\s(?:{NOW.pattern}))", re.IGNORECASE
)
_NOW = re.compile(rf"{_FILL}(?:{NOW.pattern})(?!{_FILL}[^\w\s]?[0-9])", re.IGNORECASE)
_NOWADAYS = re.compile(NOW.pattern, re.IGNORECASE)
_SHARE = re.compile(r"(?:%|half|moiti[ée]|mitad|половина|نصف|आधा|আধা|অর্ধেক)\s{0,2}$", re.IGNORECASE)
_STRUCK = re.compile(r"~\s?(?=[^~\n]*[0-9])([^~\n]{1,40}?)\s?~")
_YEAR = re.compile("(?:19|20)[0-9]{2}")

_BACK = 60
"""Number of letters before an amount that are looked at."""


def without(text: str) -> tuple[str, tuple[Money, ...]]:
    """Return a text without the prices that are no more, and those."""
    old: dict[Money, None] = {}
    for struck in _STRUCK.finditer(text):
        old.update(dict.fromkeys(money for money in prices.numbers_in(struck[1]) if can_be_a_price(money)))
    text = _STRUCK.sub(lambda struck: " " * len(struck[0]), text)
    places = [place for place in prices.places_in(text) if can_be_a_price(place[2])]
    sums = [largest(money) for _start, _end, money in places]
    least = min(sums) if len(sums) > 1 and not _NOWADAYS.search(text) else None
    gone = [place for place in places if _is_old(text, place, least)]
    known = set(gone)
    kept = [place for place in places if place not in known]
    sums = sorted(largest(money) for _start, _end, money in kept)
    gone += [place for place in kept if _is_usual(text, place, sums)]
    for start, end, money in gone:
        old[money] = None
        text = text[:start] + " " * (end - start) + text[end:]
    return text, tuple(old)


def _bounds(text: str, place: tuple[int, int, Money]) -> tuple[int, int]:
    """Return where an amount is, without the spaces around it."""
    start, end, _money = place
    written = text[start:end]
    return start + len(written) - len(written.lstrip()), start + len(written.rstrip())


def _is_old(text: str, place: tuple[int, int, Money], least: Decimal | None) -> bool:
    start, end = _bounds(text, place)
    before = text[max(0, start - _BACK) : start]
    if _FOLLOWS.search(before) or _AFTER.match(text, end):
        return True
    # In "13,500 before, 9,800 now" the word belongs to the first amount.
    follows = _BESIDE_FOLLOWS.search(before)
    found = follows or _BESIDE.match(text, end)
    if not found or (follows and _NOW.match(text, end)):
        return False
    return not ONLY_EARLIER.search(found[0]) or not _is_payment(before[: found.start()], place[2], least)


def _is_payment(before: str, money: Money, least: Decimal | None) -> bool:
    """Whether "before" says when an amount is paid, as in "half before: 6,000, half after: 6,000".

    `least` is the least amount of the message, None if there is no other one, or one that holds "now": an old price is
    not the least.
    """
    return bool(_SHARE.search(before)) or largest(money) == least


def _is_usual(text: str, place: tuple[int, int, Money], sums: Sequence[Decimal]) -> bool:
    """Whether an amount is called the usual one, and another one is less; `sums` are in their order."""
    start, _end = _bounds(text, place)
    if not _USUAL_FOLLOWS.search(text[max(0, start - _BACK) : start]):
        return False
    most = largest(place[2])
    number = bisect_left(sums, most / LEAST_PART)
    return number < len(sums) and sums[number] < most


def can_be_a_price(money: Money) -> bool:
    """Whether it has a currency, or is large enough for a price and no year."""
    return money.has_currency or (largest(money) >= LEAST_BARE and not _YEAR.fullmatch(money.figure))


def largest(money: Money) -> Decimal:
    """Return the largest number that it can be read as; 0 if it is none."""
    return max((one.number for one in figures.readings(money.figure)), default=Decimal(0)) * money.times
