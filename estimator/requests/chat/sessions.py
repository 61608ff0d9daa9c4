"""How many sessions a message speaks of: a number beside a word for sessions or injections, and no guess."""

from __future__ import annotations

import re

from estimator.requests.chat import counts
from estimator.requests.chat.counts import OR

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
_SOMETHING_ELSE = re.compile(
    r"\s{0,3}(?:(?:of|for|with|de|d['’]|del|pour|avec|para|con|من|के|की)\s{0,2})?(?:l['’]\s?|la\s|le\s|el\s|the\s)?"
    r"(?:(?:my|his|her|ma|sa|mi|su)\s)?"
    r"(?:physio|physical|kin[ée]|fisio|rehab|r[ée]{1,2}(?:habil|[ée]?duc)|ergoth|terapia f|occupational|speech|orthoph|"
    r"logop|hyperbar|oxyg|ox[íi]g|hiperb|massage|masaj|acupun|chimio|quimio|chemo|dialys|di[áa]lis|"
    r"физио|реаб|лфк|массаж|барокам|علاج طبيعي|العلاج الطبيعي|تأهيل|أكسجين|फिजियो|फ़िज़ियो|ফিজিও)"
    r"|\s{0,3}(?:(?:a|per|each|every|par|chaque|por|cada|/)\s{0,2}(?:week|day|month|semaine|jour|mois|semana|d[íi]a|mes)"
    r"(?!\w)|в (?:неделю|день|месяц)|(?:في ال)?أسبوع|أسبوعيا|यوميا|(?:हर|प्रति) ?(?:हफ़्ते|हफ्ते|सप्ताह|दिन)|"
    r"(?:প্রতি|সপ্তাহে))"
    r"|\s{0,3}(?:नहीं|चाहिए नहीं|চাই না|লাগবে না|নয়)",
    re.IGNORECASE,
)
"""What after counted sessions says that they are not of cells, are so many each week, or are not wanted."""

_NOT_WANTED = re.compile(
    r"(?:(?:n['’]t|\bnot)\s{1,2}(?:want|need)(?:\s{1,2}to have)?|"
    r"\bn(?:e\s{1,2}|['’])(?:\w{1,9}\s{1,2}){0,2}(?:veu[xt]|voul\w{1,5}|(?:ai|a|avons|ont|avez) )\s{0,2}(?:pas|plus)"
    r"(?:\s{1,2}besoin)?(?:\s{1,2}(?:de|d['’]|les|des))?|"
    r"\bno\s{1,2}(?:quiero|quiere|queremos|necesit\w{1,5})(?:\s{1,2}(?:las|los))?|"
    r"\bне\s{1,2}(?:хочу|хотим|хочет|нужно|нужны|надо)|لا\s{1,2}(?:أريد|نريد|يريد|تريد)|"
    r"(?:физиотерапии|физио|ЛФК)\s{0,2}[:,–-]?|(?:फिजियो|फ़िज़ियो)\S{0,8}\s{1,2}(?:के|की)|ফিজিও\S{0,10})\s{0,2}$",
    re.IGNORECASE,
)
"""What before a number says that so many sessions are not wanted, or not of cells."""

_LONGEST_BEFORE = 45
"""Number of letters before a number in which that is looked for."""

_LONGEST_OR = 20
"""Number of letters before a number in which another one and "or" are looked for."""


def sessions_in(text: str, *, most: int) -> list[str]:
    """Return the numbers, each once, at most so many; the digits of a text are 0 to 9. One out of two is no number."""
    found = {
        match[1].lstrip("0"): None
        for match in (*_BEFORE.finditer(text), *_AFTER.finditer(text))
        if _is_meant(text, match)
        and not _ONE_OF_TWO.search(text, max(0, match.start(1) - _LONGEST_OR), match.start(1))
    }
    return [number for number in found if number][:most]


def _is_meant(text: str, match: re.Match[str]) -> bool:
    """Whether counted sessions are wanted, and can be of cells."""
    before = text[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
    return not _SOMETHING_ELSE.match(text, match.end()) and not _NOT_WANTED.search(before)


def alternatives_in(text: str, *, most: int) -> list[str]:
    """Return the numbers between which a message wavers ("2 or 3 sessions"), each once, at most so many."""
    matches = sorted((*_TWO.finditer(text), *_THEN_ANOTHER.finditer(text)), key=re.Match.start)
    meant = (match for match in matches if _is_meant(text, match))
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
