"""A form that comes as one text is read as the standard library reads it, and is no larger than a form may be."""

from __future__ import annotations

import random
from io import BytesIO
from urllib.parse import parse_qsl

import pytest
from werkzeug.exceptions import RequestEntityTooLarge

from estimator.web.bounded_forms import BoundedForms

ONE_TEXT = "application/x-www-form-urlencoded"
PIECES = [
    "a",
    "b=",
    "=",
    "&",
    "+",
    "%41",
    "%c3%A9",
    "%ff",
    "%F0%9F",
    "%",
    "%4",
    "%zz",
    "é",
    "\r\n",
    "\x00",
    "=3D",
    " ",
    "_",
]


def fields(content: bytes, most: int | None = None, most_parts: int | None = None) -> list[tuple[str, str]]:
    parser = BoundedForms(max_form_memory_size=most, max_form_parts=most_parts)
    _stream, form, _files = parser.parse(BytesIO(content), ONE_TEXT, len(content), {})
    return list(form.items(multi=True))


def test_every_text_is_taken_apart_as_the_standard_library_does() -> None:
    chance = random.Random(7)
    for _time in range(3_000):
        text = "".join(chance.choices(PIECES, k=chance.randrange(12)))
        expected = parse_qsl(text, keep_blank_values=True, errors="werkzeug.url_quote")
        assert sorted(fields(text.encode())) == sorted(expected), text


def test_what_is_not_utf_8_is_no_form() -> None:
    assert fields(b"a=\xff") == []


@pytest.mark.parametrize(("content", "most"), [(b"a=" + b"x" * 99, 100), (b"a=1&" * 11, 1_000)])
def test_one_byte_or_one_field_too_many_is_refused(content: bytes, most: int) -> None:
    with pytest.raises(RequestEntityTooLarge):
        fields(content, most=most, most_parts=10)
    assert fields(content[: len(content) // 2], most=most, most_parts=10)
