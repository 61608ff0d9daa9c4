"""Every section of a price table, read from its TOML table into the values of `pricing.table`.

Each function reads one section with the checks that its own keys and the names it uses need. What is wrong
becomes a problem of the book; the values that come back are used only if there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast, get_args

from pricing.clauses import condition
from pricing.money import plain
from pricing.reading import CODE, Section, nearest, shown
from pricing.table import (
    Amount,
    Charge,
    Choice,
    ChoiceDriver,
    DateDriver,
    Driver,
    Evidence,
    Group,
    Notice,
    NoticeKind,
    NumberDriver,
    OnRequest,
    Package,
    Payment,
    Percent,
    Price,
    Role,
    Rule,
    Stage,
    Tax,
    Tier,
    TierMode,
    Tiers,
    Total,
    UnitPrice,
    YesNoDriver,
)

ZERO = Decimal(0)
HUNDRED = Decimal(100)
ROLES: tuple[Role, ...] = get_args(Role)
NEEDED_ROLES = ROLES[:4]
NOTICE_KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)
EVIDENCE: tuple[Evidence, ...] = get_args(Evidence)
TOTALS: tuple[Total, ...] = get_args(Total)
TIER_MODES: tuple[TierMode, ...] = get_args(TierMode)
PRICES = ("price", *TIER_MODES, "percent", "on_request")
QUANTITY_KEYS = ("per", "times", "included", "block")
MOST_NAMES = 20
"""So many drivers can be multiplied with each other at most."""


@dataclass
class Names:
    """What the sections of a file are called, for looking up what they say of each other."""

    drivers: dict[str, Driver | None] = field(default_factory=dict)
    groups: dict[str, Total] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    charges: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    percents: frozenset[str] = frozenset()
    group_of: Mapping[str, str] = field(default_factory=dict)


def driver(code: str, section: Section, names: Names) -> Driver | None:
    """Read one driver; conditions may name the drivers read so far."""
    kind = section.word("kind", ("choice", "number", "yes_no", "date"), required=True)
    common: dict[str, Any] = {
        "code": code,
        "role": section.word("role", ROLES, required=True),
        "label": section.text("label", required=True),
        "help": section.text("help"),
        "when": condition(section, "when", names.drivers, above=True),
        "unless": condition(section, "unless", names.drivers, above=True),
    }
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
        section.known("default", "choice", "unit", "least", "most", "step", "varies")
    section.close()
    return found


def _choice_driver(section: Section, common: dict[str, Any]) -> ChoiceDriver:
    choices = [_choice(code, entry) for code, entry in section.entries("choice", "choice")]
    offered = [choice.code for choice in choices if choice.offered]
    if not offered:
        section.problem("choice", "no_choices")
    default = section.plain("default")
    if default is not None and default not in offered:
        if default in [choice.code for choice in choices]:
            section.problem("default", "choice_not_offered", given=default)
        else:
            section.problem("default", "unknown_word", given=shown(default), allowed=offered)
    return ChoiceDriver(**common, choices=tuple(choices), default=default)


def _choice(code: str, section: Section) -> Choice:
    offered = section.flag("offered") is not False
    choice = Choice(
        code=code,
        label=section.text("label", required=True) or {},
        note=section.text("note"),
        offered=offered,
        why=section.text("why", required=not offered),
        evidence=section.word("evidence", EVIDENCE),
        basis=section.text("basis"),
    )
    if offered and choice.why is not None:
        section.problem("why", "why_offered")
    section.close()
    return choice


def _number_driver(section: Section, common: dict[str, Any]) -> NumberDriver | None:
    least = section.number("least", required=True, least=ZERO)
    most = section.number("most", required=True, least=ZERO)
    step = section.number("step", above=ZERO)
    unit = section.unit("unit")
    default = section.number("default", least=ZERO)
    less = more = None
    varies = section.section("varies")
    if varies is not None:
        less, more = varies.number("less", least=ZERO), varies.number("more", least=ZERO)
        if not varies.data:
            section.problem("varies", "varies_empty")
        varies.close()
    if least is None or most is None:
        return None
    if least > most:
        section.book.problem(section.place, "least_above_most", least=plain(least), most=plain(most))
        return None
    step = Decimal(1) if step is None else step
    if default is not None:
        if default < least:
            section.problem("default", "below", given=plain(default), least=plain(least))
        elif default > most:
            section.problem("default", "default_above_most", given=plain(default), most=plain(most))
        elif (Fraction(default) - Fraction(least)) % Fraction(step):
            section.problem("default", "off_step", given=plain(default), least=plain(least), step=plain(step))
    return NumberDriver(
        **common, least=least, most=most, step=step, unit=unit, default=default, less=less, more=more
    )


def rule(code: str, section: Section, names: Names) -> Rule:
    """Read one rule of refusal."""
    found = Rule(
        code=code,
        why=section.text("why", required=True) or {},
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
        total=section.word("total", TOTALS) or "provider",
        payee=section.text("payee"),
    )
    section.close()
    return found


def stage(code: str, section: Section) -> Stage:
    """Read one stage."""
    found = Stage(code=code, label=section.text("label", required=True) or {})
    section.close()
    return found


def charge(code: str, section: Section, names: Names) -> Charge | None:
    """Read one charge."""
    common = _common(code, section, names)
    common["billing_code"] = section.plain("billing_code")
    per = tuple(_per(section, names))
    times = section.number("times", above=ZERO)
    included = section.number("included", least=ZERO)
    block = section.number("block", above=ZERO)
    price = _price(code, section, names)
    at_least, at_most = section.amount("at_least"), section.amount("at_most")
    _check_bounds(section, at_least, at_most)
    section.close()
    if price is None:
        return None
    return Charge(
        **common,
        price=price,
        per=per,
        times=Decimal(1) if times is None else times,
        included=included or ZERO,
        block=block,
        at_least=at_least,
        at_most=at_most,
    )


def _common(code: str, section: Section, names: Names) -> dict[str, Any]:
    """The keys that charges and packages share."""
    return {
        "code": code,
        "label": section.text("label", required=True) or {},
        "group": _name(section, "group", tuple(names.groups), "group", required=True),
        "stage": _name(section, "stage", names.stages, "stage"),
        "when": condition(section, "when", names.drivers),
        "unless": condition(section, "unless", names.drivers),
        "note": section.text("note"),
        "source": section.plain("source"),
    }


def _name(
    section: Section, key: str, known: tuple[str, ...], word: str, required: bool = False
) -> str | None:
    name = section.plain(key, required)
    if name is not None and name not in known:
        _unknown(section, section.at(key), name, known, word)
    return name


def _unknown(section: Section, place: str, name: str, known: tuple[str, ...], word: str) -> None:
    near = nearest(name, known)
    allowed = ", ".join(known) or "–"
    hint = {"en": f"Did you mean “{near}”? Known are: {allowed}." if near else f"Known are: {allowed}."}
    section.book.problem(place, "unknown_name", given=shown(name), word=word, known=hint)


def _per(section: Section, names: Names) -> list[str]:
    found = []
    for place, name in section.names("per"):
        if name not in names.drivers:
            _unknown(section, place, name, _number_drivers(names), "question for a number")
        elif names.drivers[name] is not None and not isinstance(names.drivers[name], NumberDriver):
            section.book.problem(place, "not_a_number_driver", given=name)
        else:
            found.append(name)
    if len(found) > MOST_NAMES:
        section.problem("per", "too_many_names", most=str(MOST_NAMES))
    return found


def _number_drivers(names: Names) -> tuple[str, ...]:
    return tuple(code for code, driver in names.drivers.items() if isinstance(driver, NumberDriver))


def _price(code: str, section: Section, names: Names) -> Price | None:
    """Read the one price of a charge."""
    section.known(*PRICES, "of")
    given = [key for key in PRICES if key in section.data]
    if "of" in section.data and "percent" not in given:
        section.problem("of", "only_with_percent", key="of")
    if not given:
        section.book.problem(section.place, "no_price", allowed=list(PRICES))
        return None
    if len(given) > 1:
        section.book.problem(section.place, "two_prices", given=given)
        return None
    match given[0]:
        case "price":
            amount = section.amount("price", coarse="per" not in section.data)
            return None if amount is None else UnitPrice(amount)
        case "percent":
            for key in QUANTITY_KEYS:
                if key in section.data:
                    section.problem(key, "not_with_percent", key=key)
            percent = section.amount("percent")
            of = _of_charge(code, section, names)
            return None if percent is None else Percent(percent, of)
        case "on_request":
            if section.flag("on_request") is False:
                section.problem("on_request", "on_request_false")
            return OnRequest()
        case mode:
            return Tiers(cast(TierMode, mode), tuple(_tiers(section, mode)))


def _of_charge(code: str, section: Section, names: Names) -> tuple[str, ...]:
    """Names of charges above, packages and groups."""
    position = names.charges.index(code)
    above = names.charges[:position]
    known = (*above, *names.packages, *names.groups)
    found = []
    for place, name in section.names("of", required=True):
        if name in names.charges[position:]:
            section.book.problem(place, "name_below", given=name)
        elif name not in known:
            _unknown(section, place, name, known, "charge, package or group")
        else:
            found.append(name)
    return tuple(found)


def _tiers(section: Section, mode: str) -> list[Tier]:
    given = section.get(mode)
    if not isinstance(given, list) or not given:
        section.problem(mode, "no_tiers")
        return []
    tiers = []
    before = ZERO
    for number, data in enumerate(given):
        tier = Section(section.book, f"{section.at(mode)}[{number}]", data)
        up_to = tier.number("up_to", above=ZERO)
        if up_to is not None:
            if number and up_to <= before:
                tier.problem("up_to", "tier_not_rising", given=plain(up_to), before=plain(before))
            before = max(before, up_to)
        elif number < len(given) - 1 and tier.data and "up_to" not in tier.data:
            tier.problem("up_to", "tier_open")
        price = tier.amount("price", required=True)
        flat = tier.amount("flat")
        if flat is not None and mode == "stairstep":
            tier.problem("flat", "flat_stairstep")
        tier.close()
        if price is not None:
            tiers.append(Tier(up_to, price, flat))
    return tiers


def _check_bounds(section: Section, at_least: Amount | None, at_most: Amount | None) -> None:
    if at_least is None or at_most is None:
        return
    for case in ("low", "likely", "high"):
        lower, upper = getattr(at_least, case), getattr(at_most, case)
        if lower > upper:
            section.book.problem(
                section.place, "at_least_above_at_most", least=plain(lower), most=plain(upper)
            )
            return


def package(code: str, section: Section, names: Names) -> Package | None:
    """Read one package."""
    common = _common(code, section, names)
    price = section.amount("price", required=True, coarse=True)
    covers = _covers(section, names)
    section.close()
    return None if price is None else Package(**common, price=price, covers=tuple(covers))


def _covers(section: Section, names: Names) -> list[tuple[str, Decimal | None]]:
    covers = section.section("covers", required=True)
    found: list[tuple[str, Decimal | None]] = []
    if covers is None:
        return found
    if not covers.data and isinstance(section.data.get("covers"), dict):
        section.problem("covers", "empty_condition")
    for name, units in covers.data.items():
        covers.known(name)
        if name not in names.charges:
            _unknown(section, covers.at(name), name, names.charges, "charge")
        elif name in names.percents:
            covers.problem(name, "covers_percent", given=name)
        elif units == "all":
            found.append((name, None))
        elif isinstance(units, bool) or not isinstance(units, (int, Decimal)):
            covers.problem(name, "covers_units", given=shown(units))
        else:
            number = covers.number(name, above=ZERO)
            if number is not None:
                found.append((name, number))
    return found


def tax(code: str, section: Section, names: Names) -> Tax | None:
    """Read one tax."""
    percent = section.number("percent", required=True, least=ZERO)
    found = None
    of = _of_tax(section, names)
    label = section.text("label", required=True) or {}
    above = section.number("above")
    included = section.flag("included") or False
    when = condition(section, "when", names.drivers)
    unless = condition(section, "unless", names.drivers)
    section.close()
    if percent is not None:
        found = Tax(
            code=code, label=label, percent=percent, of=of, above=above, included=included, when=when, unless=unless
        )  # fmt: skip
    return found


def _of_tax(section: Section, names: Names) -> tuple[str, ...]:
    known = (*names.charges, *names.packages, *names.groups)
    found = []
    totals: dict[Total, None] = {}
    for place, name in section.names("of", required=True):
        if name not in known:
            _unknown(section, place, name, known, "charge, package or group")
            continue
        found.append(name)
        total = names.groups.get(names.group_of.get(name, name))
        if total is not None:
            totals[total] = None
    if len(totals) > 1:
        section.problem("of", "totals_mixed", totals=list(totals))
    return tuple(found)


def payment(code: str, section: Section) -> Payment:
    """Read one payment."""
    amount = section.amount("amount", coarse=True) if not isinstance(section.get("amount"), dict) else None
    if isinstance(section.data.get("amount"), dict):
        section.problem("amount", "not_a_number", given=shown(section.data["amount"]))
    if amount is not None and amount.likely < 0:
        section.problem("amount", "below", given=plain(amount.likely), least="0")
    percent = section.number("percent", least=ZERO)
    if ("amount" in section.data) == ("percent" in section.data):
        section.book.problem(section.place, "payment_amount_or_percent")
    found = Payment(
        code=code,
        label=section.text("label", required=True) or {},
        due=section.text("due", required=True) or {},
        amount=None if amount is None else amount.likely,
        percent=percent,
    )
    section.close()
    return found


def notice(code: str, section: Section, names: Names) -> Notice:
    """Read one notice."""
    link = section.plain("link", longest=500)
    if link is not None and not link.startswith(("https://", "http://")):
        section.problem("link", "bad_link", given=shown(link))
    found = Notice(
        code=code,
        kind=section.word("kind", NOTICE_KINDS, required=True),
        text=section.text("text", required=True) or {},
        link=link,
        when=condition(section, "when", names.drivers),
        unless=condition(section, "unless", names.drivers),
    )
    section.close()
    return found


def is_code(code: str) -> bool:
    """Whether a text can be a code."""
    return CODE.match(code) is not None
