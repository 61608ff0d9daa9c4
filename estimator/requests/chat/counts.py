"""Small numbers that a message writes in words, in the languages of patients, as digits."""

from __future__ import annotations

import re
from functools import cache

from estimator.requests.chat.letters import END

COUNTS = (
    ("one", "один|одну|одного|одна"),
    ("two", "deux|dos", "два|две|двух", "اثنان|اثنين|اثنتان|اثنتين", "दो", "দুই|দু"),
    ("three", "trois|tres", "три|тр[её]х", "ثلاث|ثلاثة", "तीन", "তিন"),
    ("four", "quatre|cuatro", "четыре|четыр[её]х", "أربع|أربعة|اربع|اربعة", "चार", "চার"),
    ("five", "cinq|cinco", "пять|пяти", "خمس|خمسة", "पाँच|पांच", "পাঁচ"),
    ("six", "seis", "шесть|шести", "ست|ستة", "छह|छः|छे", "ছয়|ছয়"),
)
"""Words for the numbers from one to six; "six" is one in French as well."""

ARTICLES = "une|un|una|एक|একটি|একটা|এক"
"""Words for one that are mostly "a": a number only beside another one, or with "alone"."""

TENS = (
    "twenty|thirty|forty|fifty|hundred|vingt|trente|quarante|cinquante|cent|veinte|treinta|cuarenta|cincuenta|"
    "двадцат[ьи]|тридцат[ьи]|сорока?|пят(?:ь|и)десят[аи]?|сто"
)
"""Words before a number that make it a larger one."""

WHOLE = {
    "جلسة واحدة": "1 جلسة",
    "جلست(?:ان|ين)": "2 جلسات",
    "حقنت(?:ان|ين)": "2 حقن",
    "[إا]برت(?:ان|ين)": "2 إبر",
}
"""What Arabic says of one and two: the number stands behind, or in the word itself."""

OR = (
    r"\s{0,2}(?:-|–|to|or(?: else| maybe| perhaps| even)?|till|à|ou(?: bien| peut-être| même)?|voire|"
    r"o(?: bien| tal vez| quizás?)?|a|или(?: даже| может)?|либо|до|أو|او|إلى|या(?: फिर)?|से|অথবা|বা|থেকে)\s{0,2}"
)
"""What stands between two numbers of which one is meant."""

_OF_COUNTED = "(?:টি|টা|টে|টো)?"


_NUMBERS = tuple((number, "|".join(words)) for number, words in enumerate(COUNTS, 1))
_COUNT = re.compile(
    rf"(?<!\w)(?P<tens>(?:{TENS})[\s-]{{1,2}}(?:(?:et|y|and)\s)?)?"
    rf"(?:{'|'.join(f'(?P<n{number}>{words})' for number, words in _NUMBERS)}){_OF_COUNTED}{END}",
    re.IGNORECASE,
)
_WHOLE = [(re.compile(rf"(?<!\w)(?:ال|[لبو])?{words}{END}"), digits) for words, digits in WHOLE.items()]


_ONE_OR_MORE = re.compile(r"(?<!\w)(جلسة|حقنة|إبرة|ابرة)(?=\s{1,2}(?:أو|او)\s{1,2}[2-6](?!\w))")
"""A word of Arabic that is one of something by itself, before the larger number that is the other possibility."""


def in_digits(text: str, counted: str) -> str:
    """Return a text with the words for one to six as digits; `counted` is a pattern of what is counted."""
    for words, digits in _WHOLE:
        text = words.sub(digits, text)
    text = _ONE_OR_MORE.sub(r"1 \1", text)
    text = _article(counted).sub("1", text)
    return _COUNT.sub(_digit, text)


def _digit(match: re.Match[str]) -> str:
    return match[0] if match["tens"] or not match.lastgroup else match.lastgroup.removeprefix("n")


@cache
def _article(counted: str) -> re.Pattern[str]:
    """Return what finds an article that is a number: "une ou deux séances", "une séance ou deux", "une seule"."""
    every = "|".join(words for _number, words in _NUMBERS)
    another = rf"(?:[1-9]|(?:{every}){_OF_COUNTED}{END})"
    return re.compile(
        rf"(?<!\w)(?:{ARTICLES})(?=\s{{1,2}}(?:(?:{counted})(?!\w))?{OR}{another})"
        rf"|(?<!\w)une?\s(?:seule?)(?=\s{{1,2}}(?:{counted})(?!\w))"
        rf"|(?<!\w)una?\s(?:sol[ao]?)(?=\s{{1,2}}(?:{counted})(?!\w))",
        re.IGNORECASE,
    )
