"""Staff's pages speak the languages that have a catalogue for staff, and never half of one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from tests.support.clinic_staff import Browser, Person
from tests.support.folders import ROOT

HTML = re.compile(r'<html lang="([^"]+)" dir="([^"]+)"')


def said(page: str) -> tuple[str, str]:
    found = HTML.search(page)
    assert found is not None, page[:200]
    return found[1], found[2]


@pytest.fixture
def app(make_app: Callable[..., Flask], clock: object) -> Flask:
    return make_app(LANGUAGES="en,ar,hi")


def test_a_page_of_staff_is_english_whatever_patients_can_read(app: Flask) -> None:
    client = app.test_client()
    assert said(client.get("/?language=ar", follow_redirects=True).get_data(as_text=True)) == ("ar", "rtl")
    login = client.get("/staff/sign-in").get_data(as_text=True)
    assert said(login) == ("en", "ltr")
    assert 'class="languages"' not in login, "there is nothing to choose"
    assert said(client.get("/").get_data(as_text=True)) == ("ar", "rtl"), "what was chosen is kept"


def test_whoever_signs_in_reads_one_language(app: Flask) -> None:
    browser = Person(app, "ada@example.org", ["administrator"]).put(datetime.now(UTC)).sign_in(Browser(app))
    for path in ("/staff", "/staff/settings", "/staff/people"):
        answer = browser.client.get(path, headers={"Accept-Language": "hi"})
        assert answer.status_code == 200
        assert said(answer.get_data(as_text=True)) == ("en", "ltr")


def test_a_language_with_a_catalogue_for_staff_is_spoken_there_too(app: Flask, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "estimator" / "translations", tmp_path / "translations")
    arabic = tmp_path / "translations" / "ar" / "LC_MESSAGES"
    shutil.copy(arabic / "patients.mo", arabic / "staff.mo")
    babel = app.extensions["babel"]
    before = list(babel.translation_directories)
    babel.translation_directories[:] = [str(tmp_path / "translations")] * 2
    try:
        page = (
            app.test_client().get("/staff/sign-in", headers={"Accept-Language": "ar"}).get_data(as_text=True)
        )
    finally:
        babel.translation_directories[:] = before
    assert said(page) == ("ar", "rtl")
    assert "English" in page
    assert "हिन्दी" not in page
