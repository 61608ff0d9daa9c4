"""A published version as a document for A4, in the reader's language."""

from __future__ import annotations

from estimator import wording
from estimator.i18n import Reader, speaking
from estimator.i18n import gettext as _
from estimator.models import TableVersion
from estimator.pdf import page_foot, renderer
from estimator.price_lists import published
from estimator.template_environment import environment


def document(version: TableVersion, reader: Reader) -> bytes:
    """Return a version as PDF; the same version and reader give the same bytes. Raises renderer.RenderingFailed."""
    with speaking(reader):
        return renderer.document(html(version, reader), created=version.created_at)


def html(version: TableVersion, reader: Reader) -> str:
    """Return the HTML of the PDF, in the language that is spoken."""
    table = published.parsed(version)
    rows = wording.price_list(table, reader)
    provider = str(wording.provider(table, reader))
    return (
        environment()
        .get_template("pdf/price_list.html")
        .render(
            rows=rows,
            provider=provider,
            created=version.created_at.isoformat(timespec="seconds"),
            reader=reader,
            sheet=page_foot.sheet((provider, _("Price list"), version.version), reader),
        )
    )
