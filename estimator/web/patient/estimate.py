"""What a patient sees: start, form with its running total, breakdown, PDF, change, delete."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypedDict
from urllib.parse import quote

from babel import Locale
from flask import (
    Blueprint,
    Response,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

import pricing
from estimator import clinic, estimates, paper, price_lists, wording
from estimator.db import unavailable
from estimator.estimates import other_currency
from estimator.i18n import Reader, Words, listed_apart, second_language
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import Estimate, TableVersion
from estimator.web import errors, estimate_form, request_context
from estimator.web.forms import Form, summary
from estimator.web.language import carried, current_reader, is_switching, own_currency
from estimator.web.patient import before, compare_next, cookies, estimate_making, made_here, worded
from estimator.web.total_so_far import Running, running
from estimator.web.transaction import committing
from pricing import PriceTable
from pricing.stored import counts_nothing

pages = Blueprint("patient", __name__)

MOST_OF_A_PLAN = 6
"""Number of answers in which a worked example is told, beside the amounts that are in it."""

UNFINISHED_DAYS = 7
"""For how long a browser keeps the answers of a form that was not sent."""


@pages.get("/")
def start() -> ResponseReturnValue:
    """Show what can be estimated, with what is known about it said once above all of it."""
    reader = current_reader()
    versions = price_lists.all_in_force(request_context.now())
    return render_template(
        "patient/start.html",
        offers=[_offer(version, reader) for version in versions],
        evidence=_evidence([price_lists.parsed(version) for version in versions], reader),
        kept_days=request_context.settings().kept_days,
        unfinished_days=UNFINISHED_DAYS,
    )


@pages.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """Ask search engines to stay away; no link with a secret in it is named."""
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


@pages.get("/logo/<digest>.png")
def logo(digest: str) -> ResponseReturnValue:
    """Send the clinic's logo; the address names its content, so a new logo has another one."""
    found = request_context.clinic().logo
    content = clinic.logo_content(found) if found is not None and found.sha256 == digest else None
    if content is None:
        raise errors.Missing
    return Response(content, mimetype="image/png")


@pages.route("/estimate/<slug>", methods=["GET", "POST"])
def estimate(slug: str) -> ResponseReturnValue:
    """Ask the questions of the list in force and make an estimate of the answers."""
    try:
        version = price_lists.in_force(slug, request_context.now())
    except price_lists.UnknownTable:
        raise errors.Missing from None
    except price_lists.NotInForce:
        return errors.page(
            404,
            _("This price list is not in force yet"),
            _("Its first version begins on a later day. Ask the provider, or come back then."),
        )
    return _answering(
        version,
        action=url_for("patient.estimate", slug=slug, **compare_next.carried(compare_next.following())),
        total_url=url_for("patient.total", slug=slug),
    )


@pages.route("/e/<token>/change", methods=["GET", "POST"])
def change(token: str) -> ResponseReturnValue:
    """Ask again, with the answers of an estimate filled in; the answers make a new estimate."""
    earlier = request_context.estimate_of(token)
    version = estimate_making.todays(earlier)
    answer = _answering(
        version,
        action=url_for("patient.change", token=token),
        total_url=url_for("changing.total", token=token),
        earlier=earlier,
        back=url_for("patient.breakdown", token=token),
    )
    return before.remember(token, answer)


@pages.post("/estimate/<slug>/total")
def total(slug: str) -> ResponseReturnValue:
    """Say what the answers come to so far, for the panel beside the form."""
    try:
        version = price_lists.in_force(slug, request_context.now())
    except (price_lists.UnknownTable, price_lists.NotInForce):
        return jsonify({"error": "unknown table"}), 404
    reader = current_reader()
    table = price_lists.parsed(version)
    form = estimate_form.build(table)
    found = estimate_form.read(form, table, reader)
    panel = running(table, found, reader)
    changed = _changed(version) if (form.table_sha256.data or version.sha256) != version.sha256 else None
    html = render_template(
        "patient/_total.html", total=panel, changed=changed, cookieless=not request.cookies
    )
    return jsonify({"html": html, **panel.as_json()})


@pages.get("/e/<token>")
def breakdown(token: str) -> ResponseReturnValue:
    """Show a stored estimate, item by item."""
    found = request_context.estimate_of(token)
    reader = current_reader()
    table = price_lists.parsed(found.table_version)
    words = worded.words_of(found, reader)
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
        rows=words.rows,
        before=before.of(token, words.stored, table, reader),
        submission=secrets.token_urlsafe(12),
        change=url_for("patient.change", token=token),
        kept=worded.parts_of(
            found, reader, depends_on, lambda: _sheet_and_folds(found, token, words, head, rate, currencies)
        ),
    )
    return worded.dense(drawn)


def _sheet_and_folds(
    found: Estimate,
    token: str,
    words: worded.Worded,
    head: wording.Head,
    rate: other_currency.Chosen | None,
    currencies: Sequence[str],
) -> str:
    """Draw what a breakdown says first and its closed parts: all that is the same each time somebody looks at it."""
    reader, table = current_reader(), price_lists.parsed(found.table_version)
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
    # Whoever it is sent to reads it in a language of their own.
    page = f"{request_context.settings().public_url}{url_for('patient.breakdown', token=token, lang=None)}"
    chat = f"{_('Cost estimate')} {head.reference}: {page}"
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


@dataclass(frozen=True)
class _Said:
    """The message above a form that is shown again, and `changed` beside its total if the price list is another one."""

    status: int = 200
    note: str | None = None
    changed: str | None = None


def _answering(
    version: TableVersion,
    action: str,
    total_url: str,
    earlier: Estimate | None = None,
    back: str | None = None,
) -> ResponseReturnValue:
    """Show the form of a version, or process what was sent: compute the total, or store the estimate."""
    reader, table = current_reader(), price_lists.parsed(version)
    slug, sha256 = version.slug, version.sha256  # the row cannot be reloaded once the database is away
    sent = request.method == "POST"
    form = estimate_form.build(table, None if earlier is None or sent else estimates.answers_of(earlier))
    if sent:
        estimate_form.fill(form, table, request.form.get("fill", ""))
    else:
        estimate_form.use_usual(form, table, request.args.get("use", ""))
    found = estimate_form.read(form, table, reader)
    if sent:
        said = _taken(version, form, found.answers)
        if not isinstance(said, _Said):
            return said
    else:
        said = _Said(changed=_changed_since(earlier, version))
    was = None if earlier is None else estimates.breakdown_of(earlier)
    panel = running(table, found, reader, was)
    problems = _problems(panel) if sent and not is_switching() else {}
    if said.note:
        form.refuse(said.note)
    form.refuse_answers(problems)
    sections = estimate_form.sections(form, table, reader, panel.asked)
    page = render_template(
        "patient/estimate.html",
        errors=summary(form),
        ruled_out=panel.ruled_out,
        only_ruled_out=panel.is_ruled_out and not said.note and not panel.left,
        form=form,
        action=action,
        back=back,
        sent=sent,
        title=reader.words(table.title, table.main_language),
        provider=wording.provider(table, reader),
        contact=table.provider.email,
        phone=table.provider.phone,
        cookieless=sent and not request.cookies,
        at_check=said.note is not None,
        demo=table.demo,
        steps=estimate_form.steps(sections),
        notices=_notices(table, reader),
        slug=slug,
        unfinished_days=UNFINISHED_DAYS,
        table_sha256=sha256,
        total_url=total_url,
        total=panel,
        changed=said.changed,
        day_order=reader.day_order(),
    )
    refused = bool(problems) and said.status not in (
        400,
        409,
        429,
    )  # those are said before any answer is looked at
    return worded.dense(page), 422 if refused else said.status


def _taken(
    version: TableVersion, form: estimate_form.EstimateForm, answers: Mapping[str, Any]
) -> ResponseReturnValue | _Said:
    """Store the estimate and redirect to it; or return the message above the form, which is shown again."""
    if is_switching():
        return _Said()
    if not form.is_of_this_visit():
        return _Said(400, cookies.ended(_visit_over(), price_lists.parsed(version).provider))
    if (form.table_sha256.data or version.sha256) != version.sha256:
        changed = _changed(version)
        return _Said(409, changed, changed)
    if _only_total():
        return _Said()
    try:
        return _make(version, answers, form.submission.data or "")
    except pricing.BadAnswers:
        return _Said()  # what is wrong with them is said beside each, and with the total
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            raise
        return _Said(
            503, _("%(why)s Your answers are still here. Try again in a minute.", why=known.sentence)
        )


def _only_total() -> bool:
    """Whether a button was pressed that stores nothing: for the total, or to fill in a field."""
    return request.form.get("act") == "total" or "fill" in request.form


def _problems(panel: Running) -> Mapping[str, list[str]]:
    """Return what is wrong, by question; for the total alone, open questions are no problems."""
    return panel.refused() if _only_total() else panel.sentences


def _changed_since(earlier: Estimate | None, version: TableVersion) -> str | None:
    """Say that an estimate was made with other prices than those of the form; None if it was not."""
    if earlier is None or earlier.table_version.sha256 == version.sha256:
        return None
    return _changed(version)


def _visit_over() -> str:
    return _(
        "This page was open for too long, or your browser keeps no cookies. Your answers are still here; "
        "press the button again."
    )


def _make(version: TableVersion, answers: Mapping[str, Any], submission: str) -> ResponseReturnValue | _Said:
    try:
        token = estimate_making.make(version, answers, submission)
    except estimate_making.TooMany:
        return _Said(429, estimate_making.too_many())
    return redirect(compare_next.after(token), code=303)


def _changed(version: TableVersion) -> str:
    return _(
        "The price list has changed meanwhile. Your answers are kept; the figures are now those of “%(version)s”. "
        "Look at them before you go on.",
        version=version.version,
    )


class Offer(TypedDict):
    """One price list that can be estimated with."""

    slug: str
    title: Words
    provider: Words
    country: str
    demo: bool
    typical: Range | None


class Range(TypedDict):
    """What a treatment typically comes to, and for which plan."""

    sentence: str
    plan: Words | str


def _offer(version: TableVersion, reader: Reader) -> Offer:
    table = price_lists.parsed(version)
    territories: Mapping[str, str] = Locale.parse(reader.locale).territories
    return {
        "slug": version.slug,
        "title": reader.words(table.title, table.main_language),
        "provider": wording.provider(table, reader),
        "country": territories.get(table.provider.country, table.provider.country),
        "demo": table.demo,
        "typical": _typical(version, table, reader),
    }


def _typical(version: TableVersion, table: PriceTable, reader: Reader) -> Range | None:
    """Say what the worked example of a list comes to; None if it has none."""
    found = price_lists.typical(version)
    if found is None:
        return None
    low, high = reader.money(found.low, table.currency), reader.number(found.high)
    if found.low == found.high:
        sentence = _("about %(amount)s", amount=low)
    else:
        sentence = _("about %(low)s to %(high)s", low=low, high=high)
    if found.at_least:
        sentence = wording.at_least.said(low, incomplete=True)
    return {"sentence": sentence, "plan": _plan(found, table, reader)}


def _plan(found: price_lists.Typical, table: PriceTable, reader: Reader) -> Words | str:
    """Return what a clinic calls its worked example; in another language than the list's, its first answers.

    An amount says nothing without its question, so of flights or a hotel it says that they are in it.
    """
    if reader.tag.partition("-")[0] == table.main_language.partition("-")[0]:
        return reader.own(found.name, table.main_language)
    asked = [
        driver
        for driver in table.drivers
        if driver.role != "about_you"
        and found.answers.get(driver.code) not in (None, True, False, "none", "0")
    ]
    amounts = [driver for driver in asked if getattr(driver, "money", False)]
    others = [driver for driver in asked if driver not in amounts]
    return listed_apart(
        [
            *(
                wording.answer_words(driver, found.answers[driver.code], table, reader)
                for driver in others[:MOST_OF_A_PLAN]
            ),
            *(reader.words(driver.label, table.main_language) for driver in amounts),
        ]
    )


def _evidence(tables: Sequence[PriceTable], reader: Reader) -> wording.NoticeSection | None:
    """Return what the lists say about the evidence, once where several say the same or name the same source."""
    sections = [
        section for table in tables for section in _notices(table, reader) if section.kind == "evidence"
    ]
    if not sections:
        return None
    rows: dict[str, wording.NoticeRow] = {}
    for section in sections:
        for row in section.rows:
            rows.setdefault(row.link or row.text.text, row)
    return replace(sections[0], rows=list(rows.values()))


def _notices(table: PriceTable, reader: Reader) -> list[wording.NoticeSection]:
    """The notices that stand beside the form, where there are no answers yet to choose them by."""
    codes = [notice.code for notice in table.notices if notice.when is None and notice.unless is None]
    return wording.notice_sections(codes, table, reader, kinds=("evidence", "not_included", "risk"))


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
