"""The document of an estimate as HTML for A4, and everything that decides what it looks like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from estimator import estimates, pdf, tables, templates_folder, wording
from estimator.i18n import Reader, gettext, ngettext
from estimator.i18n import reader as reader_of
from estimator.models import Estimate
from estimator.wording import DriverChanges, Head, Rows
from pricing import PriceTable, canonical_json
from pricing.explore import sensitivity

HERE = Path(__file__).parent


def html(rows: Rows, changes: Sequence[DriverChanges], head: Head, reader: Reader) -> str:
    """Return the HTML of an estimate's PDF; the same rows give the same text."""
    return (
        _environment()
        .get_template("pdf/estimate.html")
        .render(
            rows=rows,
            changes=changes,
            record=head,
            reader=reader,
            sheet=_sheet(),
            footer=" · ".join((head.provider, head.reference, gettext("Cost estimate, not a firm price"))),
            page_of=_page_of(),
        )
    )


def pdf_of(record: Estimate) -> bytes:
    """Return the PDF of a stored estimate in the language it was made in; raises pdf.RenderingFailed."""
    reader = reader_of(record.language)
    table = tables.parsed(record.table_version)
    breakdown = estimates.breakdown_of(record)
    head = wording.head(
        table, reader, reference=record.reference, created=record.created_at, valid_until=record.valid_until
    )
    return document(breakdown, table, head, reader, list(estimates.given_of(record)), record.created_at)


def document(
    breakdown: wording.Breakdown,
    table: PriceTable,
    head: Head,
    reader: Reader,
    given: Sequence[str],
    created: datetime,
) -> bytes:
    """Return a breakdown as PDF with its canonical JSON attached; raises pdf.RenderingFailed."""
    rows = wording.rows(breakdown, table, reader, given)
    changes = wording.changes(sensitivity(table, breakdown["answers"]), breakdown, table, reader)
    return pdf.document(
        html(rows, changes, head, reader),
        attachment=canonical_json(breakdown),
        attachment_name="estimate.json",
        attachment_description=gettext("The same breakdown for programs, as canonical JSON"),
        created=created,
    )


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return a hash of all that decides a document besides its record: templates, wording, renderer."""
    made_by = hashlib.sha256(version("weasyprint").encode())
    files = [
        *sorted(templates_folder().glob("pdf/*")),
        templates_folder() / "_parts.html",
        *(HERE / name for name in ("wording.py", "i18n.py", "paper.py")),
        *sorted(HERE.glob("pdf*.py")),
        *sorted(HERE.glob("translations/**/*.mo")),
    ]
    for path in files:
        made_by.update(hashlib.sha256(path.read_bytes()).digest())
    return made_by.hexdigest()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(gettext, ngettext, newstyle=True)
    return environment


@lru_cache(maxsize=1)
def _sheet() -> str:
    return (templates_folder() / "pdf" / "print.css").read_text(encoding="utf-8")


def _page_of() -> str:
    """The content of the page number's box: a translated sentence around the two counters."""
    parts = gettext("Page %(page)s of %(pages)s", page="\x00page\x00", pages="\x00pages\x00").split("\x00")
    return " ".join(f"counter({part})" if part in ("page", "pages") else json.dumps(part) for part in parts)
