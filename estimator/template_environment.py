"""Templates that are drawn outside of a request: documents and mail, in the language that is spoken."""

from __future__ import annotations

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


def mailto(address: str) -> str:
    """Return the link that writes to an address; a ? or & in it stays part of it (RFC 6068)."""
    return f"mailto:{quote(address, safe='@')}"


def amount(text: str) -> Markup:
    """Mark an amount, which is never broken: one that is long is written smaller where the screen is narrow."""
    length = sum(unicodedata.category(letter) != "Cf" for letter in str(text).rpartition(" ")[2])
    long = "" if length <= 14 else ' class="long"' if length <= 19 else ' class="longer"'
    return Markup(f"<bdi{long}>{escape(text)}</bdi>")  # noqa: S704 (the text is escaped)


def span(text: str | None) -> str:
    """Mark the range of an amount; nothing where it has none."""
    return Markup(f'<span class="span">{amount(text)}</span>') if text else ""  # noqa: S704 (the text is escaped)


FILTERS: Mapping[str, Callable[[str], str | None]] = {
    "amount": amount,
    "dial": telephone.dial,
    "mailto": mailto,
    "plain": plain,
    "span": span,
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
    strong = (unicodedata.bidirectional(letter) for letter in text)
    return "rtl" if next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L" else "ltr"
