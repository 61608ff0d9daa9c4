"""The document of a firm quote: made once from what was frozen when it was issued, and kept for ever."""

from __future__ import annotations

from datetime import datetime

from estimator import clinic, estimates
from estimator.config import Settings
from estimator.i18n import Reader, gettext, speaking
from estimator.i18n import reader as reader_of
from estimator.models import QuoteRevision
from estimator.pdf import page_foot, qr, renderer, side_by_side
from estimator.quotes import issued_revisions
from estimator.template_environment import environment
from estimator.wording import FirmRows
from pricing.quote import as_bytes
from pricing.stored import StoredQuote


def html(
    rows: FirmRows,
    *,
    patient: str,
    reader: Reader,
    check: str,
    created: str,
    issued: bool = True,
    logo: bytes | None = None,
) -> str:
    """Return the HTML of a quote's PDF, in two languages if its rows are; the same arguments give the same text.

    `check` is the address where anybody can ask whether it is current. What is not `issued` is a preview and says so.
    """

    def page(rows: FirmRows, reader: Reader, other: Reader | None = None) -> str:
        with speaking(reader):
            return _page(rows, patient, reader, check, created, issued, logo, other)

    if rows.second is None:
        return page(rows, reader)
    other = reader_of(rows.second.language)
    return side_by_side.paired(page(rows, reader, other), page(rows.second.rows, other), other)


def _page(
    rows: FirmRows,
    patient: str,
    reader: Reader,
    check: str,
    created: str,
    issued: bool,
    logo: bytes | None,
    second: Reader | None,
) -> str:
    """Return the HTML of a quote in one language, with feet of pages for a second one where there is one."""
    head = rows.head
    which = gettext("%(number)s, revision %(revision)s", number=rows.number, revision=rows.revision)

    def kind() -> str:  # at the foot of each page
        return gettext("Firm quote") if issued else gettext("Draft, not issued")

    kinds = estimates.pdf_document.in_each(kind, reader, second)
    return (
        environment()
        .get_template("pdf/quote.html")
        .render(
            rows=rows,
            which=which,
            patient=patient,
            plans=[
                {
                    "rows": plan,
                    "answers": [row for section in plan.answers for row in section.rows],
                    "firm": [group for group in plan.groups if group.total == "provider"],
                    "beside": [group for group in plan.groups if group.total != "provider"],
                }
                for plan in rows.plans
            ],
            check=check,
            code=qr.svg(check, gettext("QR code of the page where this quote can be checked")),
            issued=issued,
            created=created,
            record=head,
            reader=reader,
            logo=estimates.pdf_document.inline(logo),
            sheet=page_foot.sheet((head.provider, which, *kinds), reader, rows.paper, second),
        )
    )


def document(
    content: StoredQuote,
    rows: FirmRows,
    *,
    patient: str,
    language: str,
    settings: Settings,
    logo: bytes | None = None,
) -> bytes:
    """Return a quote as PDF with its content attached; raises RenderingFailed."""
    reader, issued = reader_of(language), datetime.fromisoformat(content["issued"])
    drawn = html(
        rows,
        patient=patient,
        reader=reader,
        check=check_address(content["number"], content["revision"], settings),
        created=content["issued"],
        logo=logo,
    )
    with speaking(reader):
        description = gettext("The figures of this quote for programs, as canonical JSON")
    return renderer.document(
        drawn,
        attachment=as_bytes(content),
        attachment_name="quote.json",
        attachment_description=description,
        created=issued,
    )


def preview(
    content: StoredQuote,
    rows: FirmRows,
    *,
    patient: str,
    language: str,
    settings: Settings,
    logo: bytes | None = None,
) -> str:
    """Return the HTML of what would be issued (`quotes.worded`), marked as a preview, without anything to be checked.

    All day long the same content gives the same text.
    """
    return html(
        rows,
        patient=patient,
        reader=reader_of(language),
        check=f"{settings.public_url}/verify",
        created=f"{content['issued'][:10]}T00:00:00+00:00",
        issued=False,
        logo=logo,
    )


def render(revision: QuoteRevision, settings: Settings) -> bytes | None:
    """Return the document of a revision, rendered and stored if it was not yet; the caller commits.

    None once the person is erased. The first process to store it wins: if another one was faster, its document is
    returned. Raises RenderingFailed and keys.Unreadable.
    """
    keyring = settings.data_keys
    if revision.pdf_sha256 is None:
        rows, patient = (
            issued_revisions.rows_of(revision, keyring),
            issued_revisions.patient_of(revision, keyring),
        )
        if rows is None or patient is None:
            return None
        made = document(
            issued_revisions.content_of(revision),
            rows,
            patient=patient,
            language=revision.language,
            settings=settings,
            logo=clinics_logo(),
        )
        issued_revisions.keep_pdf(revision, made, keyring)
    return issued_revisions.pdf_of(revision, keyring)


def clinics_logo() -> bytes | None:
    """Return the logo that the clinic has at this moment; a document that was made keeps the one it was made with."""
    logo = clinic.current().logo
    return None if logo is None else clinic.logo_content(logo)


def check_address(number: str, revision: int, settings: Settings) -> str:
    """Return where anybody can ask what became of a revision: an older one must not be called current."""
    return f"{settings.public_url}/verify/{number}/{revision}"
