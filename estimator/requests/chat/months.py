"""Months by their names, as a message writes them: in whole or in short, declined, with a year or without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from estimator.i18n import reader as reader_of
from estimator.normal_form import normal_form
from estimator.requests.chat.letters import JOINED

IN_SHORT = ("en", "fr", "es", "ru")
"""Languages in which months are also told in short; "আগ" is "before" as well."""

LANGUAGES = (*IN_SHORT, "ar", "hi", "bn", "de", "pt", "it", "tr")

MORE_NAMES = {
    1: "جانفي كانون_الثاني জানুয়ারী জানুয়ারি",
    2: "fevrier فيفري شباط फरवरी ফেব্রুয়ারী ফেব্রুয়ারি",
    3: "آذار",
    4: "ابريل أفريل نيسان",
    5: "أيار ايار ماي",
    6: "جوان حزيران يونيه",
    7: "جويلية تموز يوليه",
    8: "aout أوت اغسطس آب অগাস্ট",
    9: "sept setiembre أيلول ايلول सितम्बर",
    10: "اكتوبر تشرين_الأول تشرين_الاول अक्टूबर अक्तूबर",
    11: "تشرين_الثاني नवम्बर",
    12: "decembre كانون_الأول كانون_الاول दिसम्बर",
}
"""Names of months as people write them, besides those of the Unicode CLDR."""

ALSO_WORDS = frozenset({"ago"})
"""Names in short that are other words, unless a day stands before them."""

_WORD = re.compile("(?:[^\\W\\d_]|[\u0900-\u0963\u0980-\u09e3])+")
_BENGALI_CASE = re.compile("(?:তে|ের|ে|র)$")
_DAY = re.compile(
    r"(?<![0-9.,:/-])[0-9]{1,2}(?:er|st|nd|rd|th|º|-?го)?[\s.-]{1,2}(?:de\s|of\s)?$", re.IGNORECASE
)
_ONE_DAY = r"(?:(?:le|the|el)\s{1,2})?[0-9]{1,2}(?:er|st|nd|rd|th|º|-?го)?"
_DAYS = re.compile(
    normal_form(
        "NFKC",
        r"(?<![\w.,:/-])(?:(?:between|from|entre|du|del|desde|с|между|بين|من)\s{1,2})?"
        rf"{_ONE_DAY}\s{{0,2}}(?:and|to|till|until|et|au|y|al?|и|по|до|و|إلى|الى|और|से|এবং|ও|থেকে|[-–])\s{{0,2}}"
        rf"{_ONE_DAY}[\s.-]{{1,2}}(?:de\s|of\s)?$",
    ),
    re.IGNORECASE,
)
"""The days between which something is, up to the month; what joins them ends no clause."""

_DAY_AND_YEAR = re.compile(r"\.?\s{1,2}[0-9]{1,2}(?:st|nd|rd|th)?,?\s{1,2}([0-9]{4})(?![0-9])")
_YEAR = re.compile(r"\.?(?:\s{1,3}(?:(?:de|del|of|г\.)\s{0,2})?|[,،]\s{1,3}|-)([0-9]{4})(?!-?[0-9])")
_YEAR_BEFORE = re.compile(
    normal_form("NFKC", r"(?<![0-9.,/:-])((?:19|20)[0-9]{2})\s{0,2}(?:года?у?,?|সালের|সাল|के|साल|में)?\s{1,2}$")
)
_AND_ANOTHER = re.compile(
    r"\.?(?:\s?[-–/]\s?|\s(?:or|to|and|ou|et|à|o|u|a|y|или|и|до|أو|او|إلى|या|से|বা|অথবা|থেকে)\s)"
)
_IN = re.compile(
    rf"(?<![{JOINED}])(?:(?P<since>since|depuis|desde|с|со|منذ)|"
    r"in|by|for|from|until|around|early|mid|late|next|this|last|(?:beginning|end|month) of|"
    r"en|(?:au )?mois de|pour|vers|d['’]ici|à partir de|dès|début|mi|fin|"
    r"para|a partir de|hasta|(?:finales|fines|principios|mediados|mes) de|"
    r"в|во|к|на|начал[аеу]|кон(?:ец|ц[аеу])|середин[аеуы]|"
    r"في|خلال|شهر|بداية|نهاية|[أا]واخر|[أا]وائل|منتصف)(?:\s{1,2}|-)$",
    re.IGNORECASE,
)
_IN_BEHIND = re.compile(
    normal_form("NFKC", rf"\s{{0,2}}(?:(?P<since>से)|में|तक|के महीने|महीने|মাসে|মাসের|নাগাদ)(?![{JOINED}])")
)
_NAME_BEHIND = re.compile(r"\s{1,2}[^\W\d_a-zа-яё][a-zа-яё]")
_LONGEST_BEFORE = 20
"""Number of letters before a month in which a day or a preposition is looked for."""

_LONGEST_DAYS = 45
"""Number of letters before a month in which two days are looked for."""


@dataclass(frozen=True)
class Month:
    """A month that is named from `start` to `end`; `is_said` is False of a word that may be none.

    `since` is whether it is that since which something is.
    """

    start: int
    end: int
    number: int
    year: str | None
    is_said: bool
    since: bool


def months_in(text: str) -> list[Month]:
    """Return the months that a text in its normal form NFKC names, in their order; in time linear in the text.

    Of several that are named together, "March or April 2027", each has the year.
    """
    found: list[Month] = []
    together: list[Month] = []
    for month in _each(text):
        if together and not _AND_ANOTHER.fullmatch(text, together[-1].end, month.start):
            found += _alike(together)
            together = []
        together.append(month)
    return [*found, *_alike(together)]


def _alike(months: list[Month]) -> Iterator[Month]:
    """Yield months that are named together: the year stands behind the last, what speaks of them anywhere."""
    year = months[-1].year if months else None
    is_said, since = any(each.is_said for each in months), any(each.since for each in months)
    for month in months:
        yield replace(month, year=month.year or year, is_said=is_said, since=since)


def _each(text: str) -> Iterator[Month]:
    names = _names()
    words = list(_WORD.finditer(text))
    for place, match in enumerate(words):
        name, end, is_cased = match[0], match.end(), False
        number = names.get(name.casefold())
        if number is None and place + 1 < len(words):
            number = names.get(f"{name} {words[place + 1][0]}")
            end = words[place + 1].end() if number else end
        if number is None and (case := _BENGALI_CASE.search(name)):
            number, is_cased = names.get(name[: case.start()]), True
        if number is None:
            continue
        earliest = max(0, match.start() - _LONGEST_BEFORE)
        days = _DAYS.search(text, max(0, match.start() - _LONGEST_DAYS), match.start())
        day = days or _DAY.search(text, earliest, match.start())
        if name.casefold() in ALSO_WORDS and not day:
            continue
        start = day.start() if day else match.start()
        if dated := _DAY_AND_YEAR.match(text, end) or _YEAR.match(text, end):
            yield Month(start, dated.end(), number, dated[1], is_said=True, since=False)
            continue
        if dated := _YEAR_BEFORE.search(text, earliest, start):
            yield Month(dated.start(), end, number, dated[1], is_said=True, since=False)
            continue
        before, behind = _IN.search(text, earliest, start), _IN_BEHIND.match(text, end)
        since = bool((before and before["since"]) or (behind and behind["since"]))
        is_said = bool(day or before or behind or is_cased) and not _NAME_BEHIND.match(text, end)
        yield Month(
            before.start() if before else start, behind.end() if behind else end, number, None, is_said, since
        )


@cache
def _names() -> dict[str, int]:
    """Return the numbers of months by their names in small letters."""
    found: dict[str, int] = {}
    for tag in LANGUAGES:
        for width in ("wide", "abbreviated") if tag in IN_SHORT else ("wide",):
            for kind in ("format", "stand-alone"):
                for number, name in reader_of(tag).locale.months[kind][width].items():
                    found.setdefault(normal_form("NFKC", name.casefold()).rstrip("."), number)
    for number, name in reader_of("ru").locale.months["format"]["wide"].items():
        for ending in "ею" if name.endswith("я") else "еу":  # "в марте", "к марту"
            found.setdefault(name[:-1] + ending, number)
    for number, names in MORE_NAMES.items():
        for name in normal_form("NFKC", names).split():
            found.setdefault(name.replace("_", " "), number)
    return found
