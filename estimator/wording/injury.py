"""What is asked about an injury, and how an answer is to come: the codes that are kept, and what they are called.

Nothing of it changes a price. Each question can be left open, and an open one is called "not answered" everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from estimator.i18n import Reader, lazy_gettext
from estimator.i18n import gettext as _

UNKNOWN = "unknown"

LEVELS: tuple[str, ...] = (
    *(f"C{number}" for number in range(1, 9)),
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
    *(f"S{number}" for number in range(1, 6)),
    UNKNOWN,
)
"""Where the spinal cord is injured, from the neck down."""

COMPLETENESS: Mapping[str, Any] = {
    "A": lazy_gettext("Complete: no feeling and no movement below it (AIS A)"),
    "B": lazy_gettext("Incomplete: some feeling, no movement (AIS B)"),
    "C": lazy_gettext("Incomplete: some movement, mostly too weak to use (AIS C)"),
    "D": lazy_gettext("Incomplete: most movement strong enough to use (AIS D)"),
    "incomplete": lazy_gettext("Incomplete, I do not know the grade"),
    UNKNOWN: lazy_gettext("I do not know"),
}
"""How complete an injury is, by the grades that doctors use (ASIA impairment scale)."""

AGES: Mapping[str, Any] = {
    "0-17": lazy_gettext("Under 18"),
    "18-29": lazy_gettext("18 to 29"),
    "30-39": lazy_gettext("30 to 39"),
    "40-49": lazy_gettext("40 to 49"),
    "50-59": lazy_gettext("50 to 59"),
    "60-69": lazy_gettext("60 to 69"),
    "70+": lazy_gettext("70 or older"),
}
"""Age groups."""

CHANNELS: Mapping[str, Any] = {
    "email": lazy_gettext("By email"),
    "whatsapp": lazy_gettext("By WhatsApp"),
    "telephone": lazy_gettext("By telephone"),
}
"""How somebody wishes to be answered."""


class Told(Protocol):
    """What somebody said about the injury; None was left open."""

    @property
    def injury_level(self) -> str | None: ...
    @property
    def injury_completeness(self) -> str | None: ...
    @property
    def injury_month(self) -> str | None: ...
    @property
    def age_group(self) -> str | None: ...


class Fact(NamedTuple):
    """One question about the injury with its answer; `name` is that of its field."""

    name: str
    label: str
    answer: str


def facts(told: Told, reader: Reader) -> Iterator[Fact]:
    """Word what somebody said about the injury, in the language that is spoken; what was left open says so."""
    yield Fact("injury_level", _("Level of the injury"), level(told.injury_level))
    completeness = told.injury_completeness
    yield Fact("injury_completeness", _("How complete it is"), _called(COMPLETENESS, completeness))
    yield Fact("injury_month", _("When it happened"), month(told.injury_month, reader))
    yield Fact("age_group", _("Age"), _called(AGES, told.age_group))


def age_group(age: int) -> str:
    """Return the group of AGES to which an age in years belongs."""
    return next(group for group in reversed(list(AGES)) if age >= int(group.rstrip("+").partition("-")[0]))


def not_answered() -> str:
    """Say that a question was left open."""
    return _("not answered")


def level(code: str | None) -> str:
    """Say where the injury is."""
    if code is None:
        return not_answered()
    words = {
        "C": _("%(level)s (neck)", level=code),
        "T": _("%(level)s (chest)", level=code),
        "L": _("%(level)s (lower back)", level=code),
        "S": _("%(level)s (sacrum)", level=code),
    }
    return _("I do not know") if code == UNKNOWN else words.get(code[:1], code)


def month(kept: str | None, reader: Reader) -> str:
    """Say in which month, or year, it happened."""
    if kept is None:
        return not_answered()
    return reader.month(kept) if "-" in kept else kept


def channel(code: str | None) -> str:
    """Say how somebody wishes to be answered."""
    return _called(CHANNELS, code)


def _called(words: Mapping[str, Any], code: str | None) -> str:
    return not_answered() if code is None else str(words.get(code, code))
