"""Hypothesis strategies that build sound price tables, and answers to them.

`price_tables()` draws from every word of the notation; `answers_for(table)` draws one possible answer to every
question, so only a rule of the table can refuse them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, get_args

from hypothesis import reject
from hypothesis import strategies as st

from pricing import BadAnswers, estimate
from pricing.breakdown import Breakdown
from pricing.currencies import MINOR_UNIT
from pricing.sections import NEEDED_ROLES
from pricing.table import (
    Amount,
    Charge,
    Choice,
    ChoiceDriver,
    ChoiceIs,
    Commission,
    Condition,
    DateDriver,
    DateIs,
    Driver,
    Evidence,
    FlagIs,
    Group,
    Notice,
    NoticeKind,
    NumberDriver,
    NumberIs,
    OnRequest,
    Package,
    Payment,
    Percent,
    Price,
    PriceTable,
    PrintedField,
    Provider,
    Role,
    Rounding,
    Rule,
    Stage,
    Tax,
    Term,
    TermKind,
    Test,
    Tier,
    TierMode,
    Tiers,
    Total,
    UnitPrice,
    YesNoDriver,
)

Draw = Any
"""What hypothesis hands to a composite strategy."""

LETTERS = st.characters(
    exclude_categories=["Cc", "Cs", "Cn", "Co", "Zl", "Zp"],
    exclude_characters="\u202a\u202b\u202c\u202d\u202e\ufeff\ufffe\uffff",
)
WORDS = st.sampled_from(
    [
        "Ward",
        "جناح",
        'An "inner" quotation',
        "C:\\ward",
        "# no comment",
        "Größe 5 %",
        "病棟",
        "{ = }",
        "x\u200dy",
    ]
)
LINE = WORDS | st.text(LETTERS, min_size=1, max_size=12).map(lambda text: f"a{text}")
LINES = LINE | st.lists(LINE, min_size=2, max_size=3).map("\n".join) | st.just("\tindented\n\n")
DATES = st.dates(date(2000, 1, 1), date(2099, 12, 31))
LANGUAGES = st.sampled_from([("en",), ("en", "ar"), ("ja", "en"), ("pt-BR", "zh-Hant-TW", "es-419")])
PLURALS = st.fixed_dictionaries({"other": LINE}, optional={"one": LINE, "few": LINE, "zero": LINE})


@cache
def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nothing, or something of a strategy."""
    return st.none() | strategy


@cache
def numbers(least: int, most: int, unit: str = "1") -> st.SearchStrategy[Decimal]:
    """Multiples of a unit."""
    return st.integers(least, most).map(lambda number: Decimal(number) * Decimal(unit))


def some(items: Sequence[Any], least: int = 1, most: int = 4) -> st.SearchStrategy[tuple[Any, ...]]:
    """A few different items, in any order."""
    items = tuple(items)
    return st.lists(st.sampled_from(items), min_size=least, max_size=most, unique=True).map(tuple)


def codes(kind: str, number: int) -> list[str]:
    """Different codes for things of one kind; no kind shares one with another."""
    return [f"{kind}_{position}" for position in range(number)]


@cache
@st.composite
def texts(draw: Draw, languages: tuple[str, ...], strategy: st.SearchStrategy[Any] = LINE) -> dict[str, Any]:
    """A text by language, in the main language at least."""
    main, *others = languages
    spoken = [main, *(language for language in others if draw(st.booleans()))]
    return {language: draw(strategy) for language in spoken}


@cache
@st.composite
def amounts(draw: Draw, least: int = -2_000, most: int = 20_000, unit: str = "0.01") -> Amount:
    """An amount in multiples of a unit: one number, or three that rise."""
    if draw(st.booleans()):
        number = draw(numbers(least, most, unit))
        return Amount(number, number, number)
    return Amount(*sorted(draw(numbers(least, most, unit)) for _ in range(3)))


@st.composite
def parts(draw: Draw, driver: Driver) -> Test:
    """What a condition may ask of one driver."""
    if isinstance(driver, ChoiceDriver):
        return ChoiceIs(draw(some([choice.code for choice in driver.choices])))
    if isinstance(driver, YesNoDriver):
        return FlagIs(draw(st.booleans()))
    if isinstance(driver, NumberDriver):
        least, most = sorted(draw(numbers(-2, 12, "0.5")) for _ in range(2))
        return draw(
            st.sampled_from(
                [NumberIs(least, most), NumberIs(least, None), NumberIs(None, most), NumberIs(most, most)]
            )
        )
    months = draw(some(range(1, 13), 0, 3))
    start, end = sorted(draw(DATES) for _ in range(2))
    windows = [(start, end), (start, None), (None, end)] + ([(None, None)] if months else [])
    return DateIs(months, *draw(st.sampled_from(windows)))


@st.composite
def conditions(draw: Draw, drivers: Sequence[Driver]) -> Condition:
    """A condition on one or two drivers."""
    chosen = [drivers[position] for position in draw(some(range(len(drivers)), 1, 2))]
    return tuple((driver.code, draw(parts(driver))) for driver in chosen)


@st.composite
def clauses(draw: Draw, drivers: Sequence[Driver]) -> dict[str, Condition | None]:
    """`when` and `unless`, mostly neither."""
    if not drivers or not draw(st.sampled_from([False, False, True])):
        return {}
    return {"when": draw(optional(conditions(drivers))), "unless": draw(optional(conditions(drivers)))}


@st.composite
def choice_drivers(draw: Draw, languages: tuple[str, ...], common: dict[str, Any]) -> ChoiceDriver:
    choices = []
    for position, code in enumerate(codes("choice", draw(st.integers(1, 4)))):
        offered = position == 0 or draw(st.sampled_from([True, True, False]))
        choices.append(
            Choice(
                code=code,
                label=draw(texts(languages)),
                note=draw(optional(texts(languages, LINES))),
                offered=offered,
                why=None if offered else draw(texts(languages, LINES)),
                no_charge=draw(st.booleans()),
                evidence=draw(optional(st.sampled_from(get_args(Evidence)))),
                basis=draw(optional(texts(languages, LINES))),
            )
        )
    offered_codes = [choice.code for choice in choices if choice.offered]
    default = None if common["open"] else draw(optional(st.sampled_from(offered_codes)))
    return ChoiceDriver(**common, choices=tuple(choices), default=default)


@st.composite
def number_drivers(draw: Draw, languages: tuple[str, ...], common: dict[str, Any]) -> NumberDriver:
    least = draw(numbers(0, 4, "0.5"))
    step = draw(st.sampled_from([Decimal(1), Decimal(1), Decimal("0.5"), Decimal("0.25"), Decimal(3)]))
    money = draw(st.sampled_from([False, False, True]))
    if money:
        step = draw(st.sampled_from([step, Decimal("0.01"), Decimal("0.001")]))
    steps = draw(st.integers(0, 12))
    possible = st.integers(0, steps).map(lambda number: least + number * step)
    usual = draw(
        optional(st.lists(possible, min_size=3, max_size=3).map(lambda three: Amount(*sorted(three))))
    )
    return NumberDriver(
        **common,
        least=least,
        most=least + steps * step + draw(st.sampled_from([Decimal(0), Decimal("0.1")])),
        step=step,
        unit=draw(optional(texts(languages, LINE | PLURALS))),
        default=None if common["open"] else draw(optional(possible)),
        less=draw(optional(numbers(0, 6, "0.5"))),
        more=draw(optional(numbers(0, 6, "0.5"))),
        money=money,
        usual=usual,
        source=None if usual is None else draw(LINES),
    )


@st.composite
def driver_lists(draw: Draw, languages: tuple[str, ...]) -> tuple[Driver, ...]:
    """Drivers of every needed role and a few more, each asked only under conditions on those above it."""
    more = draw(st.lists(st.sampled_from(get_args(Role)), max_size=3))
    roles = draw(st.permutations([*NEEDED_ROLES, *more]))
    found: list[Driver] = []
    for code, role in zip(codes("driver", len(roles)), roles, strict=True):
        common = {
            "code": code,
            "role": role,
            "label": draw(texts(languages)),
            "help": draw(optional(texts(languages, LINES))),
            "open": draw(st.sampled_from([False, False, True])),
            **draw(clauses(found)),
        }
        is_open = common["open"]
        kind = draw(st.sampled_from(["number", "number", "choice", "yes_no", "date"]))
        if kind == "choice":
            found.append(draw(choice_drivers(languages, common)))
        elif kind == "number":
            found.append(draw(number_drivers(languages, common)))
        elif kind == "yes_no":
            default = None if is_open else draw(optional(st.booleans()))
            found.append(YesNoDriver(**common, default=default))
        else:
            found.append(DateDriver(**common, default=None if is_open else draw(optional(DATES))))
    return tuple(found)


@cache
@st.composite
def tiers(draw: Draw) -> Tiers:
    mode = draw(st.sampled_from(get_args(TierMode)))
    ends: list[Decimal | None] = sorted(draw(some([Decimal(n) / 2 for n in range(1, 20)], 1, 3)))
    if draw(st.booleans()):
        ends[-1] = None
    flats = st.none() if mode == "stairstep" else optional(amounts())
    return Tiers(mode, tuple(Tier(end, draw(amounts()), draw(flats)) for end in ends))


@st.composite
def charges(
    draw: Draw, languages: tuple[str, ...], drivers: Sequence[Driver], unit: str, common: dict[str, Any]
) -> Charge:
    """A charge that is not a percent."""
    per: tuple[str, ...] = ()
    multipliers = [driver.code for driver in drivers if isinstance(driver, NumberDriver)]
    if multipliers and draw(st.booleans()):
        per = draw(some(multipliers, 1, 2))
    price: Price
    kind = draw(st.sampled_from(["price", "price", "price", "tiers", "on_request"]))
    if kind == "price":
        price = UnitPrice(draw(amounts(unit="0.001") if per else amounts(unit=unit)))
    else:
        price = draw(tiers()) if kind == "tiers" else OnRequest()
    return Charge(
        **common,
        price=price,
        per=per,
        times=draw(st.just(Decimal(1)) | numbers(1, 20, "0.25")),
        included=draw(st.just(Decimal(0)) | numbers(0, 8, "0.5")),
        block=draw(optional(numbers(1, 10, "0.5"))),
    )


@st.composite
def percents(draw: Draw, names: Sequence[str], common: dict[str, Any]) -> Charge:
    """A charge that is a percent of others."""
    return Charge(**common, price=Percent(draw(amounts(-2_000, 4_000)), draw(some(names))))


@cache
@st.composite
def bounds(draw: Draw) -> dict[str, Amount | None]:
    """`at_least` and `at_most`, mostly neither."""
    if draw(st.booleans()):
        return {}
    lower, upper = draw(optional(amounts(-500, 5_000))), draw(optional(amounts(5_000, 90_000)))
    return {"at_least": lower, "at_most": upper}


@st.composite
def taxes(
    draw: Draw, code: str, languages: tuple[str, ...], drivers: Sequence[Driver], names: Sequence[str]
) -> Tax:
    return Tax(
        code=code,
        label=draw(texts(languages)),
        percent=draw(numbers(0, 300, "0.1")),
        of=draw(some(names)),
        above=draw(optional(numbers(0, 5_000))),
        included=draw(st.booleans()),
        **draw(clauses(drivers)),
    )


@st.composite
def payment_lists(draw: Draw, languages: tuple[str, ...], unit: str) -> tuple[Payment, ...]:
    """No payments, or percents that sum to 100 and fixed amounts in any order."""
    if draw(st.booleans()):
        return ()
    cuts = sorted({0, 1_000, *draw(st.lists(st.integers(0, 1_000), max_size=3))})
    shares: list[dict[str, Decimal]] = [
        {"percent": Decimal(end - start) / 10} for start, end in pairwise(cuts)
    ]
    fixed = draw(st.lists(numbers(0, 20_000, unit), max_size=2))
    parts = draw(st.permutations([*shares, *({"amount": amount} for amount in fixed)]))
    return tuple(
        Payment(code=code, label=draw(texts(languages)), due=draw(texts(languages)), **part)
        for code, part in zip(codes("payment", len(parts)), parts, strict=True)
    )


@st.composite
def notice_lists(draw: Draw, languages: tuple[str, ...], drivers: Sequence[Driver]) -> tuple[Notice, ...]:
    """The notices that every table needs, and others."""
    kinds = ["not_included", "about_this_estimate", "evidence"]
    kinds += draw(st.lists(st.sampled_from(get_args(NoticeKind)), max_size=2))
    links = optional(st.sampled_from(["https://example.org/a?b=1#c", "http://example.org"]))
    return tuple(
        Notice(
            code=code,
            kind=kind,
            text=draw(texts(languages, LINES)),
            link=draw(links),
            **draw(clauses(drivers)),
        )
        for code, kind in zip(codes("notice", len(kinds)), draw(st.permutations(kinds)), strict=True)
    )


@st.composite
def commission_lists(
    draw: Draw,
    languages: tuple[str, ...],
    drivers: Sequence[Driver],
    charges: Sequence[str],
    names: Sequence[str],
    unit: str,
) -> tuple[Commission, ...]:
    """A few commissions, on top of the price and inside of it."""
    found = []
    for code in codes("commission", draw(st.sampled_from([0, 0, 1, 2, 3]))):
        given: dict[str, Any] = {"payee": draw(texts(languages)), "source": draw(optional(LINES))}
        kind = draw(st.sampled_from(["charge", "amount", "percent"]))
        if kind == "charge":
            given["charge"] = draw(st.sampled_from(charges))
        else:
            given |= draw(clauses(drivers))
        if kind == "amount":
            given["amount"] = draw(numbers(1, 2_000, unit))
        elif kind == "percent":
            given |= {"percent": draw(numbers(1, 400, "0.25")), "of": draw(some(names))}
        found.append(Commission(code=code, **given))
    return tuple(found)


@st.composite
def term_lists(draw: Draw, notices: Sequence[Notice]) -> tuple[Term, ...]:
    """Terms of every kind; those that may be said once are."""
    once = {"accept_after", "take_back", "text_form", "overrun"}
    kinds = draw(st.lists(st.sampled_from(get_args(TermKind)), max_size=6))
    kept = [kind for place, kind in enumerate(kinds) if kind not in once or kind not in kinds[:place]]
    found = []
    for code, kind in zip(codes("term", len(kept)), kept, strict=True):
        given: dict[str, Any] = {}
        if kind in ("accept_after", "take_back"):
            given["days"] = draw(st.integers(1, 365))
        elif kind == "overrun":
            given["percent"] = draw(numbers(1, 4_000, "0.25"))
        elif kind == "notice":
            given["notice"] = draw(st.sampled_from([*(notice.code for notice in notices), "absent"]))
        elif kind == "print":
            given["field"] = draw(st.sampled_from(get_args(PrintedField)))
        found.append(Term(code=code, kind=kind, source=draw(LINES), as_of=draw(DATES), **given))
    return tuple(found)


@st.composite
def price_tables(draw: Draw) -> PriceTable:
    """Any sound price table, with a few entries of each kind."""
    languages = draw(LANGUAGES)
    currency = draw(st.sampled_from(["USD", "JPY", "KWD", "INR"]))
    round_to = draw(
        st.sampled_from([MINOR_UNIT[currency], MINOR_UNIT[currency], Decimal("0.05"), Decimal(10)])
    )
    unit = str(round_to)
    drivers = draw(driver_lists(languages))
    groups = tuple(
        Group(
            code=code,
            label=draw(texts(languages)),
            total=draw(st.sampled_from(get_args(Total))),
            payee=draw(optional(texts(languages))),
        )
        for code in codes("group", draw(st.integers(1, 3)))
    )
    stages = tuple(
        Stage(code=code, label=draw(texts(languages))) for code in codes("stage", draw(st.integers(0, 3)))
    )
    package_codes = codes("package", draw(st.integers(0, 2)))

    def common(code: str) -> dict[str, Any]:
        return {
            "code": code,
            "label": draw(texts(languages)),
            "group": draw(st.sampled_from(groups)).code,
            "stage": draw(optional(st.sampled_from([stage.code for stage in stages]))) if stages else None,
            "note": draw(optional(texts(languages, LINES))),
            "source": draw(optional(LINES)),
            **draw(clauses(drivers)),
        }

    found: list[Charge] = []
    for position, code in enumerate(codes("charge", draw(st.integers(1, 6)))):
        ground = {**common(code), **draw(bounds()), "billing_code": draw(optional(LINE))}
        if position and draw(st.sampled_from([True, False, False, False])):
            above = [charge.code for charge in found] + package_codes + [group.code for group in groups]
            found.append(draw(percents(above, ground)))
        else:
            found.append(draw(charges(languages, drivers, unit, ground)))
    coverable = [charge.code for charge in found if not isinstance(charge.price, Percent)]
    packages = tuple(
        Package(
            **common(code),
            price=draw(amounts(unit=unit)),
            covers=tuple(
                (charge, draw(optional(numbers(1, 20, "0.5")))) for charge in draw(some(coverable, 1, 3))
            ),
        )
        for code in package_codes
    )
    total_of = {group.code: group.total for group in groups}
    members: dict[str, list[str]] = {}
    entries: list[Charge | Package] = [*found, *packages]
    for entry in entries:
        members.setdefault(total_of[entry.group], []).append(entry.code)
    for group in groups:
        members.setdefault(group.total, []).append(group.code)
    notices = draw(notice_lists(languages, drivers))
    return PriceTable(
        table=draw(st.sampled_from(["list", "second-list-2"])),
        version=draw(st.sampled_from(["1", "2026-02 (second list)", "版 2"])),
        valid_from=draw(DATES),
        currency=currency,
        round_to=round_to,
        rounding=draw(st.sampled_from(get_args(Rounding))),
        languages=languages,
        title=draw(texts(languages)),
        demo=draw(st.booleans()),
        quote_valid_days=draw(st.sampled_from([30, 1, 90])),
        time_zone=draw(
            st.sampled_from(["UTC", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])
        ),
        source=draw(optional(LINES)),
        note=draw(optional(LINES)),
        provider=Provider(
            draw(LINE),
            "IN",
            draw(optional(LINES)),
            draw(optional(LINE)),
            draw(optional(LINE)),
            draw(optional(LINE)),
            draw(optional(LINE)),
        ),
        drivers=drivers,
        rules=tuple(
            Rule(code=code, why=draw(texts(languages, LINES)), when=draw(conditions(drivers)))
            for code in codes("rule", draw(st.sampled_from([0, 0, 1])))
        ),
        groups=groups,
        stages=stages,
        charges=tuple(found),
        packages=packages,
        taxes=tuple(
            draw(taxes(code, languages, drivers, members[draw(st.sampled_from(sorted(members)))]))
            for code in codes("tax", draw(st.integers(0, 2)))
        ),
        commissions=draw(
            commission_lists(
                languages,
                drivers,
                [charge.code for charge in found],
                [name for names in members.values() for name in names],
                unit,
            )
        ),
        payments=draw(payment_lists(languages, unit)),
        notices=notices,
        terms=draw(term_lists(notices)),
    )


def answers_for(table: PriceTable) -> st.SearchStrategy[dict[str, object]]:
    """Possible answers to every question of a table; those with a default, and open ones, may have no answer."""
    drivers: tuple[Any, ...] = table.drivers
    needed = [driver for driver in drivers if driver.default is None and not driver.open]
    return st.fixed_dictionaries(
        {driver.code: _answer(driver) for driver in needed},
        optional={driver.code: _answer(driver) for driver in drivers if driver not in needed},
    )


PossiblePlan = tuple[PriceTable, dict[str, object], Breakdown]
"""A list, answers to it, and what they come to."""


@st.composite
def possible_plans(draw: Draw) -> PossiblePlan:
    """A list, and a plan that its rules allow."""
    table = draw(price_tables())
    answers = draw(answers_for(table))
    try:
        return table, answers, estimate(table, answers)
    except BadAnswers:
        return reject()


def _answer(driver: Any) -> st.SearchStrategy[Any]:
    if isinstance(driver, ChoiceDriver):
        return st.sampled_from([choice.code for choice in driver.choices if choice.offered])
    if isinstance(driver, NumberDriver):
        steps = int((driver.most - driver.least) / driver.step)
        return st.integers(0, steps).map(lambda number: driver.least + number * driver.step)
    return st.booleans() if isinstance(driver, YesNoDriver) else DATES
