"""The document as the patient will see it before it is issued, and as they see it since."""

from __future__ import annotations

from datetime import datetime

from flask import Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from estimator import keys, quotes
from estimator.i18n import gettext as _
from estimator.i18n import speaking
from estimator.models import PatientRequest
from estimator.pdf import renderer
from estimator.quotes import pdf_document
from estimator.web import errors
from estimator.web.desk.quotes.blueprint import (
    deleted,
    head_of,
    language_of,
    name_of,
    pages,
    the_draft,
    the_request,
)
from estimator.web.desk.quotes.figures import prepared_of
from estimator.web.desk.quotes.issued import revision_of
from estimator.web.patient import pdf_line
from estimator.web.patient.quote import document
from estimator.web.patient.quote.standing import PAST
from estimator.web.request_context import now, settings
from estimator.web.staff.signed_in import act
from estimator.wording import FirmRows, number_follows, states_at_desk
from pricing.stored import StoredQuote


@pages.get("/preview")
def preview(reference: str) -> ResponseReturnValue:
    """Show the page as the patient would see it if it were issued now. Nothing is kept."""
    of = the_request(reference)
    found = _worded(of)
    if found is None:
        return _no_total(of)
    _content, rows = found
    return render_template(
        "desk/quote_preview.html",
        request_=head_of(of),
        document=document.drawn(rows, language=of.language, patient=name_of(of), past=False),
        language=language_of(of).name,
        pdf=url_for("quotes_desk.preview_pdf", reference=of.reference),
        standing=None,
        revision=None,
    )


@pages.get("/preview.pdf")
def preview_pdf(reference: str) -> ResponseReturnValue:
    """Send the document as it would be issued now, with a mark on each page that it is not. Nothing is kept."""
    of = the_request(reference)
    found = _worded(of)
    if found is None:
        return _no_total(of)
    way_out = url_for("quotes_desk.preview", reference=of.reference), _("To the preview")
    return pdf_line.in_turn(f"preview {of.reference}", way_out, lambda: _drawn(of, *found, way_out))


def previewed(of: PatientRequest, content: StoredQuote, rows: FirmRows) -> str:
    """Return the HTML of the document that a request would get if it were issued now."""
    return pdf_document.preview(
        content,
        rows,
        patient=name_of(of) or "",
        language=of.language,
        settings=settings(),
        logo=pdf_document.clinics_logo(),
    )


def _drawn(
    of: PatientRequest, content: StoredQuote, rows: FirmRows, way_out: pdf_line.WayOut
) -> ResponseReturnValue:
    """Draw a preview, and send it."""
    try:
        drawn = previewed(of, content, rows)
        made = renderer.document(drawn, created=datetime.fromisoformat(content["issued"]))
    except renderer.RenderingFailed as failure:
        current_app.logger.error("no preview of %s: %s", of.reference, failure)
        return errors.page(
            503,
            _("The preview could not be made"),
            _("The page shows the same words and figures. Or try again in a minute."),
            way_out=way_out,
        )
    answer = Response(made, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="draft-{of.reference}.pdf"'
    return answer


@pages.get("/revisions/<whole:number>")
def revision(reference: str, number: int) -> ResponseReturnValue:
    """Show an issued revision as the patient sees it at this moment."""
    of = the_request(reference)
    found = revision_of(of, number)
    try:
        rows = quotes.rows_of(found, settings().data_keys)
        patient = quotes.patient_of(found, settings().data_keys)
    except keys.Unreadable:
        return errors.page(
            503,
            _("This quote cannot be read at the moment"),
            _("A key is missing. `estimator doctor` says which."),
            way_out=(url_for("quotes_desk.prepare", reference=of.reference), _("To the quote")),
        )
    if rows is None:
        return deleted(of)
    standing = quotes.state_at(found, now())
    return render_template(
        "desk/quote_preview.html",
        request_=head_of(of),
        document=document.drawn(
            rows,
            language=found.language,
            patient=patient,
            past=standing in PAST,
            agreed=document.as_agreed(found, rows),
        ),
        language=language_of(of).name,
        pdf=url_for("quotes_desk.document", reference=of.reference, number=number),
        standing=states_at_desk.revision_at_desk(standing),
        revision=number,
    )


def _worded(of: PatientRequest) -> tuple[StoredQuote, FirmRows] | None:
    """Return what would be issued now; None where it has no total yet."""
    prepared = prepared_of(the_draft(of))
    if not prepared.has_totals:
        return None
    quote = quotes.for_request(of)
    with speaking(language_of(of)):
        number = number_follows() if quote is None else quote.number
    return quotes.worded(act(), of, prepared, number=number)


def _no_total(of: PatientRequest) -> ResponseReturnValue:
    return errors.page(
        409,
        _("There is nothing to look at yet"),
        _("Choose the prices, and change the answers if the price list refuses them. Then there is a total."),
        way_out=(url_for("quotes_desk.prepare", reference=of.reference), _("To the quote")),
    )
