"""Price tables as TOML text: `read` it with every problem at once, `write` it in its one canonical form."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, get_args

from pricing import legal_terms, priced, sections
from pricing.amounts import amounts_of_money
from pricing.currencies import COUNTRIES, MINOR_UNIT
from pricing.money import ZERO, exactly, plain
from pricing.places import below
from pricing.problems import BadTable, Problem
from pricing.reading import FINEST, Book, Section, TooManyProblems, shown
from pricing.sections import NEEDED_ROLES, Names
from pricing.syntax import parsed
from pricing.table import (
    ChoiceDriver,
    Driver,
    Notice,
    Payment,
    Percent,
    PriceTable,
    Provider,
    Rounding,
    Term,
    Tiers,
)
from pricing.writing import written

LONGEST_VERSION = 40
MOST_QUOTE_DAYS = 3_650
MOST_PERCENTS = 200
"""Maximum number of charges in one table that are a percentage of others."""
MOST_LANGUAGES = 100
MOST_STEPS = 4_000_000
"""Maximum number of steps, as `steps_of` counts them, to price one plan of a table."""

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,79}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\Z")
_TIME_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}\Z")


def read(text: str) -> PriceTable:
    """Return the table that a TOML text describes; raises BadTable with every problem of the file at once.

    The problems are in the order of the file. A byte order mark before the text is ignored.
    """
    with exactly():
        text = text.removeprefix("\ufeff")
        book = Book(text)
        table = None
        with suppress(TooManyProblems):
            table = _table(book, Section(book, "", parsed(text)))
        if table is None:
            raise BadTable(sorted(book.problems, key=_in_file))
        return table


def _in_file(problem: Problem) -> tuple[bool, int]:
    return problem.kind == "too_many_problems", problem.line or 0


def write(table: PriceTable) -> str:
    """Return the canonical text of a table: equal tables give equal text, and it reads back as the same table."""
    return table.once("text", lambda: written(table))


def sha256(table: PriceTable) -> str:
    """Return the SHA-256 of a table's canonical text, in hexadecimal."""
    return table.once("sha256", lambda: hashlib.sha256(write(table).encode()).hexdigest())


def steps_of(table: PriceTable) -> int:
    """Return how many amounts are looked at to price one plan, if every package of the table is tried."""
    groups = {group.code for group in table.groups}
    members = Counter([charge.group for charge in table.charges])
    members.update(package.group for package in table.packages)
    taken_of = [charge.price.of for charge in table.charges if isinstance(charge.price, Percent)]
    taken_of += [tax.of for tax in table.taxes]
    named = sum(members[name] if name in groups else 1 for of in taken_of for name in of)
    tiers = sum(len(charge.price.tiers) for charge in table.charges if isinstance(charge.price, Tiers))
    once = len(table.charges) + tiers + named + len(table.stages) * (len(table.taxes) + 1)
    return once * (len(table.packages) + 3)


def _table(book: Book, top: Section) -> PriceTable | None:
    """Read the whole file; None if it has problems."""
    header = _header(book, top)
    names = Names()
    book.all_drivers = _raw(top, "driver").keys()
    drivers: list[Driver] = []
    for code, section in top.entries("driver"):
        driver = names.drivers[code] = sections.driver(code, section, names)
        if driver is not None:
            drivers.append(driver)
    groups = [sections.group(code, section) for code, section in top.entries("group")]
    stages = [sections.stage(code, section) for code, section in top.entries("stage")]
    _look_ahead(top, names)
    rules = [sections.rule(code, section, names) for code, section in top.entries("rule")]
    charges = [priced.charge(code, section, names) for code, section in top.entries("charge")]
    packages = [priced.package(code, section, names) for code, section in top.entries("package")]
    taxes = [priced.tax(code, section, names) for code, section in top.entries("tax")]
    commissions = [priced.commission(code, section, names) for code, section in top.entries("commission")]
    payments = [sections.payment(code, section, names) for code, section in top.entries("payment")]
    notices = [sections.notice(code, section, names) for code, section in top.entries("notice")]
    terms = [legal_terms.term(code, section) for code, section in top.entries("terms")]
    top.close()
    _check_codes(book, top)
    _check_roles(book, top)
    _check_percents(book, names)
    _check_payments(book, payments)
    _check_notices(book, drivers, notices)
    _check_terms(book, terms)
    table = None
    if not book.problems:
        table = PriceTable(
            **header,
            drivers=tuple(drivers),
            rules=tuple(rules),
            groups=tuple(groups),
            stages=tuple(stages),
            charges=tuple(charge for charge in charges if charge),
            packages=tuple(package for package in packages if package),
            taxes=tuple(tax for tax in taxes if tax),
            commissions=tuple(commissions),
            payments=tuple(payments),
            notices=tuple(notices),
            terms=tuple(terms),
        )
        if book.finer:
            table = replace(table, finer=_of_money(book.finer, table))
        _check_steps(book, table)
    return None if book.problems else table


def _look_ahead(top: Section, names: Names) -> None:
    """Collect the codes of groups, stages, charges and packages, before reading what refers to them."""
    charges, packages = _raw(top, "charge"), _raw(top, "package")
    names.groups = {code: _text(entry, "total") or "provider" for code, entry in _raw(top, "group").items()}
    names.stages = frozenset(_raw(top, "stage"))
    names.charges = {code: position for position, code in enumerate(charges)}
    names.packages = frozenset(packages)
    names.percents = frozenset(code for code, entry in charges.items() if "percent" in entry)
    names.group_of = {code: _text(entry, "group") for code, entry in {**charges, **packages}.items()}


def _text(entry: dict[str, Any], key: str) -> str:
    """What stands at a key of an entry that is not read yet; empty if it is no text."""
    given = entry.get(key)
    return given if isinstance(given, str) else ""


def _raw(top: Section, kind: str) -> dict[str, dict[str, Any]]:
    """The coded TOML tables of one kind before they are read; an empty one for what is no table."""
    entries = top.data.get(kind)
    if not isinstance(entries, dict):
        return {}
    return {code: entry if isinstance(entry, dict) else {} for code, entry in entries.items()}


def _header(book: Book, top: Section) -> dict[str, Any]:
    given = top.get("format", required=True)
    if given is not None and (isinstance(given, bool) or given != 1 or not isinstance(given, int)):
        top.problem("format", "wrong_format", given=shown(given))
    book.languages = _languages(top)
    slug = top.plain("table", required=True)
    if slug is not None and not _SLUG.match(slug):
        top.problem("table", "bad_slug", given=shown(slug))
    currency = top.plain("currency", required=True)
    if currency is not None and currency not in MINOR_UNIT:
        top.problem("currency", "bad_currency", given=shown(currency))
    round_to = top.number("round_to", above=ZERO)
    if round_to is None and "round_to" not in top.data:
        round_to = MINOR_UNIT.get(currency or "")
    book.round_to = round_to
    book.minor_unit = MINOR_UNIT.get(currency or "", FINEST)
    zone = top.plain("time_zone", required=True)
    if zone is not None and not _TIME_ZONE.match(zone):
        top.problem("time_zone", "bad_time_zone", given=shown(zone))
    return {
        "table": slug,
        "version": _version(top),
        "valid_from": top.day("valid_from", required=True),
        "currency": currency,
        "round_to": round_to,
        "rounding": top.word("rounding", get_args(Rounding)) or "half-up",
        "languages": book.languages,
        "title": top.text("title", required=True),
        "demo": top.flag("demo") or False,
        "quote_valid_days": top.whole("quote_valid_days", default=30, most=MOST_QUOTE_DAYS),
        "time_zone": zone,
        "source": top.plain("source", lines=True),
        "note": top.plain("note", lines=True),
        "provider": _provider(top),
    }


def _languages(top: Section) -> tuple[str, ...]:
    tags = top.names("languages", required=True)
    if len(tags) > MOST_LANGUAGES:
        top.problem("languages", "too_many_names", most=str(MOST_LANGUAGES))
        tags = tags[:MOST_LANGUAGES]
    for place, tag in tags:
        if not _LANGUAGE.match(tag):
            top.book.problem(place, "bad_language", given=shown(tag))
    return tuple(tag for _, tag in tags)


def _version(top: Section) -> str | None:
    version = top.plain("version", required=True, longest=LONGEST_VERSION)
    if version is not None and not version.isprintable():
        top.problem("version", "not_printable")
    return version


def _provider(top: Section) -> Provider | None:
    section = top.section("provider", required=True)
    if section is None:
        return None
    name = section.plain("name", required=True)
    country = section.plain("country", required=True)
    if country is not None and country not in COUNTRIES:
        section.problem("country", "bad_country", given=shown(country))
    address = section.plain("address", lines=True)
    email, phone = section.plain("email"), section.plain("phone")
    registration, tax_number = section.plain("registration"), section.plain("tax_number")
    section.close()
    return Provider(name or "", country or "", address, email, phone, registration, tax_number)


def _check_codes(book: Book, top: Section) -> None:
    """Report codes that are not unique over groups, charges and packages, at the later place."""
    first: dict[str, str] = {}
    for kind in ("group", "charge", "package"):
        for code in _raw(top, kind):
            if code in first:
                book.problem(below(kind, code), "code_twice", given=shown(code), other=first[code])
            else:
                first[code] = below(kind, code)


def _check_roles(book: Book, top: Section) -> None:
    """Report needed roles without a driver; one with problems of its own counts."""
    roles = [entry.get("role") for entry in _raw(top, "driver").values()]
    for role in NEEDED_ROLES:
        if role not in roles:
            book.problem("driver", "role_missing", role=role, roles=list(NEEDED_ROLES))


def _check_percents(book: Book, names: Names) -> None:
    """Report too many percentages: chained ones need ever more digits."""
    if len(names.percents) > MOST_PERCENTS:
        given = str(len(names.percents))
        book.problem("charge", "too_many_percents", given=given, most=str(MOST_PERCENTS))


def _of_money(written: Mapping[str, str], table: PriceTable) -> dict[str, str]:
    """Return what was written of numbers that are amounts of money, or one case of such an amount."""
    money = {place for place, _amount in amounts_of_money(table)}
    return {
        place: text for place, text in written.items() if place in money or place.rpartition(".")[0] in money
    }


def _check_steps(book: Book, table: PriceTable) -> None:
    """Report a table too expensive to price: every package is tried with every charge, percentage and tax."""
    steps = steps_of(table)
    if steps > MOST_STEPS:
        place = "package" if table.packages else "tax" if table.taxes else "charge"
        book.problem(place, "too_many_steps", given=str(steps), most=str(MOST_STEPS))


def _check_payments(book: Book, payments: list[Payment]) -> None:
    total = sum((payment.percent or ZERO for payment in payments), ZERO)
    if payments and total != 100:
        book.problem("payment", "payments_sum", sum=plain(total))


def _check_notices(book: Book, drivers: list[Driver], notices: list[Notice]) -> None:
    needed = ["not_included", "about_this_estimate"]
    evidence = {
        choice.evidence for driver in drivers if isinstance(driver, ChoiceDriver) for choice in driver.choices
    }
    if evidence - {None, "established"}:
        needed.insert(0, "evidence")
    kinds = {notice.kind for notice in notices}
    for kind in needed:
        if kind not in kinds:
            book.problem("notice", "notice_missing", kind=kind)


def _check_terms(book: Book, terms: list[Term]) -> None:
    for code, kind, other in legal_terms.said_twice(terms):
        book.problem(below("terms", code), "term_twice", kind=kind, other=below("terms", other))
