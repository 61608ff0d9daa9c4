"""Who wrote a message, as far as it says so: “my name is …”, or the name that a chat puts before what is copied."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from estimator.requests.chat import lines, relatives

TOLD = (
    "my name is",
    "my name['’]s",
    "je m['’]appelle",
    "mon nom est",
    "me llamo",
    "mi nombre es",
    "меня зовут",
    "мо[её] имя",
    "اسمي(?: هو)?",
    "मेरा नाम",
    "আমার নাম",
)
"""What stands before a name, and before nothing else."""

HINTED = ("i am", "i['’]m", "this is", "je suis", "moi,? c['’]est", "soy")
"""What stands before many other things as well: only words with a capital letter are a name after it."""

OF_PATIENTS = (
    relatives.ENGLISH,
    relatives.FRENCH,
    relatives.SPANISH,
    relatives.RUSSIAN,
    *relatives.FRIENDS,
)
"""What stands before the name of a patient: only words with a capital letter are a name after it."""

_PATIENT = "|".join(OF_PATIENTS)

NAMED_PATIENT = (
    "(?:his|her) name is",
    "(?:il|elle|qui) s['’]appelle",
    "se llama",
    "(?:его|е[её]) зовут",
    "اسمه",
    "اسمها",
    "(?:उसका|उनका|जिनका) नाम",
    "(?:তার|তাঁর|ওর) নাম",
    rf"(?:{_PATIENT})['’]s name is",
    rf"(?:{_PATIENT}),? (?:(?:is|who is|who['’]s) )?(?:called|named)",
    rf"(?:{_PATIENT}),? (?:(?:qui )?(?:s['’]appelle|se nomme)|nommée?|prénommée?|appelée?|du nom de)",
    rf"(?:{_PATIENT}),? (?:(?:que )?se llama|llamad[oa]|de nombre)",
    rf"(?:{_PATIENT}),? по имени",
    rf"(?:{relatives.RUSSIAN_DECLINED}) зовут",
    rf"(?:the name of|le (?:pré)?nom de|el nombre de) (?:{_PATIENT}) (?:is|est|es)",
    rf"имя (?:{relatives.RUSSIAN_DECLINED})(?: —| –| -)?",
    rf"اسم (?:{relatives.ARABIC})(?: هو)?",
    rf"(?:{relatives.ARABIC})،? (?:اسم(?:ه|ها)|[يت]دعى|[يت]سمى)",
    rf"(?:{relatives.HINDI}) (?:का|की) नाम",
    rf"(?:{relatives.BENGALI_GENITIVE}) নাম",
)
"""What stands before the name of a patient, and before nothing else."""

TITLES = "dr|mr|mrs|ms|miss|mme|mlle|sr|sra|prof"

PARTICLES = frozenset("de del la las los da dos di du van von der bin ben ibn al el y abu".split())
"""Small words between those of a name."""

ENDS = frozenset(
    "and from i i'm i’m im we my et je j'ai j’ai nous mon ma y soy tengo vivo mi a и я из мне мы у меня "
    "من و أنا انا وأنا है हैं और मैं আমি এবং ও".split()
)
"""Words that follow a name and are no part of it."""

MOST_WORDS = 4
"""Maximum number of words of a name."""

_WORD = r"[^\s\d.,;:!?…()\[\]{}<>\"“”«»।،؛؟|/\\@_*~]{1,40}"
_SPACE = "[ \t\u00a0]"
_PHRASE = re.compile(
    rf"(?<!\w)(?:(?P<told>{'|'.join(TOLD)})|(?:{'|'.join(HINTED)})){_SPACE}{{0,2}}:?{_SPACE}{{1,3}}"
    rf"(?:(?:{TITLES})\.?{_SPACE}{{1,3}})?",
    re.IGNORECASE,
)
_PHRASE_OF_PATIENT = re.compile(
    rf"(?<!\w)(?:(?P<told>{'|'.join(NAMED_PATIENT)})|(?:{_PATIENT}))"
    rf"(?:{_SPACE}{{0,2}}[(«“\"]{_SPACE}?|,?{_SPACE}{{0,2}}:?{_SPACE}{{1,3}})"
    rf"(?:(?:{TITLES})\.?{_SPACE}{{1,3}})?",
    re.IGNORECASE,
)
_WORDS = re.compile(rf"{_WORD}(?:{_SPACE}{{1,3}}{_WORD}){{0,{2 * MOST_WORDS}}}")


def names_in(text: str, *, most: int) -> list[str]:
    """Return the names by which a message says who wrote it, each once, at most so many; in time linear in the text.

    Where nothing shows how many words belong to a name, the first and the first two are returned.
    """
    return list(dict.fromkeys((*_told(text, most, _PHRASE), *lines.senders(text, most=most))))[:most]


def patients_in(text: str, *, most: int) -> list[str]:
    """Return the names of those for whom somebody asks, “my brother Paul”, each once, at most so many."""
    return list(dict.fromkeys(_told(text, most, _PHRASE_OF_PATIENT)))[:most]


def _told(text: str, most: int, before: re.Pattern[str]) -> Iterator[str]:
    found = 0
    for phrase in before.finditer(text):
        words = _WORDS.match(text, phrase.end())
        if words is None:
            continue
        ended = text[words.end() : words.end() + 1] not in (" ", "\t", "\u00a0")
        names = list(_read(words[0].split(), told=phrase["told"] is not None, ended=ended))
        yield from names
        found += len(names)
        if found >= most:
            return


def _read(words: Sequence[str], *, told: bool, ended: bool) -> Iterator[str]:
    """Yield what may be the name at the beginning of some words; `ended` if their sentence ends behind them."""
    if _is_proper(words[0]):
        yield " ".join(_proper(words))
        return
    if not told:
        return
    end = next((number for number, word in enumerate(words) if _ends(word, first=not number)), None)
    name = words[:end]
    if 0 < len(name) <= MOST_WORDS and (ended or end is not None):
        yield " ".join(name)
    elif name and name[0].lower() == name[0].upper():  # a script without capital letters
        yield name[0]
        yield " ".join(name[:2])


def _proper(words: Sequence[str]) -> Sequence[str]:
    """Return the words with capital letters at the beginning, and the small ones between them."""
    end = 1
    for number, word in enumerate(words[1 : 2 * MOST_WORDS], 1):
        if _is_proper(word) and word.casefold() not in ENDS:
            end = number + 1
        elif word.casefold() not in PARTICLES:
            break
    return words[:end]


def _is_proper(word: str) -> bool:
    return word[0].isupper() and len(word) > 1 and not word.isupper()


def _ends(word: str, *, first: bool) -> bool:
    return word.casefold() in ENDS or (word.startswith("و") and not first)
