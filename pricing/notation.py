"""Price tables as TOML text: `read` it with every problem at once, `write` it in its one canonical form."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast, get_args

from pricing import sections
from pricing.currencies import COUNTRIES, MINOR_UNIT
from pricing.money import exactly, plain
from pricing.places import lines_of
from pricing.problems import BadTable, Problem
from pricing.reading import Book, Section, shown
from pricing.sections import NEEDED_ROLES, Names
from pricing.table import ChoiceDriver, Driver, Notice, Payment, PriceTable, Provider, Rounding
from pricing.writing import written

MOST_CHARACTERS = 4_000_000
"""A longer text is not read; a table of 5,000 charges has about a million."""

LONGEST_VERSION = 40
MOST_QUOTE_DAYS = 3_650

_SLUG = re.compile(r"[a-z][a-z0-9-]{0,79}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?\Z")
_TIME_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}\Z")
_SYNTAX_PLACE = re.compile(r"\s*\(at (.*)\)\Z")


def read(text: str) -> PriceTable:
    """Return the table that a TOML text describes; raises BadTable with every problem of the file at once."""
    data = _parsed(text)
    book = Book(lines_of(text))
    table = _table(book, Section(book, "", data))
    if book.problems:
        raise BadTable(book.problems)
    assert table is not None
    return table


def write(table: PriceTable) -> str:
    """Return the canonical text of a table: equal tables give equal text, and it reads back as the same table."""
    text = table.kept.get("text")
    if text is None:
        text = table.kept["text"] = written(table)
    return cast(str, text)


def sha256(table: PriceTable) -> str:
    """Return the SHA-256 of a table's canonical text, in hexadecimal."""
    found = table.kept.get("sha256")
    if found is None:
        found = table.kept["sha256"] = hashlib.sha256(write(table).encode()).hexdigest()
    return cast(str, found)


def _parsed(text: str) -> dict[str, Any]:
    if len(text) > MOST_CHARACTERS:
        values = {"length": str(len(text)), "most": str(MOST_CHARACTERS)}
        raise BadTable([Problem("", None, "too_large", values)])
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadTable([_syntax_problem(str(error), text)]) from None
    except RecursionError:
        raise BadTable([Problem("", None, "syntax", {"what": "it is nested too deeply"})]) from None
    except (ValueError, ArithmeticError):
        # The one thing tomllib lets through: a number or a date that Python itself cannot hold.
        what = "a number or a date in it is out of every range"
        raise BadTable([Problem("", None, "syntax", {"what": what})]) from None


def _syntax_problem(message: str, text: str) -> Problem:
    where = _SYNTAX_PLACE.search(message)
    what = message[: where.start()] if where else message
    place = where.group(1) if where else "line 1, column 1"
    if place == "end of document":
        place = f"line {text.count(chr(10)) + 1}, at the end of the file"
    found = re.search(r"line (\d+)", place)
    line = int(found.group(1)) if found else None
    return Problem("", line, "syntax", {"what": f"{what[:1].lower()}{what[1:]}, {place}"})


def _table(book: Book, top: Section) -> PriceTable | None:
    """Read the whole file; None if something that everything else needs is missing."""
    header = _header(book, top)
    names = Names()
    book.all_drivers = _codes(top, "driver")
    drivers: list[Driver] = []
    for code, section in top.entries("driver", "question"):
        found = sections.driver(code, section, names)
        names.drivers[code] = found
        if found is not None:
            drivers.append(found)
    groups = [sections.group(code, section) for code, section in top.entries("group", "group")]
    names.groups = {group.code: group.total for group in groups}
    stages = [sections.stage(code, section) for code, section in top.entries("stage", "stage")]
    names.stages = tuple(stage.code for stage in stages)
    names.charges, names.packages = _codes(top, "charge"), _codes(top, "package")
    names.percents = frozenset(
        code
        for code in names.charges
        if isinstance(entry := top.data["charge"][code], dict) and "percent" in entry
    )
    names.group_of = {
        code: str(entry.get("group"))
        for kind in ("charge", "package")
        for code in _codes(top, kind)
        if isinstance(entry := top.data[kind][code], dict)
    }
    rules = [sections.rule(code, section, names) for code, section in top.entries("rule", "rule")]
    charges = [sections.charge(code, section, names) for code, section in top.entries("charge", "charge")]
    packages = [sections.package(code, section, names) for code, section in top.entries("package", "package")]
    taxes = [sections.tax(code, section, names) for code, section in top.entries("tax", "tax")]
    payments = [sections.payment(code, section) for code, section in top.entries("payment", "payment")]
    notices = [sections.notice(code, section, names) for code, section in top.entries("notice", "notice")]
    top.close()
    _check_codes(book, names)
    _check_roles(book, top)
    _check_payments(book, payments)
    _check_notices(book, drivers, notices)
    if book.problems:
        return None
    return PriceTable(
        **header,
        drivers=tuple(drivers),
        rules=tuple(rules),
        groups=tuple(groups),
        stages=tuple(stages),
        charges=tuple(charge for charge in charges if charge),
        packages=tuple(package for package in packages if package),
        taxes=tuple(tax for tax in taxes if tax),
        payments=tuple(payments),
        notices=tuple(notices),
    )


def _codes(top: Section, kind: str) -> tuple[str, ...]:
    entries = top.data.get(kind)
    return tuple(entries) if isinstance(entries, dict) else ()


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
    round_to = top.number("round_to", above=Decimal(0))
    if round_to is None and "round_to" not in top.data:
        round_to = MINOR_UNIT.get(currency or "")
    book.round_to = round_to
    zone = top.plain("time_zone", required=True)
    if zone is not None and not _TIME_ZONE.match(zone):
        top.problem("time_zone", "bad_time_zone", given=shown(zone))
    return {
        "table": slug,
        "version": top.plain("version", required=True, longest=LONGEST_VERSION),
        "valid_from": top.day("valid_from", required=True),
        "currency": currency,
        "round_to": round_to,
        "rounding": top.word("rounding", get_args(Rounding)) or "half-up",
        "languages": book.languages,
        "title": top.text("title", required=True),
        "demo": top.flag("demo") or False,
        "quote_valid_days": _quote_days(top),
        "time_zone": zone,
        "source": top.plain("source"),
        "note": top.plain("note"),
        "provider": _provider(top),
    }


def _languages(top: Section) -> tuple[str, ...]:
    tags = top.names("languages", required=True)
    for place, tag in tags:
        if not _LANGUAGE.match(tag):
            top.book.problem(place, "bad_language", given=shown(tag))
    return tuple(tag for _, tag in tags)


def _quote_days(top: Section) -> int:
    days = top.get("quote_valid_days")
    if days is None:
        return 30
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_QUOTE_DAYS:
        top.problem(
            "quote_valid_days", "whole_number", given=shown(days), least="1", most=str(MOST_QUOTE_DAYS)
        )
        return 30
    return days


def _provider(top: Section) -> Provider | None:
    section = top.section("provider", required=True)
    if section is None:
        return None
    name = section.plain("name", required=True)
    country = section.plain("country", required=True)
    if country is not None and country not in COUNTRIES:
        section.problem("country", "bad_country", given=shown(country))
    others = {key: section.plain(key) for key in ("address", "email", "phone", "registration")}
    section.close()
    return None if name is None or country is None else Provider(name, country, **others)


def _check_codes(book: Book, names: Names) -> None:
    """Codes are unique over groups, charges and packages; the later place is the wrong one."""
    kinds: Mapping[str, tuple[str, ...]] = {
        "group": tuple(names.groups),
        "charge": names.charges,
        "package": names.packages,
    }
    first: dict[str, str] = {}
    for kind, codes in kinds.items():
        for code in codes:
            if code in first:
                book.problem(f"{kind}.{code}", "code_twice", given=code, word=first[code])
            first.setdefault(code, kind)


def _check_roles(book: Book, top: Section) -> None:
    """Each needed role has a driver, be it one with problems of its own."""
    entries = [top.data["driver"][code] for code in _codes(top, "driver")]
    roles = {str(entry.get("role")) for entry in entries if isinstance(entry, dict)}
    for role in NEEDED_ROLES:
        if role not in roles:
            book.problem("driver", "role_missing", role=role, roles=list(NEEDED_ROLES))


def _check_payments(book: Book, payments: list[Payment]) -> None:
    with exactly():
        total = sum((payment.percent or Decimal(0) for payment in payments), Decimal(0))
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
