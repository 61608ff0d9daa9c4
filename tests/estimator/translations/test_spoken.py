"""What readers of each language get of its catalogue: the plural form of a number, and amounts in their order."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

import pricing
from estimator import i18n, wording
from estimator.config import Settings
from estimator.marked_text import Sentence
from estimator.normal_form import normal_form
from estimator.wording import sentences
from estimator.wording.rows import ChangedRow, not_in_it
from pricing.table import NumberDriver
from tests.support import apps
from tests.support.apps import Apps
from tests.support.folders import ROOT

TRANSLATIONS = ROOT / "estimator" / "translations"
LANGUAGES = sorted(path.parts[-3] for path in TRANSLATIONS.glob("*/LC_MESSAGES/patients.mo"))
NUMBERS = (0, 1, 2, 3, 5, 7, 11, 18, 21, 99, 100, 103, 1_000_000)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_number_has_the_form_that_the_language_gives_it(
    language: str, settings: Settings, started: Apps
) -> None:
    with (Path(TRANSLATIONS) / language / "LC_MESSAGES" / "patients.mo").open("rb") as file:
        catalogue = gettext.GNUTranslations(file)
    app = started.start(apps.changed(settings, languages=("en", language)))
    with app.test_request_context(), i18n.speaking(i18n.reader(language)):
        for number in NUMBERS:
            wanted = catalogue.ngettext("%(num)s stage", "%(num)s stages", number)
            assert i18n.ngettext("%(num)s stage", "%(num)s stages", number) == wanted % {"num": number}


def test_what_begins_with_an_amount_is_read_in_the_direction_of_the_language() -> None:
    # A browser takes the direction of such a text from its first letter that has one, here that of a currency.
    text = (TRANSLATIONS / "ar" / "LC_MESSAGES" / "patients.po").read_text(encoding="utf-8")
    amounts = r'^msgstr "(\u200f?)%\((?:amount|low|exact|price|new)\)s.*[\u0621-\u064a]'
    found = re.findall(amounts, text, re.MULTILINE)
    assert len(found) > 5
    assert set(found) == {"\N{RIGHT-TO-LEFT MARK}"}


def test_a_draft_of_a_quote_says_in_its_own_language_that_its_number_follows(
    settings: Settings, started: Apps
) -> None:
    app = started.start(apps.changed(settings, languages=("en", "fr")))
    with app.test_request_context(), i18n.speaking(i18n.reader("fr")):
        assert wording.number_follows() == "numéro à venir"


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("fr", "2026-03-01", "1er mars 2026"),
        ("fr", "2026-03-11", "11 mars 2026"),
        ("es", "2026-03-01", "1 de marzo de 2026"),
        ("en", "2026-03-01", "1 March 2026"),
    ],
)
def test_the_first_of_a_month_is_written_as_the_language_writes_it(
    language: str, day: str, said: str
) -> None:
    assert i18n.reader(language).day(day) == said


LISTS = sorted((ROOT / "pricing" / "tables").glob("*.toml"))


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_what_a_shipped_list_says_of_usual_amounts_is_in_the_readers_language(
    path: Path, settings: Settings, started: Apps
) -> None:
    table = pricing.read(path.read_text(encoding="utf-8"))
    app = started.start(apps.changed(settings, languages=("en", *LANGUAGES)))
    for language in LANGUAGES:
        with app.test_request_context(), i18n.speaking(i18n.reader(language)):
            said = [sentences.usual(driver, table, i18n.reader(language)) for driver in table.drivers]
            assert any(said)
            assert [
                each for each in said if isinstance(each, Sentence) or "llustrative" in (each or "")
            ] == []


def test_arabic_numbers_from_eleven_take_the_accusative_and_hundreds_do_not(
    settings: Settings, started: Apps
) -> None:
    app = started.start(apps.changed(settings, languages=("en", "ar")))
    with app.test_request_context(), i18n.speaking(i18n.reader("ar")):
        assert i18n.ngettext("%(num)s change", "%(num)s changes", 11) == "11 تغييرًا"
        assert i18n.ngettext("%(num)s change", "%(num)s changes", 100) == "100 تغيير"
    text = (TRANSLATIONS / "ar" / "LC_MESSAGES" / "patients.po").read_text(encoding="utf-8")
    tanween = "\N{ARABIC FATHATAN}"
    pairs = re.findall(r'^msgstr\[4\] "(.*)"\nmsgstr\[5\] "(.*)"$', text, re.MULTILINE)
    assert len(pairs) > 10
    assert [pair for pair in pairs if pair[0].count(tanween) > pair[1].count(tanween)] == []


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_one_and_two_units_of_a_shipped_list_are_said_in_arabic_without_a_number(path: Path) -> None:
    arabic = i18n.reader("ar")
    table = pricing.read(path.read_text(encoding="utf-8"))
    units = [driver.unit for driver in table.drivers if isinstance(driver, NumberDriver) and driver.unit]
    assert units
    for unit in units:
        for number in ("1", "2", "1.0"):
            assert not re.search("[0-9]", str(arabic.counted(unit, number, "en"))), unit
        for number in ("0", "3", "11", "100", "1.5", "101"):
            assert str(arabic.counted(unit, number, "en")).startswith(f"{number} "), unit


def test_a_list_whose_arabic_unit_says_no_number_keeps_it() -> None:
    arabic = i18n.reader("ar")
    for forms in (
        "يوم",
        {"two": "يوم", "other": "يوم"},
        {"one": "يوم", "two": "يوم", "many": "يومًا", "other": "يومًا"},
        {"other": "يوم"},
    ):
        assert "2" in str(arabic.counted({"ar": forms}, "2", "ar"))
    english = {"en": {"one": "night", "two": "pair", "other": "nights"}}
    for reader in (arabic, i18n.reader("en")):
        assert "1" in str(reader.counted(english, "1", "en"))


def test_a_month_has_one_spelling_in_every_bengali_text() -> None:
    """Unicode's lists of months end January and February with a long vowel, where newspapers write a short one."""
    long, short = "\N{BENGALI VOWEL SIGN II}", "\N{BENGALI VOWEL SIGN I}"
    others = [name.replace(long, short) for name in i18n.reader("bn").month_names() if name.endswith(long)]
    assert len(others) == 2
    for path in (*LISTS, TRANSLATIONS / "bn" / "LC_MESSAGES" / "patients.po"):
        text = normal_form("NFKC", path.read_text(encoding="utf-8"))
        assert [name for name in others if name in text] == [], path.name


@pytest.mark.parametrize(
    ("language", "new", "gone", "other"),
    [
        ("bn", "USD 5 (আগে এতে ছিল না)", "এখন আর এতে নেই (আগে: USD 5)", "USD 5 (আগে: USD 4)"),
        ("hi", "USD 5 (पहले इसमें नहीं था)", "अब इसमें नहीं है (पहले: USD 5)", "USD 5 (पहले: USD 4)"),
        (
            "ar",
            "\u200fUSD 5 (لم يكن موجودًا من قبل)",
            "لم يعد موجودًا (من قبل: USD 5)",
            "\u200fUSD 5 (من قبل: USD 4)",
        ),
    ],
)
def test_a_line_that_is_new_or_gone_is_told_in_a_sentence_of_its_own(
    settings: Settings, started: Apps, language: str, new: str, gone: str, other: str
) -> None:
    app = started.start(apps.changed(settings, languages=("en", language)))
    with app.test_request_context(), i18n.speaking(i18n.reader(language)):
        nothing = not_in_it()
        changes = (nothing, "USD 5"), ("USD 5", nothing), ("USD 4", "USD 5")
        said = [ChangedRow("group", i18n.Words("Hotel"), *change).in_one for change in changes]
    assert said == [new, gone, other]
