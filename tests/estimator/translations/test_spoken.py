"""What readers of each language get of its catalogue: the plural form of a number, and amounts in their order."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest

from estimator import i18n
from estimator.config import Settings
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


def test_a_range_is_read_from_its_lower_end_in_the_direction_of_the_language() -> None:
    # A browser takes the direction of such a text from its first letter that has one.
    text = (TRANSLATIONS / "ar" / "LC_MESSAGES" / "patients.po").read_text(encoding="utf-8")
    said = re.search(r'msgid "%\(low\)s to %\(high\)s"\nmsgstr "(.*)"', text)
    assert said is not None
    assert said[1].startswith("\N{RIGHT-TO-LEFT MARK}")
