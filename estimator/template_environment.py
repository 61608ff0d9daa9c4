"""Templates that are drawn outside of a request: documents and mail, in the language that is spoken."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from estimator import telephone
from estimator.folders import templates_folder
from estimator.i18n import gettext, ngettext, pgettext
from estimator.marked_text import plain

_ISOLATED = re.compile("[\u2066-\u2068][^\u2066-\u2069]*\u2069")
_REFERENCE = re.compile(r"\b[A-Z]{1,4}-[A-Z0-9]{4,5}-[A-Z0-9]{4,5}\b")
_FIGURES = re.compile(r"[\d+(][\d ()+.,/-]*")


def mailto(address: str) -> str:
    """Return the link that writes to an address; a ? or & in it stays part of it (RFC 6068)."""
    return f"mailto:{quote(address, safe='@')}"


def amount(text: str) -> Markup:
    """Mark an amount or a number, which is never broken: a long one is written smaller where the screen is narrow.

    What has no letter would take the direction of the page: "2026-11.8" would become "11.8-2026".
    """
    length = sum(unicodedata.category(letter) != "Cf" for letter in str(text).rpartition(" ")[2])
    long = "" if length <= 14 else ' class="long"' if length <= 19 else ' class="longer"'
    way = ' dir="ltr"' if _FIGURES.fullmatch(str(text)) else ""
    return Markup(f"<bdi{way}{long}>{escape(text)}</bdi>")  # noqa: S704 (the text is escaped)


def whole_references(text: str) -> Markup:
    """Mark the references and the numbers of quotes in a text, which are not broken at their hyphens."""
    marked = _REFERENCE.sub(r'<bdi class="whole">\g<0></bdi>', str(escape(text)))
    return Markup(marked)  # noqa: S704 (the text is escaped)


def span(text: str | None) -> str:
    """Mark the range of an amount; nothing where it has none."""
    return Markup(f'<span class="span">{amount(text)}</span>') if text else ""  # noqa: S704 (the text is escaped)


FILTERS: Mapping[str, Callable[[str], str | None]] = {
    "amount": amount,
    "dial": telephone.dial,
    "mailto": mailto,
    "plain": plain,
    "span": span,
    "whole_references": whole_references,
}
"""What templates do with a text, whether within a request or outside of one."""


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return Jinja's environment for such templates; an undefined variable is an error."""
    found = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.globals["direction_of"] = _direction
    found.filters["urlname"] = lambda address: urlsplit(address).hostname or address
    found.filters |= FILTERS
    install = found.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=True, pgettext=pgettext)
    return found


def _direction(text: str) -> str:
    """Return the direction of a text's first letter that has one, as browsers do for <bdi>."""
    strong = (unicodedata.bidirectional(letter) for letter in _ISOLATED.sub("", text))
    return "rtl" if next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L" else "ltr"
