"""What another clinic wrote beside an estimate, as a document; it is made when somebody asks, and not kept."""

from __future__ import annotations

from datetime import datetime

from estimator import wording
from estimator.estimates.offer_rows import Compared
from estimator.i18n import Reader, speaking
from estimator.i18n import gettext as _
from estimator.paper import Paper
from estimator.pdf import page_foot, renderer
from estimator.template_environment import environment


def document(
    compared: Compared,
    rows: wording.Rows,
    head: wording.Head,
    reader: Reader,
    created: datetime,
    day: str,
    paper: Paper,
) -> bytes:
    """Return everything that the page says as PDF, made on a `day`. Raises renderer.RenderingFailed."""
    with speaking(reader):
        html = (
            environment()
            .get_template("pdf/other_offer.html")
            .render(
                compared=compared,
                rows=rows,
                record=head,
                day=day,
                created=created.isoformat(timespec="seconds"),
                reader=reader,
                sheet=page_foot.sheet(
                    (str(head.provider), head.reference, _("Compare with what another clinic wrote")),
                    reader,
                    paper,
                ),
            )
        )
        return renderer.document(html, created=created)
