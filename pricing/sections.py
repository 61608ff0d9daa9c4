"""The sections of a price table that carry no price of their own, read from their TOML tables.

Each function reads one section with the checks that its own keys and the names it uses need. What is wrong
becomes a problem of the book; the values that come back are used only if there is none. `priced` reads the
charges, packages and taxes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

from pricing.clauses import condition
from pricing.money import ZERO, plain
from pricing.reading import AMOUNT_KEYS, Section, is_coarse, shown
from pricing.table import (
    Choice,
    ChoiceDriver,
    DateDriver,
    Driver,
    Evidence,
    Group,
    Notice,
    NoticeKind,
    NumberDriver,
    Payment,
    Role,
    Rule,
    Stage,
    Total,
    YesNoDriver,
)

ROLES: tuple[Role, ...] = get_args(Role)
NEEDED_ROLES = ROLES[:4]
"""Every table asks at least one question of each of these roles."""

_NUMBER_KEYS = ("unit", "least", "most", "step", "varies", "money", "usual", "source")
_NOTICE_KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
_EVIDENCE: tuple[Evidence, ...] = get_args(Evidence)
_TOTALS: tuple[Total, ...] = get_args(Total)
_LONGEST_LINK = 500
MOST_DAYS_BEFORE = 365
"""Maximum number of days that a payment is due before a day."""

_LINK = re.compile(r"https?://[^\s/?#<>\"][^\s<>\"]*\Z")


@dataclass
class Names:
    """What the sections of a file are called, for looking up what they say of each other.

    `drivers` holds None for one that could not be read; `charges` tells at which position each stands.
    """

    drivers: dict[str, Driver | None] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    stages: frozenset[str] = frozenset()
    charges: Mapping[str, int] = field(default_factory=dict)
    packages: frozenset[str] = frozenset()
    percents: frozenset[str] = frozenset()
    group_of: Mapping[str, str] = field(default_factory=dict)


def driver(code: str, section: Section, names: Names) -> Driver | None:
    """Read one driver; conditions may name the drivers read so far."""
    kind = section.word("kind", ("choice", "number", "yes_no", "date"), required=True)
    common: dict[str, Any] = {
        "code": code,
        "role": section.word("role", ROLES, required=True),
        "label": section.text("label", required=True),
        "help": section.text("help", lines=True),
        "when": condition(section, "when", names.drivers, above=True),
        "unless": condition(section, "unless", names.drivers, above=True),
        "open": section.flag("open") or False,
    }
    if common["open"] and "default" in section.data:
        section.book.problem(section.place, "open_with_default")
    found: Driver | None = None
    if kind == "choice":
        found = _choice_driver(section, common)
    elif kind == "number":
        found = _number_driver(section, common)
    elif kind == "yes_no":
        found = YesNoDriver(**common, default=section.flag("default"))
    elif kind == "date":
        found = DateDriver(**common, default=section.day("default"))
    else:
        section.known("default", "choice", *_NUMBER_KEYS)
    section.close()
    return found


def _choice_driver(section: Section, common: dict[str, Any]) -> ChoiceDriver:
    choices = [_choice(code, entry) for code, entry in section.entries("choice")]
    offered = [choice.code for choice in choices if choice.offered]
    if not offered:
        section.problem("choice", "no_choices")
    default = section.plain("default")
    if default is not None and default not in offered:
        if default in [choice.code for choice in choices]:
            section.problem("default", "choice_not_offered", given=default)
        else:
            section.book.unknown(section.at("default"), "word", default, offered)
    return ChoiceDriver(**common, choices=tuple(choices), default=default)


def _choice(code: str, section: Section) -> Choice:
    offered = section.flag("offered") is not False
    choice = Choice(
        code=code,
        label=section.text("label", required=True) or {},
        note=section.text("note", lines=True),
        offered=offered,
        why=section.text("why", required=not offered, lines=True),
        no_charge=section.flag("no_charge") is True,
        evidence=section.word("evidence", _EVIDENCE),
        basis=section.text("basis", lines=True),
    )
    if offered and choice.why is not None:
        section.problem("why", "why_offered")
    section.close()
    return choice


def _number_driver(section: Section, common: dict[str, Any]) -> NumberDriver | None:
    least = section.number("least", required=True, least=ZERO)
    most = section.number("most", required=True, least=ZERO)
    step = section.number("step", above=ZERO)
    money = section.flag("money") or False
    unit = section.unit("unit")
    default = section.number("default", least=ZERO)
    less = more = None
    varies = section.section("varies")
    if varies is not None:
        less, more = varies.number("less", least=ZERO), varies.number("more", least=ZERO)
        if not varies.data:
            section.problem("varies", "varies_empty")
        varies.close()
    range_ = section.section("usual")
    usual = None if range_ is None else section.amount("usual")
    source = section.plain("source", required="usual" in section.data, lines=True)
    if source is not None and "usual" not in section.data:
        section.problem("source", "only_with_usual")
    if least is None or most is None:
        return None
    if least > most:
        section.book.problem(section.place, "least_above_most", least=plain(least), most=plain(most))
        return None
    if step is None:
        step = section.book.minor_unit if money else Decimal(1)
    found = NumberDriver(
        **common,
        least=least,
        most=most,
        step=step,
        unit=unit,
        default=default,
        less=less,
        more=more,
        money=money,
        usual=usual,
        source=source,
    )
    if default is not None:
        _check_answer(section, "default", default, found)
    if range_ is not None and usual is not None:
        for key, number in zip(AMOUNT_KEYS, (usual.low, usual.likely, usual.high), strict=True):
            _check_answer(range_, key, number, found)
    return found


def _check_answer(section: Section, key: str, number: Decimal, driver: NumberDriver) -> None:
    """Report a number of the list that could not be answered to its own question."""
    least, most, step = driver.least, driver.most, driver.step
    if number < least:
        section.problem(key, "below", given=plain(number), least=plain(least))
    elif number > most:
        kind = "default_above_most" if key == "default" else "above_most"
        section.problem(key, kind, given=plain(number), most=plain(most))
    elif (Fraction(number) - Fraction(least)) % Fraction(step):
        section.problem(key, "off_step", given=plain(number), least=plain(least), step=plain(step))


def rule(code: str, section: Section, names: Names) -> Rule:
    """Read one rule of refusal."""
    found = Rule(
        code=code,
        why=section.text("why", required=True, lines=True) or {},
        when=condition(section, "when", names.drivers),
        unless=condition(section, "unless", names.drivers),
    )
    if "when" not in section.data and "unless" not in section.data:
        section.book.problem(section.place, "rule_without_condition")
    section.close()
    return found


def group(code: str, section: Section) -> Group:
    """Read one group."""
    found = Group(
        code=code,
        label=section.text("label", required=True) or {},
        total=section.word("total", _TOTALS) or "provider",
        payee=section.text("payee"),
    )
    section.close()
    return found


def stage(code: str, section: Section) -> Stage:
    """Read one stage."""
    found = Stage(code=code, label=section.text("label", required=True) or {})
    section.close()
    return found


def payment(code: str, section: Section, names: Names) -> Payment:
    """Read one payment."""
    amount = section.number("amount", least=ZERO)
    if amount is not None and not is_coarse(section.book, section.at("amount"), amount):
        amount = None
    percent = section.number("percent", least=ZERO)
    if ("amount" in section.data) == ("percent" in section.data):
        section.book.problem(section.place, "payment_amount_or_percent")
    # A question that could not be read has a problem of its own.
    days = [
        code for code, driver in names.drivers.items() if driver is None or isinstance(driver, DateDriver)
    ]
    before = section.whole("days_before", default=0, most=MOST_DAYS_BEFORE)
    day_of = section.name("day_of", days, required="days_before" in section.data)
    found = Payment(
        code=code,
        label=section.text("label", required=True) or {},
        due=section.text("due", required=True) or {},
        amount=amount,
        percent=percent,
        day_of=day_of,
        days_before=before,
    )
    section.close()
    return found


def notice(code: str, section: Section, names: Names) -> Notice:
    """Read one notice."""
    link = section.plain("link", longest=_LONGEST_LINK)
    if link is not None and not _LINK.match(link):
        section.problem("link", "bad_link", given=shown(link))
    found = Notice(
        code=code,
        kind=section.word("kind", _NOTICE_KINDS, required=True),
        text=section.text("text", required=True, lines=True) or {},
        link=link,
        when=condition(section, "when", names.drivers),
        unless=condition(section, "unless", names.drivers),
    )
    section.close()
    return found
