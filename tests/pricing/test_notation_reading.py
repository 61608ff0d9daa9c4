"""Reading a table refuses every mistake in it, at its place, on its line and in a helpful sentence."""

from __future__ import annotations

import decimal
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import pricing
from pricing import syntax
from pricing.problems import SENTENCES, Problem
from pricing.reading import MOST_PROBLEMS

CASES = Path(__file__).parent / "cases"
WHOLE = (CASES / "whole-notation.toml").read_text(encoding="utf-8")


def with_change(old: str, new: str) -> str:
    """The table with every word of the notation, and one change in it."""
    assert WHOLE.count(old) >= 1, old
    return WHOLE.replace(old, new, 1)


def problems(text: str) -> list[Problem]:
    with pytest.raises(pricing.BadTable) as refusal:
        pricing.read(text)
    return list(refusal.value.problems)


SLIPS = [
    # The header
    ("format = 1", "format = true", "format", "format 1"),
    ("format = 1", "format = 1.0", "format", "format 1"),
    ("format = 1", "format = 2", "format", "format 1"),
    ('table = "whole-notation"', 'table = "Whole"', "table", "small letters"),
    ('version = "2026-02 (second list)"', 'version = "two\\nlines"', "version", "one line"),
    ('version = "2026-02 (second list)"', 'version = "a\u2067b"', "version", "not printed"),
    ('version = "2026-02 (second list)"', "version = 2", "version", "quotation marks"),
    ("valid_from = 2026-02-01", "valid_from = 2026-02-01T00:00:00Z", "valid_from", "date"),
    ("valid_from = 2026-02-01", 'valid_from = "2026-02-01"', "valid_from", "without quotation marks"),
    ('currency = "USD"', 'currency = "usd"', "currency", "ISO 4217"),
    ('currency = "USD"', 'currency = "XTS"', "currency", "ISO 4217"),
    ("round_to = 0.01", "round_to = 0", "round_to", "above 0"),
    ("round_to = 0.01", "round_to = -1", "round_to", "above 0"),
    ('languages = ["en", "ar"]', 'languages = "en"', "languages", '["'),
    ('languages = ["en", "ar"]', "languages = []", "languages", '["'),
    ('languages = ["en", "ar"]', 'languages = ["en", "ar", "en"]', "languages[2]", "twice"),
    ('languages = ["en", "ar"]', 'languages = ["en", "ar", "Deutsch"]', "languages[2]", "pt-BR"),
    ('languages = ["en", "ar"]', 'languages = ["en", "ar", 3]', "languages[2]", "quotation marks"),
    ("demo = true", 'demo = "true"', "demo", "true nor false"),
    ("demo = true", "demo = 1", "demo", "true nor false"),
    ("quote_valid_days = 14", "quote_valid_days = 0", "quote_valid_days", "from 1 to 3650"),
    ("quote_valid_days = 14", "quote_valid_days = 14.5", "quote_valid_days", "whole number"),
    ("quote_valid_days = 14", "quote_valid_days = 99999", "quote_valid_days", "3650"),
    ("quote_valid_days = 14", "quote_valid_days = true", "quote_valid_days", "whole number"),
    ('time_zone = "Asia/Kolkata"', 'time_zone = "UTC+5:30"', "time_zone", "Asia/Kolkata"),
    ('country = "IN"', 'country = "India"', "provider.country", "ISO 3166"),
    ('country = "IN"', 'country = "UK"', "provider.country", "ISO 3166"),
    ('name = "Example clinic"\n', "", "provider.name", "missing"),
    ("[provider]\n", "[provider]\nfax = 1\n", "provider.fax", "Allowed are"),
    # Texts
    ('"High season"', '"High\\u0000season"', "charge.high_season.label.en", "control character"),
    ('"High season"', '"High\\u009fseason"', "charge.high_season.label.en", "control character"),
    ('"High season"', '"High\\u202eseason"', "charge.high_season.label.en", "control character"),
    ('"High season"', '"High\\ufdd0season"', "charge.high_season.label.en", "control character"),
    ('"High season"', '"High\\U0001fffeseason"', "charge.high_season.label.en", "control character"),
    ('"High season"', '"High\\nseason"', "charge.high_season.label.en", "one line"),
    ('"High season"', '" \u200b "', "charge.high_season.label.en", "empty"),
    ('"High season"', f'"{"a" * 5001}"', "charge.high_season.label.en", "5001"),
    ('label.en = "High season"', 'label = "High season"', "charge.high_season.label", "label.en"),
    ('label.en = "High season"', "label.en = 3", "charge.high_season.label.en", "quotation marks"),
    ('label.en = "High season"', 'label.ar = "موسم"', "charge.high_season.label.en", "main language"),
    ('label.en = "High season"', 'label.en.short = "x"', "charge.high_season.label.en", "quotation marks"),
    ('unit.en = "session"', 'unit.en = { one = "session" }', "driver.sessions.unit.en.other", "missing"),
    ('unit.en = "session"', 'unit.en = { other = "a", plural = "b" }', "driver.sessions.unit.en.plural", "few"),
    ('unit.ar = "جلسة"', "unit.ar = 1", "driver.sessions.unit.ar", "quotation marks"),
    ('"https://example.org/evidence"', '"javascript:alert(1)"', "notice.evidence.link", "https://"),
    ('"https://example.org/evidence"', '"https://"', "notice.evidence.link", "https://"),
    ('"https://example.org/evidence"', '"https://example.org/a b"', "notice.evidence.link", "https://"),
    ('billing_code = "LAB-01"', "billing_code = 1", "charge.tests.billing_code", "quotation marks"),
    # Drivers
    ('kind = "yes_no"', 'kind = "yesno"', "driver.rehab.kind", "“yes_no”"),
    ('kind = "yes_no"', "kind = true", "driver.rehab.kind", "yes_no"),
    ("default = false", "default = 0", "driver.rehab.default", "true nor false"),
    ("default = 2026-05-01", "default = 2026-05-01T10:00:00", "driver.arrival.default", "date"),
    ("most = 6\n", "most = true\n", "driver.sessions.most", "not a number"),
    ("most = 6\n", "most = 2026-01-01\n", "driver.sessions.most", "not a number"),
    ("most = 6\n", "most = -6\n", "driver.sessions.most", "0 or more"),
    ("step = 1\n", "step = 0\n", "driver.sessions.step", "above 0"),
    ("varies = { less = 1, more = 1 }", "varies = {}", "driver.sessions.varies", "less"),
    ("varies = { less = 1, more = 1 }", "varies = 1", "driver.sessions.varies", "key = value"),
    ("varies = { less = 1, more = 1 }", "varies = { less = -1 }", "driver.sessions.varies.less", "0 or more"),
    ("default = 0\n", "default = 31\n", "driver.nights.default", "30"),
    ("most = 6\n", "most = 6\ndefault = 0\n", "driver.sessions.default", "1"),
    ('"High season"', f"0.{'1' * 5_000}", "charge.high_season.label.en", "quotation marks"),
    ("least = 1\nmost = 6\n", "least = 7\nmost = 6\n", "driver.sessions", "least"),
    ("most = 6\n", f"most = 0.{'1' * 5_000}\n", "driver.sessions.most", "1"),
    ("default = 0\n", "default = 0.5\n", "driver.nights.default", "steps of 1"),
    ('choice.own.label.en = "Own bone marrow cells"\n', "", "driver.cells.choice.own.label.en", "main language"),
    ("choice.ipsc.offered", "choice.ipsc.no_charge = 1\nchoice.ipsc.offered", "driver.cells.choice.ipsc.no_charge", ""),
    ("choice.ipsc.offered = false", "choice.ipsc.offered = true", "driver.cells.choice.ipsc.why", "offered"),
    ('choice.ipsc.why.en = "Only in a clinical trial."\n', "", "driver.cells.choice.ipsc.why", "missing"),
    ("[driver.cells]", '[driver.cells]\ndefault = "ipsc"', "driver.cells.default", "not offered"),
    ("[driver.cells]", '[driver.cells]\ndefault = "cordd"', "driver.cells.default", "“cord”"),
    ("[driver.arrival]\n", "[driver.arrival]\nleast = 2026-01-01\n", "driver.arrival.least", "Allowed"),
    # Conditions
    ("when = { rehab = true }", "when = {}", "driver.hours.when", "empty"),
    ("when = { rehab = true }", "when = true", "driver.hours.when", "key = value"),
    ("when = { rehab = true }", "when = { rehab = 1 }", "driver.hours.when.rehab", "true or false"),
    ("when = { rehab = true }", "when = { companion = true }", "driver.hours.when.companion", "above"),
    ("when = { rehab = true }", "when = { hours = 1 }", "driver.hours.when.hours", "above"),
    ('cells = "own", sessions', 'cells = 3, sessions', "rule.own_many.when.cells", "names"),
    ('cells = "own", sessions', 'cells = [], sessions', "rule.own_many.when.cells", "names"),
    ('cells = "own", sessions', 'cells = ["own", "own"], sessions', "rule.own_many.when.cells[1]", "twice"),
    ("sessions = { least = 5 }", "sessions = {}", "rule.own_many.when.sessions", "least"),
    ("sessions = { least = 5 }", 'sessions = "5"', "rule.own_many.when.sessions", "least"),
    ("sessions = { least = 5 }", "sessions = true", "rule.own_many.when.sessions", "least"),
    ("sessions = { least = 5 }", "sessions = [5]", "rule.own_many.when.sessions", "least"),
    ("sessions = { least = 5 }", "sessions = { least = 5, most = 4 }", "rule.own_many.when.sessions", "above most"),
    ("arrival = { months = [12] }", "arrival = 2026-12-01", "charge.high_season.when.arrival", "months"),
    ("arrival = { months = [12] }", "arrival = { months = [] }", "charge.high_season.when.arrival.months", "12"),
    ("arrival = { months = [12] }", "arrival = { months = [true] }", "charge.high_season.when.arrival.months", "12"),
    ("arrival = { months = [12] }", "arrival = { months = 12 }", "charge.high_season.when.arrival.months", "12"),
    ("arrival = { months = [12] }", "arrival = { from = 2026-02-01, to = 2026-01-01 }",
     "charge.high_season.when.arrival", "later"),
    ('when = { cells = "own", sessions = { least = 5 } }\nunless = { companion = true }\n', "",
     "rule.own_many", "when or unless"),
    # Charges
    ("price = 75", "price = 75.001", "charge.high_season.price", "0.01"),
    ("price = 75", "price = nan", "charge.high_season.price", "amount"),
    ("price = 75", "price = 1e999999", "charge.high_season.price", "too many digits"),
    ("price = 75", "price = 1e9999999999999999999", "charge.high_season.price", "too many digits"),
    ("price = 75", "price = 1e-999999", "charge.high_season.price", "too many digits"),
    ("price = 75", "price = 0x" + "f" * 6000, "charge.high_season.price", "too many digits"),
    ("price = 75", "price = 0." + "1" * 9000, "charge.high_season.price", "too many digits"),
    ("price = 75", "price = 1234567890123456789", "charge.high_season.price", "too many digits"),
    ("price = 75", "price = [75]", "charge.high_season.price", "not a number"),
    ("price = 75", "price = { likely = 2, high = 3 }", "charge.high_season.price.low", "missing"),
    ("price = 75", "price = { low = 1, likely = 2 }", "charge.high_season.price.high", "missing"),
    ("price = 75", "price = { low = 1, likely = 2, high = 3, mid = 2 }", "charge.high_season.price.mid", "likely"),
    ("times = 28", "times = 0", "charge.carer.times", "above 0"),
    ("included = 1", "included = -1", "charge.ward.included", "0 or more"),
    ("block = 10", "block = 0", "charge.course.block", "above 0"),
    ('per = ["nights"]', "per = []", "charge.hotel.per", "names"),
    ('per = ["nights"]', 'per = ["nights", "nights"]', "charge.hotel.per[1]", "twice"),
    ('per = ["nights"]', 'per = "rehab"', "charge.hotel.per", "number"),
    ("volume = [{ up_to = 7, price = 300 }, { price = 250 }]", "volume = []", "charge.ward.volume", "tier"),
    ("volume = [{ up_to = 7, price = 300 }, { price = 250 }]", "volume = 300", "charge.ward.volume", "tier"),
    ("volume = [{ up_to = 7, price = 300 }, { price = 250 }]", "volume = [300]", "charge.ward.volume[0]", "key"),
    ("at_most = 2000", "at_most = 50", "charge.coordination", "at_least is 100"),
    ("of = [\"care\", \"hotel\"]", 'of = "care"', "charge.coordination.of", "names"),
    ("of = [\"care\", \"hotel\"]", 'of = ["coordination"]', "charge.coordination.of[0]", "above"),
    ("percent = 10\n", "percent = 100000\n", "charge.buffer.percent", "1000"),
    ("percent = 10\n", "percent = -100000\n", "charge.buffer.percent", "-1000"),
    ("on_request = true", "on_request = false", "charge.interpreter.on_request", "only be true"),
    ("on_request = true", "on_request = 1", "charge.interpreter.on_request", "true nor false"),
    # Packages, taxes, payments
    ('covers = { cell = 2, ward = 7, tests = "all" }', "covers = {}", "package.start.covers", "Name a charge"),
    ('covers = { cell = 2, ward = 7, tests = "all" }', 'covers = ["cell"]', "package.start.covers", "key"),
    ("cell = 2, ward = 7", 'cell = "some", ward = 7', "package.start.covers.cell", "all"),
    ("cell = 2, ward = 7", "cell = 0, ward = 7", "package.start.covers.cell", "above 0"),
    ("cell = 2, ward = 7", "cell = true, ward = 7", "package.start.covers.cell", "all"),
    ("price = 9500", "price = { low = 1, likely = 2.005, high = 3 }", "package.start.price.likely", "0.01"),
    ("percent = 12.5", "percent = { low = 1, likely = 2, high = 3 }", "tax.city.percent", "not a number"),
    ("percent = 12.5", "percent = -1", "tax.city.percent", "0 or more"),
    ("included = true", "included = 12.5", "tax.city.included", "true nor false"),
    ("amount = 1000", "amount = { low = 1, likely = 2, high = 3 }", "payment.deposit.amount", "not a number"),
    ("amount = 1000", "amount = -1", "payment.deposit.amount", "0 or more"),
    ("amount = 1000", "amount = 0.005", "payment.deposit.amount", "0.01"),
    ("amount = 1000", "amount = 1000\npercent = 0", "payment.deposit", "one of the two"),
    # The shape of the file
    ("[tax.city]", "[[tax.city]]", "tax.city", "key"),
    ("[charge.buffer]", '[charge."Buffer 2"]', "charge.Buffer 2", "small letters"),
    ("[charge.buffer]", '[charge."buf.fer"]', 'charge."buf.fer"', "small letters"),
    ("[charge.buffer]", f"[charge.{'b' * 81}]", f"charge.{'b' * 81}", "80"),
    ("[notice.law]", "[notices.law]", "notices", "“notice”"),
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(
    ("old", "new", "place", "words"), SLIPS, ids=[f"{slip[2]}: {slip[3]}" for slip in SLIPS]
)
def test_a_slip_is_told_at_its_place_with_what_is_allowed(old: str, new: str, place: str, words: str) -> None:
    found = problems(with_change(old, new))
    assert [problem.place for problem in found] == [place]
    assert words.lower() in found[0].text.lower()


SYNTAX = [
    # What is changed, at which line of the change and in which column, and what the sentence says.
    ("demo = true", "demo = yes", 1, 8, "quotation marks"),
    ("demo = true", "demo true", 1, 6, "write ="),
    ("demo = true", "demo = ", 1, 8, "is no value"),
    ('currency = "USD"', 'currency = "USD', 1, 16, "not closed"),
    ('currency = "USD"', "currency = 'USD", 1, 16, "not closed"),
    ("price = 310.50", "price = 1,310.50", 1, 10, "1480.00"),
    ("price = 310.50", "price = 310.50 USD", 1, 16, "does not belong"),
    ("price = 310.50", "price = 310.50\nprice = 310.50", 2, 15, "already"),
    ("[charge.buffer]", "[charge.coordination]", 1, 21, "already"),
    ('of = ["care", "journey"]', 'of = ["care" "journey"]', 1, 14, "comma"),
    ('when = { cells = "cord" }', 'when = { cells = "cord"', 1, 24, "bracket"),
    ("[tax.city]", "[tax.city", 1, 10, "bracket"),
    ("[charge.buffer]", "[charge.]", 1, 9, "key is needed"),
    ("[charge.buffer]", "= 3", 1, 1, "does not belong"),
    ("valid_from = 2026-02-01", "valid_from = 2026-02-30", 1, 14, "range"),
    ("price = 75", "price = " + "9" * 6000, 1, 9, "range"),
    ('"High season"', '"High \\season"', 1, None, "backslash"),
    ('"High season"', '"High \\ud800 season"', 1, None, "TOML"),
    ("price = 75", ".".join("p" * 5000) + " = 1", 1, None, "100 parts"),
]

CHANGES = [
    *((old, new) for old, new, *_ in SLIPS),
    *((old, new) for old, new, *_ in SYNTAX),
]
"""Every change of either kind."""


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "words"), SYNTAX, ids=[slip[1][:30] for slip in SYNTAX]
)
def test_what_is_no_toml_is_one_problem_with_line_and_column(
    old: str, new: str, line: int, column: int | None, words: str
) -> None:
    (problem,) = problems(with_change(old, new))
    line += WHOLE[: WHOLE.index(old)].count("\n")
    assert (problem.place, problem.line) == ("", line)
    assert problem.text.startswith(f"Line {line}" + ("" if column is None else f", column {column}:"))
    assert words in problem.text


def test_a_file_that_is_nested_without_end_is_refused() -> None:
    for bomb in ("[" * 50_000, "{ a = " * 50_000):
        (problem,) = problems(with_change("price = 75", f"price = {bomb}"))
        assert problem.kind == "toml_too_deep"


def test_a_file_that_ends_too_early_is_told_with_its_last_line() -> None:
    (problem,) = problems('format = 1\ntable = """never\nclosed\n\n')
    assert problem.line == 3
    assert "not closed" in problem.text


def test_every_problem_of_a_file_is_told_at_once_in_the_order_of_the_file() -> None:
    text = WHOLE
    for old, new in (
        ("demo = true", "demmo = true"),
        ("step = 1\n", "step = 0\n"),
        ("price = 75", "price = '75'"),
    ):
        text = text.replace(old, new, 1)
    found = problems(text)
    assert [problem.place for problem in found] == [
        "demmo",
        "driver.sessions.step",
        "charge.high_season.price",
    ]
    assert [problem.line for problem in found] == [11, 54, 154]


def test_a_missing_key_has_the_line_of_the_table_that_lacks_it() -> None:
    (problem,) = problems(with_change("most = 6\n", ""))
    assert (problem.place, problem.line) == ("driver.sessions.most", 45)


def test_a_misspelt_word_brings_the_nearest_known_one_and_the_allowed_ones() -> None:
    (problem,) = problems(with_change("included = 1", "inclded = 1"))
    assert problem.kind == "misspelt_key"
    assert (
        "“inclded” is not a word of the notation. Did you mean “included”? Allowed are: label,"
        in problem.text
    )
    assert problem.values["near"] == "included"


def test_problems_that_lack_a_line_say_so_and_invent_none() -> None:
    found = problems("")
    assert {problem.line for problem in found} == {None}
    assert {"format", "languages", "provider", "driver", "notice"} <= {problem.place for problem in found}


def test_every_problem_has_a_sentence_whose_values_it_brings() -> None:
    for old, new in CHANGES:
        for problem in problems(with_change(old, new)):
            assert problem.kind in SENTENCES
            assert problem.text.isprintable()


def test_a_file_full_of_mistakes_is_not_listed_without_end() -> None:
    found = problems("".join(f"key_{number} = 1\n" for number in range(5_000)))
    assert len(found) == MOST_PROBLEMS + 1
    assert found[-1].kind == "too_many_problems"


def test_names_of_nothing_in_a_long_list_stay_short_sentences() -> None:
    charges = "".join(
        f'[charge.more_{number}]\nlabel.en = "x"\ngroup = "care"\nprice = 1\n' for number in range(2_000)
    )
    unknown = ", ".join(f'"nothing_{number}"' for number in range(300))
    found = problems(f'{WHOLE}\n{charges}\n[tax.more]\nlabel.en = "x"\npercent = 1\nof = [{unknown}]\n')
    assert len(found) == 300
    assert max(len(problem.text) for problem in found) < 1_000


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("\n[notice.a]\n" * (syntax.MOST_HEADINGS + 1), "too_many_headings"),
        ("\n" * syntax.MOST_LINES, "too_many_lines"),
        ("\n".join(f"a{number}.b.c.d = 1" for number in range(60_000)), "too_many_keys"),
        ("\n".join(f"a{number} . b . c . d = 1" for number in range(60_000)), "too_many_keys"),
        (f"x = {{{', '.join(f'a{number} = 1' for number in range(80_000))}}}", "too_many_keys"),
        (f"x = [{'1,' * 600_000}]", "too_many_keys"),
        (f"x = [{'{a=1},' * 80_000}]", "too_many_keys"),
        ('y = """\\""""\n' + "x.y = 1\n" * 80_000, "too_many_keys"),
    ],
)
def test_a_file_with_too_many_headings_lines_or_keys_is_refused_unread(text: str, kind: str) -> None:
    (problem,) = problems(text)
    assert problem.kind == kind
    assert str(getattr(syntax, kind.removeprefix("too_").upper().replace("MANY", "MOST"))) in problem.text


def test_what_stands_in_texts_and_comments_is_no_key() -> None:
    signs = "a.b = 1, " * 25_000
    assert (
        syntax.parsed(f'# {signs}\nx = """\n{signs}"""\ny = "{signs}"\nz = \'\'\'{signs}\'\'\'\n')["y"]
        == signs
    )


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    (problem,) = problems("#" * 2_000_001)
    assert problem.kind == "too_large"
    assert "2000000" in problem.text


def test_percents_of_percents_have_an_end() -> None:
    more = "".join(
        f'[charge.more_{number}]\nlabel.en = "x"\ngroup = "care"\npercent = 900\nof = ["care"]\n'
        for number in range(200)
    )
    (problem,) = problems(WHOLE + "\n" + more)
    assert (problem.place, problem.kind) == ("charge", "too_many_percents")


@pytest.mark.long
def test_a_table_that_would_take_for_ever_to_price_is_refused() -> None:
    packages = "".join(
        f'[package.more_{number}]\nlabel.en = "x"\ngroup = "care"\nprice = 1\ncovers = {{ ward = 1 }}\n'
        for number in range(1_000)
    )
    taxes = "".join(
        f'[tax.more_{number}]\nlabel.en = "x"\npercent = 1\nof = ["care"]\n' for number in range(1_000)
    )
    (problem,) = problems(WHOLE + packages + taxes)
    assert (problem.place, problem.kind) == ("package", "too_many_steps")
    assert pricing.read(WHOLE + packages)
    assert pricing.read(WHOLE + taxes)
    tiers = ", ".join(f"{{ up_to = {number}, price = 1 }}" for number in range(1, 8_001))
    tiered = f'[charge.tiered]\nlabel.en = "x"\ngroup = "care"\ngraduated = [{tiers}]\n'
    assert pricing.read(WHOLE + tiered)
    (problem,) = problems(WHOLE + tiered + packages)
    assert problem.kind == "too_many_steps"


def test_a_table_has_at_most_a_hundred_languages() -> None:
    tags = [f"a{first}{second}" for first in "abcdefghij" for second in "klmnopqrst"]
    text = with_change('languages = ["en", "ar"]', f"languages = {['en', 'ar', *tags[:98]]}")
    assert len(pricing.read(text).languages) == 100
    (problem,) = problems(with_change('languages = ["en", "ar"]', f"languages = {['en', 'ar', *tags]}"))
    assert (problem.place, problem.kind) == ("languages", "too_many_names")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    assert pricing.read("\ufeff" + WHOLE.replace("\n", "\r\n")) == pricing.read(WHOLE)


@pytest.mark.parametrize(
    "context",
    [
        decimal.Context(prec=1, traps=[]),
        decimal.Context(
            prec=3, Emax=1, Emin=-1, traps=[decimal.Inexact, decimal.Rounded, decimal.FloatOperation]
        ),
    ],
    ids=["coarse", "easily offended"],
)
def test_the_callers_decimal_context_does_not_matter(context: decimal.Context) -> None:
    wanted = pricing.read(WHOLE)
    text = pricing.write(wanted)
    huge = with_change("price = 75", "price = 1e9999999999999999999")
    with decimal.localcontext(context):
        table = pricing.read(WHOLE)
        assert pricing.write(table) == text
        assert [problem.kind for problem in problems(huge)] == ["too_many_digits"]
    assert table == wanted


def test_numbers_are_exact_and_have_one_form() -> None:
    def price(written: str) -> object:
        return pricing.read(with_change("price = 40\n", f"price = {written}\n")).charges[7].price

    assert price("0.506000003000001") == price("0.5060000030000010") != price("0.506000003000002")
    assert str(price("40.00")) == str(price("4e1")) == str(price("40")) == str(price("0x28"))
    assert "-0" not in str(price("-0.0"))


def test_what_is_left_out_takes_the_default_of_the_notation() -> None:
    table = pricing.read((CASES / "defaults-in-dinar.toml").read_text(encoding="utf-8"))
    assert (table.currency, table.round_to, table.rounding) == ("KWD", Decimal("0.001"), "half-up")
    assert (table.quote_valid_days, table.rules, table.packages) == (30, (), ())
    charge = pricing.read(WHOLE).charges[0]
    assert (charge.times, charge.included, charge.per, charge.block) == (1, 0, (), None)


def test_every_word_of_the_notation_arrives() -> None:
    table = pricing.read(WHOLE)
    assert table.valid_from == date(2026, 2, 1)
    assert table.title["ar"] == "كل كلمات الترميز"
    assert [driver.code for driver in table.drivers] == [
        "cells", "sessions", "nights", "rehab", "hours", "companion", "arrival"
    ]  # fmt: skip
    assert [len(part) for part in (table.rules, table.groups, table.stages, table.charges)] == [1, 3, 2, 10]
    assert [len(part) for part in (table.packages, table.taxes, table.payments, table.notices)] == [
        1,
        2,
        3,
        6,
    ]
    assert table.packages[0].covers == (("cell", 2), ("ward", 7), ("tests", None))
