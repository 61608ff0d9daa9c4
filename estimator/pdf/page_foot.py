"""The style sheet of a document, with the foot of its pages: whose document it is, which one, and the page's number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup

from estimator.folders import templates_folder
from estimator.i18n import Reader, gettext
from estimator.marked_text import END_ISOLATE, ISOLATE, ISOLATES
from estimator.paper import Paper


def sheet(foot: Sequence[str], reader: Reader, paper: Paper = "A4", second: Reader | None = None) -> Markup:
    """Return the style sheet of a document with these texts and the page's number in its footer.

    Where there is a `second` language, the number of the page has no words, and there is room for a foot of two lines.
    """
    page = f"@page {{ size: {paper};{' margin-bottom: 16mm' if second else ''} }}"
    return Markup(_sheet() + _page_foot(foot, reader, second) + page)  # noqa: S704 - ours; a record's words are escaped in it


@lru_cache(maxsize=1)
def _sheet() -> str:
    return (templates_folder() / "pdf" / "print.css").read_text(encoding="utf-8")


def _page_foot(parts: Sequence[str], reader: Reader, second: Reader | None) -> str:
    """Return the footer of each page: whose document it is, which one, and the page's number."""
    # A name may be of any direction; a sentence that begins with a number has the reader's.
    name, *sentences = parts
    own = ISOLATES[reader.direction]
    whose = " · ".join(
        [f"{ISOLATE}{name}{END_ISOLATE}", *(f"{own}{said}{END_ISOLATE}" for said in sentences)]
    )
    page, pages = "\x00page\x00", "\x00pages\x00"
    bare = f"{ISOLATES['ltr']}{page} / {pages}{END_ISOLATE}"
    text = bare if second else gettext("Page %(page)s of %(pages)s", page=page, pages=pages)
    number = " ".join(
        f"counter({part})" if part in ("page", "pages") else css_string(part) for part in text.split("\x00")
    )
    start, end = ("right", "left") if reader.direction == "rtl" else ("left", "right")
    return (
        f"@page {{ direction: {reader.direction}; "
        # With their widths said, the words of each page need not be measured: a tenth of the time of a document.
        f"@bottom-{start} {{ content: {css_string(whose)}; overflow-wrap: anywhere; width: 80% }} "
        f"@bottom-{end} {{ content: {number}; white-space: nowrap; width: 20% }} }}"
    )


def css_string(text: str) -> str:
    """Write any text as a string of CSS that can neither end itself nor the element around it."""
    return '"' + "".join(letter if letter.isalnum() else f"\\{ord(letter):x} " for letter in text) + '"'
