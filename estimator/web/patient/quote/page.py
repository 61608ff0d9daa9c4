"""The page of a quote, each of its revisions, and the document that was issued."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from estimator import demonstration_marks, jobs, price_lists, quotes, wording
from estimator.estimates import plain_text
from estimator.i18n import gettext as _
from estimator.i18n import ngettext, speaking
from estimator.i18n import reader as reader_of
from estimator.models import QuoteRevision
from estimator.web import errors, request_context
from estimator.web.language import current_reader
from estimator.web.patient.exchange import answered_since, said_so_far
from estimator.web.patient.quote import blueprint as common
from estimator.web.patient.quote import document as documents
from estimator.web.patient.quote import standing
from estimator.web.patient.quote.blueprint import Link, Opened, pages
from estimator.web.patient.quote.opening import gate
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.wording import firm_plans
from pricing import quote_plans

ASK_AGAIN_SECONDS = 3
"""Interval at which the page of somebody who waits for a document asks again."""


@pages.get("/quote/<number>")
def page(number: str) -> ResponseReturnValue:
    """Show the newest revision, or ask for the code first."""
    found = common.opened(number)
    return _shown(found, found.newest) if found.confirmed else gate(found)


@pages.get("/quote/<number>/<whole:revision>")
def revision(number: str, revision: int) -> ResponseReturnValue:
    """Show one revision, which may be an older one."""
    found = common.let_in(number)
    return _shown(found, _revision(found, revision))


@pages.get("/quote/<number>/<whole:revision>.pdf")
def document(number: str, revision: int) -> ResponseReturnValue:
    """Send the document of a revision, byte for byte as it was made once."""
    found = common.let_in(number)
    asked = _revision(found, revision)
    content = quotes.pdf_of(asked, request_context.settings().data_keys)
    if content is not None:
        response = Response(content, mimetype="application/pdf")
        name = f"{found.quote.number}-{asked.number}.pdf"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    if asked.rows is None:
        raise common.Erased(found.quote)
    if demonstration_marks.is_marked(found.quote.number):
        with committing():
            jobs.enqueue("quote", asked.id)
    back = Link(url_for("quote.page", number=found.quote.number), _("Back to the quote"))
    again = Link(
        url_for("quote.document", number=found.quote.number, revision=asked.number), _("Check again")
    )
    shown = make_response(
        common.done(
            _("The document is being made"),
            _(
                "That takes a few seconds after a quote is issued. The page of the quote says the same already."
            ),
            _("This page asks again by itself every few seconds, and the PDF then comes."),
            ways=[again, back],
        )
    )
    shown.headers["Refresh"] = str(ASK_AGAIN_SECONDS)
    return shown


@pages.get("/quote/<number>/<whole:revision>.txt")
def plain(number: str, revision: int) -> ResponseReturnValue:
    """Send a revision as plain text, in its language: something to read, while its document stays what counts."""
    found = common.let_in(number)
    asked = _revision(found, revision)
    rows = common.rows_of(asked)
    agreed = documents.as_agreed(asked, rows)
    if agreed is not None and asked.state == "accepted":
        with speaking(reader_of(asked.language)):
            about = firm_plans.about_accepted(rows)
        rows = replace(rows, how_to_pay=agreed.rows.how_to_pay, about=about)
    patient = quotes.patient_of(asked, request_context.settings().data_keys) or ""
    with speaking(reader_of(asked.language)):
        text = plain_text.firm_text(rows, patient)
    response = Response(text, mimetype="text/plain")
    name = f"{found.quote.number}-{asked.number}.txt"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _revision(found: Opened, number: int) -> QuoteRevision:
    for revision in quotes.revisions(found.quote):
        if revision.number == number:
            return revision
    raise errors.Missing


def _shown(found: Opened, revision: QuoteRevision) -> ResponseReturnValue:
    rows = common.rows_of(revision)
    number, now = found.quote.number, request_context.now()
    is_open = revision is found.newest and found.state == "current"
    place: dict[str, Any] = {"number": number}
    days = quotes.days_to_take_back(act(), revision)
    past = quotes.state_at(revision, now) in standing.PAST
    exchange = [] if found.erased else said_so_far(found.quote.request, revision.time_zone, with_words=True)
    first = quotes.waits_until(revision, now) if is_open else None
    can_be_accepted = is_open and first is None
    return render_template(
        "patient/quote.html",
        short=common.short(revision, rows),
        standing=standing.notice(revision, found.newest),
        document=documents.drawn(
            rows,
            language=revision.language,
            patient=quotes.patient_of(revision, request_context.settings().data_keys),
            past=past,
            agreed=documents.as_agreed(revision, rows),
        ),
        actions={
            "accept": url_for("quote.accept", **place) if can_be_accepted and not rows.alternatives else None,
            "plans": _choices(revision) if can_be_accepted and rows.alternatives else [],
            "decline": url_for("quote.decline", **place) if is_open else None,
            "question": None if found.erased else url_for("quote.question", **place),
            "close": url_for("quote.close", **place),
            "pdf": url_for("quote.document", **place, revision=revision.number),
            "certificate": url_for("quote.certificate", **place)
            if revision is found.newest and quotes.certificates.can_be_made(revision, now)
            else None,
            "text": url_for("quote.plain", **place, revision=revision.number),
        },
        waits=None if first is None else wording.not_before(first, revision.time_zone, current_reader()),
        last_day=price_lists.day_of(request_context.now(), revision.time_zone) >= revision.valid_until,
        reflection=ngettext(
            "After accepting you can still take it back for %(num)s day; nothing is to be paid before.",
            "After accepting you can still take it back for %(num)s days; nothing is to be paid before.",
            days,
        )
        if days
        else "",
        revisions=[_row(each, revision, found) for each in quotes.revisions(found.quote)],
        contents=_contents(rows, past=past, said=bool(exchange)),
        exchange=exchange,
        answered_since=not found.erased and answered_since(found.quote.request, revision.state_since),
        by_link_alone=found.address is None and not found.erased,
        contact={"email": rows.head.contact, "phone": rows.head.phone},
    )


def _contents(rows: wording.FirmRows, *, past: bool, said: bool) -> list[tuple[str, str]]:
    """Return the parts of the page that somebody may look for, by the address within it; of plans what all share."""
    only = not rows.alternatives
    parts: list[tuple[str, str, Any]] = [
        ("changed-title", _("What changed"), rows.replaces),
        ("not-included", _("Not included"), rows.notice("not_included")),
        ("items", _("Every item"), only),
        ("payments", _("Payments"), only and rows.payments and not past),
        (
            "law",
            _("Law and risks"),
            rows.notices_besides("evidence", "not_included", "questions", "commission"),
        ),
        ("exchange", _("Questions and answers"), said),
    ]
    return [(code, title) for code, title, present in parts if present]


def _choices(revision: QuoteRevision) -> list[Link]:
    """Return where each of several plans is accepted, by what it comes to."""
    return [
        Link(
            url_for("quote.accept", number=revision.quote.number, plan=letter),
            _(
                "Accept plan %(letter)s for %(total)s",
                letter=letter,
                total=current_reader().money(content["total"], revision.currency),
            ),
        )
        for letter, content in quote_plans.by_plan(quotes.content_of(revision)).items()
    ]


def _row(each: QuoteRevision, shown: QuoteRevision, found: Opened) -> dict[str, str | None]:
    reader, number = current_reader(), found.quote.number
    address = None
    if each is not shown:
        address = (
            url_for("quote.page", number=number)
            if each is found.newest
            else url_for("quote.revision", number=number, revision=each.number)
        )
    return {
        "label": _("Revision %(revision)s", revision=each.number),
        "issued": _("issued on %(day)s", day=reader.moment(each.issued_at, each.time_zone)),
        "standing": standing.named(each),
        "address": address,
    }
