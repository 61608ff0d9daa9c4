"""A comparison as a document for A4, in the reader's language."""

from __future__ import annotations

from datetime import date, datetime

from estimator.estimates import pdf_document
from estimator.i18n import Reader, speaking
from estimator.i18n import gettext as _
from estimator.pdf import page_foot, renderer
from estimator.template_environment import environment
from estimator.wording.comparison import ComparisonRows


def document(
    rows: ComparisonRows, reader: Reader, now: datetime, day: date, logo: bytes | None = None
) -> bytes:
    """Return a comparison as PDF, as it is at a moment, which is on that `day`. Raises renderer.RenderingFailed."""
    with speaking(reader):
        return renderer.document(html(rows, reader, now, day, logo), created=now)


def html(rows: ComparisonRows, reader: Reader, now: datetime, day: date, logo: bytes | None = None) -> str:
    """Return the HTML of the PDF, in the language that is spoken."""
    title = _("Comparison of estimates, not a firm price")
    return (
        environment()
        .get_template("pdf/comparison.html")
        .render(
            rows=rows,
            title=title,
            day=reader.day(day),
            created=now.isoformat(timespec="seconds"),
            reader=reader,
            logo=pdf_document.inline(logo),
            sheet=page_foot.sheet((title, reader.day(day)), reader),
        )
    )
