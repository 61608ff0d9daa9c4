"""How complete a message says that an injury is: by its grade, or by a word beside the injury or its level."""

from __future__ import annotations

import re

INCOMPLETE, COMPLETE = "incomplete", "A"
"""Codes of `injury.COMPLETENESS` for what is told without a grade; the only complete grade is A."""

_LETTERS = {"А": "A", "В": "B", "С": "C"}
"""Cyrillic letters that stand for grades."""

_GRADE_OF = r"[\s:=-]{0,2}(?:grade\s|grado\s|score\s|classe?\s|степень\s)?"
_GRADE = re.compile(
    rf"(?<!\w)(?:(?:ASIA|AIS){_GRADE_OF}([A-Da-dАВС])|(?:[Aa]sia|[Aa]is){_GRADE_OF}([A-DАВС]))(?!\w)"
)

_LEVEL = r"(?:Th|[CTDLSСТ])[ -]?[0-9]{1,2}(?:\s?[-–/]\s?(?:Th|[CTDLSСТ])?[ -]?[0-9]{1,2})?"
_OF_SPINE = r"(?:(?:spinal|cord|thoracic|cervical|lumbar|traumatic)\s){0,3}"
_BEHIND = (
    rf"(?:\s(?:(?:at|à|en|au\sniveau|a\snivel)\s)?(?:{_LEVEL}|médullaire|medular|traumati(?:que|ca)|dorsale?|cervicale?|"
    r"lombaire|lumbar|de\sla\smoelle(?:\sépinière)?|(?:de\s(?:la\s)?)?médula(?:\sespinal)?|спинного\sмозга)){0,3}"
)
_WORD = r"(?:(not|non|pas|no|не)\s)?(in|не)?(?:compl[eèé]t[ea]?|полн(?:ое|ая|ый|ой|ого))(?!\w)"
_INJURY = (
    r"(?:injury|sci|l[ée]si[oó]n|parapleg\w{2}|tetrapleg\w{2}|quadripleg\w{2}|(?:para|t[ée]tra)pl[ée]gi(?:e|que)|"
    r"(?:para|tetra|cuadri)plejia|травм[аы]|повреждени[ея]|(?:пара|тетра)плеги[яи])"
)
_SAID = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\w)(in|не)?(?:complete|compl[èe]te|полн(?:ое|ая|ый|ой|ого))\s{_OF_SPINE}{_INJURY}(?!\w)",
        rf"(?<!\w){_INJURY}{_BEHIND},?\s(?:(?:is|was|est|es)\s)?(?:n['’]est\s)?{_WORD}",
        rf"(?<!\w){_LEVEL},?\s{_WORD}",
        r"(?<!\w)و?(?:ال)?(?:[إا]صاب(?:ة|تي|ته|تها)|شلل)(?:\s(?:في\s)?(?:النخاع|الحبل)\sالشوكي|\sنصفي|\sرباعي)?"
        rf"(?:\s(?:الفقرة\s)?{_LEVEL})?،?\s(غير\s)?(?:ال)?(?:كامل[ةه]?|تام[ةه]?)(?!\w)",
        r"(?:(अपूर्ण|अधूरी|आंशिक)|पूर्ण)\s(?:रीढ़\sकी\s(?:हड्डी\sकी\s)?)?चोट",
        rf"(?:चोट|{_LEVEL}),?\s(?:{_LEVEL}\s)?(?:(अपूर्ण|अधूरी|आंशिक)|पूर्ण)",
        r"(?:(অসম্পূর্ণ|আংশিক)|সম্পূর্ণ)\s(?:মেরুদণ্ডের\s)?আঘাত",
        rf"(?:আঘাত(?:টি)?|{_LEVEL}),?\s(?:{_LEVEL}\s)?(?:(অসম্পূর্ণ|আংশিক)|সম্পূর্ণ)",
    )
)


def completeness_in(text: str, *, most: int) -> list[str]:
    """Return the codes of `injury.COMPLETENESS` that a text tells, each once, at most so many; a grade says it all."""
    grades = (next(filter(None, match.groups())).upper() for match in _GRADE.finditer(text))
    told = [_LETTERS.get(grade, grade) for grade in grades]
    if not told:
        found = sorted(
            (match.start(), INCOMPLETE if any(match.groups()) else COMPLETE)
            for pattern in _SAID
            for match in pattern.finditer(text)
        )
        told = [code for _place, code in found]
    return list(dict.fromkeys(told))[:most]
