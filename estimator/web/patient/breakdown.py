"""The page of an estimate: what it comes to item by item, where it leads, and how it is deleted."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from flask import (
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue

from estimator import estimates, paper, price_lists, wording
from estimator.estimates import other_currency
from estimator.i18n import Reader, second_language, with_colon
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import Estimate
from estimator.web import request_context
from estimator.web.forms import Form, summary
from estimator.web.language import carried, current_reader, link_to_pass_on, own_currency
from estimator.web.patient import before, cookies, made_here, worded
from estimator.web.patient.estimate import pages
from estimator.web.transaction import committing
from pricing import PriceTable
from pricing.stored import counts_nothing


@pages.get("/e/<token>")
def breakdown(token: str) -> ResponseReturnValue:
    """Show a stored estimate, item by item."""
    found = request_context.estimate_of(token)
    reader = current_reader()
    table = price_lists.parsed(found.table_version)
    head = head_of(found, table, reader)
    rate = rate_of(table)
    currencies = other_currency.currencies(table, request_context.now(), own_currency())
    depends_on = (
        token,
        rate,
        carried(),
        found.past_bills,
        tuple(currencies),
        own_currency(),
        readers_paper(),
    )
    drawn = render_template(
        "patient/breakdown.html",
        new_estimate=made_here.is_new(token),
        record=head,
        expired=estimates.has_expired(found, request_context.now()),
        title=reader.words(table.title, table.main_language),
        demo=table.demo,
        before=before.of(token, found, table, reader),
        submission=secrets.token_urlsafe(12),
        change=url_for("patient.change", token=token),
        kept=worded.parts_of(
            found, reader, depends_on, lambda: _sheet_and_folds(found, token, head, rate, currencies)
        ),
    )
    return worded.dense(drawn)


def _sheet_and_folds(
    found: Estimate,
    token: str,
    head: wording.Head,
    rate: other_currency.Chosen | None,
    currencies: Sequence[str],
) -> str:
    """Draw what a breakdown says first and its closed parts: all that is the same each time somebody looks at it."""
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    words = worded.words_of(found, reader)
    stored, rows = words.stored, words.rows
    kept_days = timedelta(days=request_context.settings().kept_days)
    shown = {
        "record": head,
        "rows": rows,
        "changes": words.changes,
        "ranges": words.ranges,
        "beside": None
        if rate is None or counts_nothing(stored)
        else other_currency.beside(stored, table, rate, reader),
        "links": _links(found, token, head, rate),
    }
    sheet = render_template(
        "patient/_breakdown_sheet.html",
        **shown,
        plan=wording.plan_in_short(stored, table, reader),
        about=wording.about(
            stored["totals"]["total"], table.currency, reader, incomplete=rows.headline.at_least
        ),
        kept_until=reader.moment(found.created_at + kept_days, table.time_zone),
        contents=_contents(rows, words.changes),
        paper=readers_paper(),
        currencies=currencies,
        currency=own_currency() if rate is None else rate.quoted,
        pdf_in=frozen_in(found),
        second=second_of(found),
    )
    return sheet + render_template("patient/_breakdown_folds.html", **shown)


def _links(
    found: Estimate, token: str, head: wording.Head, rate: other_currency.Chosen | None
) -> dict[str, str | None]:
    """Return where a breakdown leads, by what it calls it; None where there is nothing to lead to."""
    also: dict[str, Any] = {} if rate is None else {"in": rate.quoted}
    page = link_to_pass_on(url_for("patient.breakdown", token=token, lang=None))
    chat = with_colon(f"{_('Cost estimate')} {head.reference}", page)
    second = second_of(found)
    return {
        "page": page,
        "whatsapp": f"https://wa.me/?text={quote(chat)}",
        "pdf": url_for("patient.document", token=token, **also),
        "other_paper": url_for(
            "patient.document", token=token, paper="A4" if readers_paper() == "letter" else "letter", **also
        ),
        "pdf_beside": None
        if second is None
        else url_for("patient.document", token=token, beside=second.tag, **also),
        "text": url_for("patient.plain", token=token, **also),
        "change": url_for("patient.change", token=token),
        "question": url_for("changing.which", token=token),
        "email": url_for("mailing.email", token=token) if request_context.settings().sends_mail else None,
        "apply": url_for("changing.apply", token=token),
        "explore": url_for("exploring.page", token=token),
        "ask": url_for("asking.ask", token=token),
        "first_question": url_for("asking.first_question", token=token),
        "other_offer": url_for("other_offer.page", token=token),
        "data": url_for("my_data.estimate", token=token),
        "delete": url_for("patient.delete", token=token),
        "compare": url_for("comparing.begin", token=token),
    }


def _contents(rows: wording.Rows, changes: Sequence[wording.DriverChanges]) -> list[tuple[str, str]]:
    """Return the parts of a breakdown that somebody may look for, by the address within the page."""
    parts: list[tuple[str, str, Any]] = [
        ("not-included", _("Not included"), rows.notice("not_included")),
        ("items", _("Every item"), True),
        ("changes", _("What would change it"), changes),
        ("stages", _("Stopping early"), rows.stages),
        ("payments", _("Payments"), rows.payments),
        ("law", _("Law and risks"), True),
        ("answers", _("Your answers"), True),
        ("questions", _("Questions to ask"), rows.notice("questions")),
        ("data", _("My data"), True),
    ]
    return [(code, title) for code, title, present in parts if present]


@pages.route("/e/<token>/delete", methods=["GET", "POST"])
def delete(token: str) -> ResponseReturnValue:
    """Ask whether an estimate is to be deleted, and delete it."""
    found = request_context.estimate_of(token)
    form, table = Form(), price_lists.parsed(found.table_version)
    if request.method == "POST" and form.is_of_this_visit():
        with committing():
            estimates.delete(found)
        return render_template("patient/deleted.html", new_estimate=True)
    if request.method == "POST":
        form.refuse(cookies.nothing_deleted(table.provider))
    page = render_template(
        "patient/delete.html",
        errors=summary(form),
        reference=found.reference,
        provider=wording.provider(table, current_reader()),
        action=url_for("patient.delete", token=token),
        back=url_for("patient.breakdown", token=token),
    )
    return page, 400 if form.form_errors else 200


def frozen_in(found: Estimate) -> Reader | None:
    """Return the language of an estimate's PDF and mails, the one it was made in; None if it is the reader's."""
    return None if found.language == current_reader().tag else reader_of(found.language)


def second_of(found: Estimate) -> Reader | None:
    """Return the language that an estimate's PDF can have below its own; None if there is none."""
    tag = second_language(found.language, request_context.settings().languages[0])
    return None if tag is None else reader_of(tag)


def rate_of(table: PriceTable) -> other_currency.Chosen | None:
    """Return the rate to the currency that the address asks for; it is remembered nowhere."""
    return other_currency.chosen(table, request.args.get("in", ""), request_context.now())


def readers_paper() -> paper.Paper:
    """Return the paper that the reader's browser speaks of: US Letter for "en-US", A4 for most."""
    return paper.of(None, request.accept_languages.values())


def head_of(found: Estimate, table: PriceTable, reader: Reader) -> wording.Head:
    """Return the head of a stored estimate."""
    return wording.head(
        table,
        reader,
        reference=found.reference,
        created=found.created_at,
        valid_until=found.valid_until,
        withdrawn=estimates.withdrawn_at(found),
        past_bills=estimates.past_bills_of(found),
    )
