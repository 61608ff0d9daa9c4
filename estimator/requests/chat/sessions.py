"""How many sessions a message speaks of: a number beside a word for sessions or injections, and no guess."""

from __future__ import annotations

import re

from estimator.requests.chat import counts
from estimator.requests.chat.counts import OR
from estimator.requests.chat.meant_sessions import is_meant

WORDS = (
    "sessions?|injections?|infusions?|injs?",
    "s[ée]ances?|perfusions?",
    "sesi[óo]n(?:es)?|inyecci[óo]n(?:es)?|infusi[óo]n(?:es)?|aplicaci[óo]n(?:es)?",
    "сеанс(?:а|ов|ы)?|введени(?:е|я|й|ю)|инъекци(?:я|и|й|ю)|укол(?:а|ов|ы)?",
    "جلسات|جلسة|حقنة|حقنات|حقن|إبرة|ابرة|إبر|ابر",
    "सत्रों|सत्र|सेशन|इंजेक्शन|इन्जेक्शन|सुइयाँ|सुई",
    "সেশন|ইনজেকশন|ইঞ্জেকশন",
)
"""Words for sessions and injections in the languages of patients."""

_EITHER = "|".join(WORDS)
_CELLS = r"(?:(?:(?:uc-?)?mscs?|stem[ -]?cells?)\s{1,2}){0,2}"
_COUNTED = rf"(?:টি\s{{0,2}})?{_CELLS}(?:{_EITHER})(?!\w)"
_BEFORE = re.compile(
    rf"(?<![0-9.,/:+–-])([0-9]{{1,2}})\s{{0,2}}(?:[x×]\s{{0,2}})?{_COUNTED}",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?<!\w)(?:{_EITHER})\s{{0,2}}[:=]\s{{0,2}}([0-9]{{1,2}})(?![0-9.,/:–-]?[0-9])", re.IGNORECASE
)
_ONE_OF_TWO = re.compile(rf"[0-9]{OR}$", re.IGNORECASE)
_TWO = re.compile(
    rf"(?<![0-9.,/:+–-])([0-9]{{1,2}}){OR}([0-9]{{1,2}})\s{{0,2}}{_COUNTED}",
    re.IGNORECASE,
)
_GOING_ON = (
    r"(?:please|pls|thanks|for|but|if|in|at|with|and|depending|max(?:imum)?|i|we|"
    r"merci|svp|s['’]il|pour|mais|si|en|au|avec|et|selon|je|nous|"
    r"gracias|por favor|para|pero|con|y|según|"
    r"пожалуйста|для|но|если|в|с|и|мы|я|моему|моей|"
    r"من|في|مع|لكن|إذا|हों|मेरे|मेरी|चाहिए|लगेंगे|लेकिन|में|तो|আমার|লাগবে|দরকার|চাই|কিন্তু|হলে)(?![\w़-়्-্ািীা])"
    r"|ل\w"
)
"""Words after a number that go on with the sentence, so that what was counted before is what it counts."""

_THEN_ANOTHER = re.compile(
    rf"(?<![0-9.,/:+–-])([0-9]{{1,2}})\s{{0,2}}{_COUNTED}[,،]?{OR}([0-9]{{1,2}})"
    rf"(?=\s{{0,2}}(?:$|[\n,;:?!)…।؛؟]|\.(?![0-9])|(?:{_GOING_ON})))",
    re.IGNORECASE,
)
_LONGEST_OR = 20
"""Number of letters before a number in which another one and "or" are looked for."""


def sessions_in(text: str, *, most: int) -> list[str]:
    """Return the numbers, each once, at most so many; the digits of a text are 0 to 9. One out of two is no number."""
    found = {
        match[1].lstrip("0"): None
        for match in (*_BEFORE.finditer(text), *_AFTER.finditer(text))
        if is_meant(text, *match.span())
        and not _ONE_OF_TWO.search(text, max(0, match.start(1) - _LONGEST_OR), match.start(1))
    }
    return [number for number in found if number][:most]


def alternatives_in(text: str, *, most: int) -> list[str]:
    """Return the numbers between which a message wavers ("2 or 3 sessions"), each once, at most so many."""
    matches = sorted((*_TWO.finditer(text), *_THEN_ANOTHER.finditer(text)), key=re.Match.start)
    meant = (match for match in matches if is_meant(text, *match.span()))
    found = dict.fromkeys(number.lstrip("0") for match in meant for number in match.groups())
    return [number for number in found if number][:most]


def sessions_in_words(text: str, *, most: int) -> list[str]:
    """Return the numbers, also those that stand in words from one to six, or as Arabic writes two of something."""
    return sessions_in(counts.in_digits(text, _EITHER), most=most)


def spoken_of(text: str, *, most: int) -> list[str]:
    """Return every number of sessions that a message speaks of, also in words from one to six, and both of two."""
    plain = counts.in_digits(text, _EITHER)
    found = [*sessions_in(plain, most=most), *alternatives_in(plain, most=most)]
    return list(dict.fromkeys(found))[:most]
