"""What stands in the foot of a page is text, whatever it is."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from estimator.i18n import gettext, reader, speaking
from estimator.pdf import page_foot
from tests.support.example_papers import EVERY_LANGUAGE


@pytest.mark.parametrize(
    "text", ['"', "\\", '"; } @page { size: 1mm } a { content: "', "\n", "</style>", "ü، हि\u2028\0"]
)
def test_any_text_is_a_string_of_css(text: str) -> None:
    written = page_foot.css_string(text)
    assert written[0] == written[-1] == '"'
    assert not set(written[1:-1]) & set('"<>\n;{}@')
    back = re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), written[1:-1])
    assert back == text


@pytest.mark.parametrize("tag", [tag for tag in EVERY_LANGUAGE if tag != "en"])
def test_the_number_of_a_page_is_said_in_the_language_of_the_document(tag: str, app: Flask) -> None:
    with app.app_context(), speaking(reader(tag)):
        said = gettext("Page %(page)s of %(pages)s", page="", pages="")
        sheet = page_foot.sheet(["Clinic"], reader(tag))
    words = [word.strip(",") for word in said.split() if len(word) > 1]
    assert words
    for word in words:
        assert page_foot.css_string(word).strip('"') in sheet
    assert "Page" not in words or tag == "fr"
