"""A firm quote as a page shows it: word for word what was kept when it was issued, in the language of then.

The desk's preview can draw the same parts of the rows that it would keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from estimator.i18n import Reader, speaking
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.web.language import current_reader
from estimator.wording import FirmRows


@dataclass(frozen=True)
class Choice:
    """What leads from one of several plans to where it is accepted; its language, where the document has another."""

    address: str
    label: str
    language: str | None = None
    direction: str | None = None


@dataclass(frozen=True)
class Document:
    """The two halves of a quote; `foreign` is its language where that is not the reader's.

    `both` are the languages of its PDF where that has two.
    """

    foreign: Reader | None
    head: Markup
    body: Markup
    both: tuple[Reader, Reader] | None = None


def drawn(
    rows: FirmRows,
    *,
    language: str,
    patient: str | None,
    past: bool,
    accepted: str | None = None,
    accept: Mapping[str, str] | None = None,
) -> Document:
    """Draw a quote in its own language, whatever the reader's is. Of a `past` one no total is to be paid.

    Of several plans, `accepted` is the letter of one that was; `accept` are the addresses where each can be.
    """
    reader, readers = reader_of(language), current_reader()
    foreign = reader.tag != readers.tag
    choices = [
        Choice(
            address,
            _("Accept plan %(letter)s", letter=letter),
            *((readers.tag, readers.direction) if foreign else ()),
        )
        for letter, address in (accept or {}).items()
    ]
    context = {
        "rows": rows,
        "patient": patient,
        "past": past,
        "reader": reader,
        "answered": accepted,
        "choose": choices,
    }
    with speaking(reader):
        drawn = [render_template(f"patient/_quote_{part}.html", **context) for part in ("head", "body")]
    head, body = (Markup(html) for html in drawn)  # noqa: S704 - drawn by a template that escapes what it is given
    both = None if rows.second is None else (reader, reader_of(rows.second.language))
    return Document(reader if foreign else None, head, body, both)
