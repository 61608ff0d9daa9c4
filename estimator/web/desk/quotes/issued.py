"""What was issued: each revision with its standing, its mail, what the patient said; withdraw it, give a new link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypedDict

from flask import Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import demonstration_marks, jobs, keys, price_lists, quotes, requests
from estimator.i18n import Words, lazy_gettext, listed_apart
from estimator.i18n import gettext as _
from estimator.mail import outbox
from estimator.models import PatientRequest, QuoteDecision, QuoteRevision
from estimator.models.quotes import RevisionState
from estimator.privacy import erasure
from estimator.quotes import notifications
from estimator.web import errors
from estimator.web.desk import chat, taken_lines
from estimator.web.desk.outbox import Buttons, buttons
from estimator.web.desk.quotes.blueprint import deleted, head_of, pages, the_quote, the_request, to
from estimator.web.desk.quotes.figures import AdjustmentRow
from estimator.web.desk.requests import history
from estimator.web.desk.requests.conversation import Said, conversation
from estimator.web.fields import CarriedField, RadiosField
from estimator.web.forms import Form, printable, summary
from estimator.web.language import current_reader
from estimator.web.mail_status import Outcome, outcome
from estimator.web.patient.quote.standing import can_be_taken_back, taken_back_until
from estimator.web.request_context import now, settings
from estimator.web.staff import signed_in
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.wording import firm_plans, states_at_desk
from pricing import quote_plans

WITHDRAWN: Mapping[str, Any] = {
    "mistake": lazy_gettext("There is a mistake in it"),
    "medical": lazy_gettext("The treatment cannot be offered for a medical reason"),
    "prices": lazy_gettext("The prices do not hold any more"),
    "asked": lazy_gettext("The patient asked for it"),
    "other": lazy_gettext("Another reason"),
}
"""Why a quote is withdrawn, in words."""

DECLINED: Mapping[str, Any] = {
    "price": lazy_gettext("the price"),
    "plan": lazy_gettext("the plan does not fit"),
    "elsewhere": lazy_gettext("goes somewhere else"),
    "time": lazy_gettext("not at this time"),
    "health": lazy_gettext("health has changed"),
    "other": lazy_gettext("another reason"),
}
"""Why a quote was declined, in words."""


class WithdrawForm(Form):
    """Why a revision is withdrawn."""

    revision = CarriedField()
    reason = RadiosField(
        lazy_gettext("Why?"),
        choices=list(WITHDRAWN.items()),
        refusal=lazy_gettext("Choose a reason."),
        id="reason-mistake",
    )


class IssuedQuote(TypedDict):
    """The quote of a request with its revisions, the newest first."""

    number: str
    revisions: list[RevisionRow]
    may_be_withdrawn: bool
    older_account: bool
    can_be_certified: bool
    chat: chat.ChatText | None
    with_code: bool
    request_link: str | None
    conversation: list[Said]


class RevisionRow(TypedDict):
    """One revision as the desk sees it."""

    number: int
    standing: RevisionState
    standing_words: str
    total: str
    #: what each of several plans comes to, by its name; empty where there is one
    totals: list[tuple[str, str]]
    #: the prices that were given for it, by what the list calls them
    priced: list[tuple[Words, str]]
    #: the lines that may be taken with it: what each is called, and comes to
    options: list[tuple[str, str]]
    #: the adjustments of each plan that has any, and its name; none once the words are gone, or if their key is missing
    adjustments: list[AdjustedPlan]
    #: who approved adjustments or given prices; None if nobody had to, or it is not known any more
    approved_by: str | None
    issued_at: str
    issued_by: str
    valid_until: str
    not_before: str | None
    time_zone: str
    has_pdf: bool
    readable: bool
    reason: str | None
    decision: DecisionRow | None
    mails: list[MailRow]


class AdjustedPlan(TypedDict):
    """The adjustments of one plan; an only plan has an empty name."""

    name: str
    lines: list[AdjustmentRow]


class DecisionRow(TypedDict):
    """What was answered to a revision; None for what is not there any more."""

    sentence: str
    name: str | None
    words: str | None


class MailRow(TypedDict):
    """One mail about a revision; `desk` if it went to the clinic itself."""

    number: int
    outcome: Outcome
    address: str
    letter: str
    desk: bool
    buttons: Buttons


def issued_rows(of: PatientRequest) -> IssuedQuote | None:
    """Return the quote of a request with its revisions, the newest first; None if nothing was issued."""
    quote = quotes.for_request(of)
    if quote is None:
        return None
    revisions, entries = quotes.revisions(quote), history.entries_of(of)
    return {
        "number": quote.number,
        "revisions": [_revision(one, entries) for one in revisions],
        "may_be_withdrawn": quotes.can_be_withdrawn(revisions[0], now()),
        "can_be_certified": quotes.certificates.can_be_made(revisions[0], now()),
        "older_account": quotes.older_accounts.names_older(revisions[0], now()),
        "chat": None if of.erased_at is not None else chat.of_quote(of, revisions[0]),
        "with_code": of.email is not None,
        "request_link": None if of.erased_at is not None else chat.of_request(of).address,
        "conversation": conversation(entries, of),
    }


@pages.get("/revisions/<whole:number>.pdf")
def document(reference: str, number: int) -> ResponseReturnValue:
    """Send the document of a revision, byte for byte the one that was mailed."""
    of = the_request(reference)
    revision = revision_of(of, number)
    content = quotes.pdf_of(revision, settings().data_keys)
    if content is None and revision.rows is None:
        return deleted(of)
    if content is None and demonstration_marks.is_marked(revision.quote.number):
        with committing():
            jobs.enqueue("quote", revision.id)
    if content is None:
        return errors.page(
            404,
            _("There is no document"),
            _("It is about to be made. Check again in a minute."),
            way_out=(url_for("quotes_desk.prepare", reference=of.reference), _("To the quote")),
        )
    answer = Response(content, mimetype="application/pdf")
    name = f"{revision.quote.number}-{revision.number}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@pages.route("/withdraw", methods=["GET", "POST"])
def withdraw(reference: str) -> ResponseReturnValue:
    """Ask why the current revision is to be withdrawn, and withdraw it."""
    of = the_request(reference)
    quote = the_quote(of)
    revision = quotes.newest(quote)
    if not quotes.can_be_withdrawn(revision, now()):
        return _not_current(of, quotes.state_at(revision, now()))
    form = WithdrawForm()
    if request.method == "POST":
        if form.revision.data != str(revision.number):
            return _not_current(of, "replaced")
        if form.validate():
            try:
                with committing():
                    quotes.withdraw(act(), revision, reason=form.reason.data)
                    erased = erasure.erase_rest(act(), of)
            except quotes.NotCurrent as late:
                return _not_current(the_request(reference), late.state)
            flash(
                _("The quote is withdrawn, and what was still kept about the person is deleted.")
                if erased
                else _("The quote is withdrawn. Its page says so from now on.")
            )
            return to("prepare", reference=reference)
    errors_here = summary(form)
    page = render_template(
        "desk/quote_withdraw.html",
        request_=head_of(of),
        errors=errors_here,
        form=form,
        number=quote.number,
        revision=revision.number,
        has_address=of.email is not None,
        total=listed_apart(
            firm_plans.with_name(*each)
            for each in firm_plans.totals(quotes.content_of(revision), current_reader())
        ),
    )
    return page, 422 if errors_here else 200


@pages.route("/link", methods=["GET", "POST"])
def new_link(reference: str) -> ResponseReturnValue:
    """Ask whether the quote and its request are to have other links, and give them some."""
    of = the_request(reference)
    if of.erased_at is not None:
        raise requests.Erased
    quote = the_quote(of)
    if request.method == "POST":
        with committing():
            quotes.new_link(act(), quote)
        flash(_("The quote and its request have new links. The old ones no longer work."))
        return to("prepare", reference=of.reference)
    return render_template(
        "desk/confirm.html",
        heading=_("Make new links for quote %(number)s and its request?", number=quote.number),
        sentences=[
            _(
                "The old links of the quote and of the request no longer work, nor do those in emails that were sent."
            ),
            _("Do this if a link came into the wrong hands. Then give the new ones to the patient yourself."),
        ],
        button=_("Make a new link"),
        back=url_for("quotes_desk.prepare", reference=of.reference),
        hidden={},
    )


def revision_of(of: PatientRequest, number: int) -> QuoteRevision:
    """Return a revision of a request's quote by its number; raises errors.Missing."""
    for revision in quotes.revisions(the_quote(of)):
        if revision.number == number:
            return revision
    raise errors.Missing


def _not_current(of: PatientRequest, standing: RevisionState) -> ResponseReturnValue:
    return errors.page(
        409,
        _("This quote cannot be withdrawn any more"),
        _("It is now %(standing)s. Nothing was changed.", standing=states_at_desk.revision_at_desk(standing)),
        way_out=(url_for("quotes_desk.prepare", reference=of.reference), _("To the quote")),
    )


def _revision(revision: QuoteRevision, entries: Sequence[requests.Entry]) -> RevisionRow:
    reader = current_reader()
    mails = outbox.mails_about(quotes.about(revision))
    person = requests.readable_person(revision.quote.request, settings().data_keys)
    address = None if person is None else person.email
    shown = buttons(mails)
    people = _behind(revision, entries)
    standing, first = quotes.state_at(revision, now()), quotes.waits_until(revision, now())
    return {
        "number": revision.number,
        "standing": standing,
        "standing_words": states_at_desk.revision_at_desk(standing),
        "total": reader.money(revision.total, revision.currency),
        "totals": _totals(revision),
        "priced": _priced(revision),
        "options": _options(revision),
        "adjustments": _adjustments(revision, people.get("wrote", [])),
        "approved_by": signed_in.name_of(people["approved_by"]) if "approved_by" in people else None,
        "issued_at": reader.clock(revision.issued_at, revision.time_zone),
        "issued_by": signed_in.name_of(revision.issued_by),
        "valid_until": reader.day(revision.valid_until),
        "not_before": None if first is None else reader.day(first),
        "time_zone": reader.zone(revision.time_zone),
        "has_pdf": revision.pdf_sha256 is not None or demonstration_marks.is_marked(revision.quote.number),
        "readable": revision.rows is not None,
        "reason": _why_withdrawn(revision, entries) if standing == "withdrawn" else None,
        "decision": _decision(revision),
        "mails": [
            {
                "number": mail.id,
                "outcome": (became := outcome(mail, revision.time_zone, domain=True, current=address)),
                "address": history.address_in(became),
                "letter": states_at_desk.MAILS[mail.template],
                "desk": mail.template in notifications.TO_DESK,
                "buttons": shown[mail.id],
            }
            for mail in mails
        ],
    }


def _totals(revision: QuoteRevision) -> list[tuple[str, str]]:
    """Return what each of several plans comes to; nothing where there is one."""
    found = firm_plans.totals(quotes.content_of(revision), current_reader())
    return found if len(found) > 1 else []


def _priced(revision: QuoteRevision) -> list[tuple[Words, str]]:
    reader, table = current_reader(), price_lists.parsed(revision.table_version)
    given = {
        code: amount
        for each in quote_plans.by_plan(quotes.content_of(revision)).values()
        for code, amount in each.get("priced", {}).items()
    }
    return [
        (reader.words(charge.label, table.main_language), reader.money(given[charge.code], revision.currency))
        for charge in table.charges
        if charge.code in given
    ]


def _options(revision: QuoteRevision) -> list[tuple[str, str]]:
    kept, reader = quotes.content_of(revision).get("options", []), current_reader()
    labels = taken_lines.labels_of(revision, range(1, len(kept) + 1))
    return [
        (label, reader.money(line["total"], revision.currency))
        for label, line in zip(labels, kept, strict=True)
    ]


def _behind(revision: QuoteRevision, entries: Sequence[requests.Entry]) -> Mapping[str, Any]:
    """Return what is kept of who wrote and who approved the adjustments of a revision."""
    for entry in entries:
        if entry.kind == "issued" and entry.detail.get("revision") == revision.number:
            return entry.detail
    return {}


def _adjustments(revision: QuoteRevision, wrote: Sequence[Sequence[str]]) -> list[AdjustedPlan]:
    try:
        rows = quotes.rows_of(revision, settings().data_keys)
    except keys.Unreadable:
        rows = None
    if rows is None:
        return []
    reader, contents = current_reader(), quote_plans.by_plan(quotes.content_of(revision))
    return [
        {
            "name": firm_plans.named(plan.plan) if plan.plan else "",
            "lines": [
                {
                    "amount": reader.money(line["amount"], revision.currency, sign=True),
                    "label": row.label.text,
                    "reason": row.reason,
                    "told": row.why is not None,
                    "by": signed_in.name_of(by) if by else _("not kept"),
                }
                # Revisions issued by an older version say nothing of who wrote their adjustments.
                for (row, line), by in zip_longest(
                    zip(plan.adjustments, contents[plan.plan]["adjustments"], strict=True), authors
                )
            ],
        }
        for plan, authors in zip(rows.plans, wrote or [()] * len(rows.plans), strict=True)
        if plan.adjustments
    ]


def _why_withdrawn(revision: QuoteRevision, entries: Sequence[requests.Entry]) -> str | None:
    for entry in entries:
        if entry.kind == "withdrawn" and entry.detail.get("revision") == revision.number:
            return str(WITHDRAWN.get(str(entry.detail.get("reason")), ""))
    return None


def _decision(revision: QuoteRevision) -> DecisionRow | None:
    said = quotes.decision_of(revision)
    if said is None:
        return None
    reader, zone = current_reader(), revision.time_zone
    if said.kind == "accepted":
        sentence = _("Accepted on %(moment)s.", moment=reader.clock(said.at, zone))
        if said.plan:
            sentence = _(
                "Plan %(letter)s accepted on %(moment)s, for %(total)s; the other plans are closed.",
                letter=said.plan,
                moment=reader.clock(said.at, zone),
                total=reader.money(said.total or revision.total, revision.currency),
            )
        if said.taken_back_at is not None:
            sentence += " " + _("Taken back on %(moment)s.", moment=reader.clock(said.taken_back_at, zone))
        elif revision.state == "replaced":
            # Only the revision after it can have replaced an accepted one.
            sentence += " " + _(
                "This acceptance ended with revision %(revision)s.", revision=revision.number + 1
            )
        elif can_be_taken_back(said):
            sentence += " " + _(
                "It can be taken back until %(moment)s; nothing is to be paid before.",
                moment=taken_back_until(said, zone),
            )
    else:
        sentence = _(
            "Declined on %(moment)s: %(reason)s.",
            moment=reader.clock(said.at, zone),
            reason=DECLINED.get(said.reason or "", said.reason or ""),
        )
    taken = quotes.taken_with(said)
    if taken:
        sentence += " " + _(
            "Taken with it: %(lines)s. Together that is %(total)s.",
            lines=", ".join(taken_lines.labels_of(revision, taken)),
            total=reader.money(said.total or revision.total, revision.currency),
        )
    return {
        "sentence": sentence,
        "name": _opened(said, "typed_name"),
        "words": _opened(said, "words"),
    }


def _opened(said: QuoteDecision, column: str) -> str | None:
    """Return what somebody wrote, None if they wrote nothing, were erased, or its key is missing."""
    sealed: bytes | None = getattr(said, column)
    if sealed is None:
        return None
    try:
        return printable(settings().data_keys.open(sealed, QuoteDecision.__tablename__, column, said.name))
    except keys.Unreadable:
        return None
