"""Whether counted sessions are wanted, and can be of cells: many people write of their physiotherapy as well."""

from __future__ import annotations

import re

from estimator.estimates import offer_parts
from estimator.normal_form import normal_form

_OF = (
    r"\s{0,3}(?:(?:of|for|with|de|d['’]|del|pour|avec|para|con|من|के|की)\s{0,2})?"
    r"(?:(?:l['’]|la|le|el|the|my|ma|sa|mi)\s?)?"
)
"""What stands between counted sessions and what they are of."""

_OTHER_TREATMENT = (
    "ergoth|occupational|speech|massage|acupunct|chemo|dialys|hyperbar|oxyg",
    "orthoph|oxyg|chimio",
    "terapia f|logop|masaj|acupun|quimio|di[áa]lis|hiperb|ox[íi]g",
    "массаж|барокам|логопед",
    "أكسجين|مساج",
)
"""How treatments begin that are sold in sessions, besides the rehabilitation whose words `offer_parts` has."""

_SO_OFTEN = (
    r"(?:a|per|each|every|/)\s{0,2}(?:week|day|month)(?!\w)",
    r"(?:par|chaque)\s(?:semaine|jour|mois)(?!\w)",
    r"(?:por|a la|cada)\s(?:semana|d[íi]a|mes)(?!\w)",
    r"в (?:неделю|день|месяц)",
    r"(?:في ال|كل )?(?:أسبوع|يوم)|أسبوعيا|يوميا",
    "(?:हर|प्रति) ?(?:हफ़्ते|हफ्ते|सप्ताह|दिन)",
    "প্রতি|সপ্তাহে",
)
"""What says that so many sessions come again and again."""

_NO = ("नहीं|चाहिए नहीं", "চাই না|লাগবে না|নয়")
"""What says behind sessions that they are not wanted, in languages whose "not" stands last."""

_NOT_WANTED = (
    r"(?:n['’]t|\bnot)\s{1,2}(?:want|need)(?:\s{1,2}to have)?",
    r"\bn(?:e\s{1,2}|['’])(?:\w{1,9}\s{1,2}){0,2}(?:veu[xt]|voul\w{1,5}|(?:ai|a|avons|ont|avez) )\s{0,2}(?:pas|plus)"
    r"(?:\s{1,2}besoin)?(?:\s{1,2}(?:de|d['’]|les|des))?",
    r"\bno\s{1,2}(?:quiero|quiere|queremos|necesit\w{1,5})(?:\s{1,2}(?:las|los))?",
    r"\bне\s{1,2}(?:хочу|хотим|хочет|нужно|нужны|надо)",
    r"لا\s{1,2}(?:أريد|نريد|يريد|تريد)",
    r"(?:физиотерапии|физио|ЛФК)\s{0,2}[:,–-]?",
    r"(?:फिजियो|फ़िज़ियो)\S{0,8}\s{1,2}(?:के|की)|ফিজিও\S{0,10}",
)
"""What before a number says that so many sessions are not wanted, or, in languages that say so before, not of cells."""


def _written(words: str) -> re.Pattern[str]:
    return re.compile(normal_form("NFKC", words), re.IGNORECASE)


_LINK = _written(_OF)
_BEHIND = _written(rf"\s{{0,3}}(?:{'|'.join((*_SO_OFTEN, *_NO))})|{_OF}(?:{'|'.join(_OTHER_TREATMENT)})")
_BEFORE = _written(rf"(?:{'|'.join(_NOT_WANTED)})\s{{0,2}}$")

_LONGEST_BEFORE = 45
"""Number of letters before a number in which it is looked for whether so many are wanted."""


def is_meant(text: str, start: int, end: int) -> bool:
    """Whether the sessions that a text counts from one place to another are wanted, and can be of cells."""
    if _BEHIND.match(text, end) or _BEFORE.search(text[max(0, start - _LONGEST_BEFORE) : start]):
        return False
    link = _LINK.match(text, end)
    return not offer_parts.begins(text, end if link is None else link.end(), "rehabilitation")
