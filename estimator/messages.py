"""Sentences for the people who run the app, in the language of their terminal.

They are needed before there is a request, a reader or even an app. They stand in the same catalogues as those
of the pages, so `gettext` here takes its values as `estimator.i18n.gettext` does.
"""

from __future__ import annotations

from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path


def gettext(message: str, **values: object) -> str:
    """Return a sentence in the language that LANGUAGE, LC_ALL, LC_MESSAGES or LANG asks for, else in English."""
    said = _catalogue().gettext(message)
    return said % values if values else said


def ngettext(one: str, other: str, number: int, **values: object) -> str:
    """Return the sentence in the plural form for `number`, which may stand in it as %(num)s."""
    return _catalogue().ngettext(one, other, number) % {"num": number, **values}


@lru_cache(maxsize=1)
def _catalogue() -> NullTranslations:
    folder = str(Path(__file__).parent / "translations")
    said = translation("staff", folder, fallback=True)
    said.add_fallback(translation("patients", folder, fallback=True))
    return said
