"""What a message says about the patient: the level of an injury and an age, where they stand plainly."""

from __future__ import annotations

import re

from estimator.wording.injury import LEVELS

OLDEST = 120
"""A larger number is no age of anybody."""

_LETTERS = {"D": "T", "Th": "T", "С": "C", "Т": "T"}
"""What stands for the letters of levels: French and Spanish name the thoracic ones dorsal; the last are Cyrillic."""

_LEVEL = re.compile(r"(?<!\w)(?<![^\W\d]-)(Th|[CTLSDСТ])[ -]?([0-9]{1,2})(?!\w|[.,:][0-9])")

_AGE = r"([0-9]{1,3})"
_AGES = re.compile(
    "|".join(
        (
            rf"(?<![\w.,/-]){_AGE}[ -]?(?:years?[ -]old|y/?o\b)",
            rf"\baged?:? {_AGE}(?![\w.,/-]?[0-9])",
            rf"\b(?:j['’ ]?ai|(?<!\by )a|âgée?s? de) {_AGE} ans\b",
            rf"\b(?:tengo|tiene) {_AGE} años\b",
            rf"(?<![\w.,/-]){_AGE} años de edad\b",
            rf"[,(،] ?{_AGE} (?:ans|años|years|лет|سنة|عام[اً]{{0,2}})(?= ?[,.;)،\n]| ?\Z)",
            # A sentence of its own: what is that short, and not so many years, is perhaps how long ago.
            r"(?:\A|[.;!।] {1,2}|\n ?)([1-9][0-9]) (?:ans|años|years|лет|года?|سنة|عام[اً]{0,2}|साल|वर्ष|বছর)"
            r"(?= ?[,.;)،।\n]| ?\Z)",
            rf"\b(?:мне|ему|ей) {_AGE} (?:лет|год|года)\b",
            rf"(?:عمره|عمرها|عمري|العمر) ?:? ?{_AGE}(?![0-9])",
            rf"(?<![\w.,/-]){_AGE} (?:साल|वर्ष) (?:का|की|के) (?:हूँ|हूं|है|हैं|था|थी)(?![\w\u0900-\u0963])",
            rf"(?<![\w.,/-]){_AGE} (?:বছর|বৎসর) (?:বয়সী|বয়সী|বয়স|বয়স)",
            r"\b(?:брату|сестре|отцу|папе|маме|матери|мужу|жене|сыну|дочери|дочке)(?: [А-ЯЁ][а-яё]+){0,2} "
            rf"{_AGE} (?:лет|год|года)\b",
            rf"(?:उम्र|आयु|বয়স|বয়স) ?:? ?{_AGE}(?![0-9])",
        )
    ),
    re.IGNORECASE,
)


def levels_in(text: str, *, most: int) -> list[str]:
    """Return the levels of an injury that a text names, each once, at most so many: "T10"."""
    found = (f"{_LETTERS.get(match[1], match[1])}{int(match[2])}" for match in _LEVEL.finditer(text))
    return [level for level in dict.fromkeys(found) if level in LEVELS][:most]


def ages_in(text: str, *, most: int) -> list[int]:
    """Return the ages that a text tells of somebody, each once, at most so many; how long ago something was is none."""
    found = (int(next(filter(None, match.groups()))) for match in _AGES.finditer(text))
    return [age for age in dict.fromkeys(found) if age <= OLDEST][:most]
