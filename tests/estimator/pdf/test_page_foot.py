"""What stands in the foot of a page is text, whatever it is."""

from __future__ import annotations

import re

import pytest

from estimator.pdf import page_foot


@pytest.mark.parametrize(
    "text", ['"', "\\", '"; } @page { size: 1mm } a { content: "', "\n", "</style>", "ü، हि\u2028\0"]
)
def test_any_text_is_a_string_of_css(text: str) -> None:
    written = page_foot.css_string(text)
    assert written[0] == written[-1] == '"'
    assert not set(written[1:-1]) & set('"<>\n;{}@')
    back = re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), written[1:-1])
    assert back == text
