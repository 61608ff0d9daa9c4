"""The quote of a request at the desk: what was issued, and the next revision while it is prepared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape

import pricing
from estimator import clinic, price_lists, quotes
from estimator.i18n import gettext as _
from estimator.models import PatientRequest, QuoteDraft
from estimator.quotes import approvals, drafts, given_prices
from estimator.quotes.plans import Prepared, newest_revision
from estimator.web import whole_numbers
from estimator.web.desk.comment import CommentForm
from estimator.web.desk.quotes.blueprint import (
    head_of,
    language_of,
    pages,
    plan_in,
    plan_key,
    save_in,
    save_of,
    saving,
    the_draft,
    the_request,
    to,
    when,
)
from estimator.web.desk.quotes.figures import (
    AdjustmentRow,
    adjustments_in_words,
    against_the_first,
    asking,
    prepared_of,
    replaced,
    same_prices,
    shown,
    spoken,
    tables_of,
    trial,
    version_of,
)
from estimator.web.desk.quotes.form import MOST_LINES, QuoteForm, Read
from estimator.web.desk.quotes.given_prices import GivenRow, PricesForm, given_in_words
from estimator.web.desk.quotes.issued import issued_rows
from estimator.web.desk.quotes.open_questions import OpenQuestions
from estimator.web.desk.quotes.plan_answers import answers_in_words
from estimator.web.desk.requests.request import still_typed
from estimator.web.forms import Line, summary
from estimator.web.language import current_reader
from estimator.web.request_context import now, settings
from estimator.web.staff import signed_in
from estimator.web.transaction import committing
from estimator.wording import firm_plans
from pricing.quote_plans import LETTERS


@pages.get("")
def prepare(reference: str) -> ResponseReturnValue:
    """Show what was issued, and what is being prepared."""
    of = the_request(reference)
    draft = drafts.for_request(of)
    if draft is None:
        return render_template("desk/quote.html", request_=head_of(of), draft=None, issued=issued_rows(of))
    return page_of(of, draft)


@pages.post("/begin")
def begin(reference: str) -> ResponseReturnValue:
    """Begin the next revision, from the request's plan or the newest revision; one that is begun goes on."""
    of = the_request(reference)
    with committing():
        drafts.begin(signed_in.act(), of)
    return still_typed(of) or to("prepare", reference=of.reference)


@pages.post("/save")
def save(reference: str) -> ResponseReturnValue:
    """Save what was typed, and go on: stay, change answers, ask the patient, see the document, issue, another plan."""
    of = the_request(reference)
    draft = the_draft(of)
    act, plan = request.form.get("act", "save"), plan_in(draft)
    _remove, _colon, line = act.partition(":")
    typed = QuoteForm.as_sent(whole_numbers.read(line, most=999) if act.startswith("remove:") else None)
    table = price_lists.parsed(version_of(of, typed.prices.data))
    found, questions = (
        typed.read(table.currency, tables_of(of)),
        OpenQuestions(of, table, drafts.answers_of(draft, settings(), plan)),
    )
    prices = PricesForm(of, draft, table)
    if act == "work-out" or "fill" in request.form:
        return page_of(of, draft, typed, questions, prices, tried=found)
    questions.check()
    if summary(prices.form, typed, questions.form):
        return page_of(of, draft, typed, questions, prices, tried=found, status=422)
    try:
        with saving(draft):
            saved = drafts.change(
                signed_in.act(),
                draft,
                save=save_in(draft),
                answers=questions.answers,
                prices=found.prices,
                adjustments=found.adjustments,
                valid_until=found.valid_until,
                plan=plan,
                words=found.words,
                priced=prices.typed,
            ).save
            there = _other_plan(act, draft, saved, plan)
    except drafts.TooManyPlans:
        typed.refuse(_("A quote has at most %(most)s plans.", most=len(LETTERS)))
        return page_of(the_request(reference), the_draft(of), typed, questions, prices, status=422)
    except drafts.ChangedMeanwhile:
        return _conflict(reference, typed, questions)
    except pricing.BadAnswers as refusal:  # another list came into force a moment ago
        questions.refuse(refusal)
        return page_of(the_request(reference), the_draft(of), typed, questions, status=422)
    except given_prices.NoSuchPrice as wrong:  # the same
        sentence = _("The price list has no such line on request any more.")
        prices.form.refuse(sentence, prices.field(wrong.code))
        return page_of(the_request(reference), the_draft(of), typed, questions, prices, status=422)
    except drafts.WrongAdjustment as wrong:
        sentence = _("This amount does not fit the currency of the prices that you chose.")
        typed.refuse(sentence, typed.line(wrong.number).amount)
        return page_of(the_request(reference), the_draft(of), typed, questions, status=422)
    if act == "answers":
        return to("answers", reference=of.reference, plan=plan or None)
    if act == "ask":
        return redirect(asking(of), code=303)
    if act == "options":
        return to("options", reference=of.reference, plan=plan or None)
    if act in ("preview", "issue"):
        return to(act, reference=of.reference)
    if there != plan:
        return to("prepare", reference=of.reference, plan=there or None, saved=1, _anchor="plans")
    return to("prepare", reference=of.reference, plan=plan or None, saved=1)


def _other_plan(act: str, draft: QuoteDraft, save: int, plan: str) -> str:
    """Add a plan, remove the one in sight, or only go to another one; return the letter of the one to be shown.

    Raises drafts.TooManyPlans and drafts.ChangedMeanwhile.
    """
    if act == "add-plan":
        added = drafts.add_plan(signed_in.act(), draft, save=save, like=plan)
        return drafts.letters_of(added, settings())[-1]
    if act == "remove-plan":
        kept = drafts.remove_plan(signed_in.act(), draft, save=save, plan=plan)
        return next(iter(drafts.letters_of(kept, settings())), "")
    word, _colon, letter = act.partition(":")
    return letter if word == "plan" and letter in drafts.letters_of(draft, settings()) else plan


@pages.post("/figures")
def figures(reference: str) -> ResponseReturnValue:
    """Say what the form comes to, without saving it, for the panel beside it."""
    of = the_request(reference)
    draft = the_draft(of)
    typed, plan = QuoteForm.as_sent(), plan_in(draft)
    table = price_lists.parsed(version_of(of, typed.prices.data))
    found, questions = (
        typed.read(table.currency, tables_of(of)),
        OpenQuestions(of, table, drafts.answers_of(draft, settings(), plan)),
    )
    prices = PricesForm(of, draft, table)
    prepared = trial(of, draft, found, questions.to_try, prices.to_try, plan)
    result = shown(prepared, of)
    questions.check()
    unread = len(summary(prices.form, typed, questions.form))
    html = render_template("desk/_quote_figures.html", figures=result, unread=unread)
    differences = render_template(
        "desk/_quote_differences.html", figures=result, choice=_choice(of, prepared)
    )
    return jsonify(
        {
            "html": html,
            "differences": differences,
            "spoken": str(escape(spoken(result))),  # scripts take it as HTML
            "totals": {"keep": result["keep"], "again": result["again"]},
        }
    )


@pages.route("/discard", methods=["GET", "POST"])
def discard(reference: str) -> ResponseReturnValue:
    """Ask whether what is being prepared is to be thrown away, and do it."""
    of = the_request(reference)
    draft = the_draft(of)
    if request.method != "POST":
        return _ask_to_discard(of, draft)
    try:
        with committing():
            drafts.discard(signed_in.act(), draft, save=save_in(draft))
    except drafts.ChangedMeanwhile:
        of = the_request(reference)
        theirs = the_draft(of)
        sentence = _(
            "%(who)s has saved this quote meanwhile (%(when)s). Nothing was discarded. Look at the quote as it is now.",
            who=signed_in.name_of(theirs.changed_by),
            when=when(theirs.changed_at, of),
        )
        return _ask_to_discard(of, theirs, [Line(None, sentence)]), 409
    return to("prepare", reference=of.reference)


def _ask_to_discard(of: PatientRequest, draft: QuoteDraft, errors: Sequence[Line] = ()) -> str:
    """Show the question, which is about the last save of the draft."""
    issued = quotes.for_request(of) is not None
    return render_template(
        "desk/confirm.html",
        errors=errors,
        heading=_("Discard the revision that is being prepared?")
        if issued
        else _("Discard the quote that is being prepared?"),
        sentences=[
            _("The changed answers and the adjustments are removed and cannot be brought back."),
            *([_("What was issued stays as it is.")] if issued else []),
        ],
        button=_("Discard it"),
        back=url_for("quotes_desk.prepare", reference=of.reference),
        hidden={"save": save_of(draft)},
    )


def page_of(
    of: PatientRequest,
    draft: QuoteDraft,
    typed: QuoteForm | None = None,
    questions: OpenQuestions | None = None,
    prices: PricesForm | None = None,
    *,
    tried: Read | None = None,
    comment: CommentForm | None = None,
    conflict: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    """Show the form, with what was typed or else with what is saved; `tried` are figures that are not saved."""
    reader, plan = current_reader(), plan_in(draft)
    prepared = prepared_of(draft, plan)
    table = price_lists.parsed(prepared.version)
    if questions is None:
        questions = OpenQuestions(of, table, drafts.answers_of(draft, settings(), plan))
    prices = prices or PricesForm(of, draft, table)
    worked_out = prepared if tried is None else trial(of, draft, tried, questions.to_try, prices.to_try, plan)
    result = shown(worked_out, of)
    form = typed or QuoteForm.of_draft(draft, settings(), reader, table.currency, plan)
    comment = comment or CommentForm(None)
    errors = summary(prices.form, form, questions.form, comment)
    page = render_template(
        "desk/quote.html",
        comment=comment,
        request_=head_of(of),
        errors=errors,
        issued=issued_rows(of),
        against=against_the_first(prepared),
        may_add_plan=len(prepared.plans) < len(LETTERS),
        draft={
            "save": save_of(draft),
            "plan": prepared.letter,
            "plan_key": plan_key(draft, prepared.letter),
            "changed_by": signed_in.name_of(draft.changed_by),
            "changed_at": when(draft.changed_at, of),
        },
        replaces=replaced(of),
        saved=request.args.get("saved") == "1",
        unsaved=typed is not None,
        theirs=adjustments_in_words(drafts.adjustments_by(draft, settings(), plan), reader)
        if conflict
        else [],
        price_lines=prices.lines(worked_out),
        prices_doubted=prices.doubt(worked_out),
        prices_not_needed=prices.not_needed(worked_out),
        their_prices=prices.saved_rows() if conflict else [],
        their_words=drafts.words_of(draft, settings()) if conflict else None,
        limit=reader.percent(clinic.current().adjustment_limit),
        form=form,
        names=signed_in.names_of(line.by for line in form.rows if line.by),
        most_lines=MOST_LINES,
        currency=form.currency.data or table.currency,
        choice=_choice(of, prepared),
        figures=result,
        unread=len(errors) if tried is not None else 0,
        answers=answers_in_words(prepared, questions.told),
        told_besides=questions.told.not_asked(),
        open_questions=questions.sections(prepared),
        approval=_approval(of, draft, prepared),
        day_order=reader.day_order(),
        document_language=language_of(of),
    )
    return page, status


def _conflict(reference: str, typed: QuoteForm, questions: OpenQuestions) -> ResponseReturnValue:
    """Show the form again after somebody else changed the draft; it keeps what was typed."""
    of = the_request(reference)
    theirs = the_draft(of)
    note = _(
        "%(who)s has saved this quote meanwhile (%(when)s). Nothing of theirs was overwritten, and what you typed is "
        "still in the form. Compare both; saving again puts yours in place of theirs.",
        who=signed_in.name_of(theirs.changed_by),
        when=when(theirs.changed_at, of),
    )
    return page_of(of, theirs, typed.refuse(note), questions, conflict=True, status=409)


class PriceChoice(TypedDict):
    """What can be chosen about prices; `same` if there is nothing to choose."""

    same: bool
    revision: int | None
    kept: str
    kept_from: str
    kept_until: str
    withdrawn: str | None
    in_force: str | None
    in_force_from: str | None


def _choice(of: PatientRequest, prepared: Prepared) -> PriceChoice:
    """Return what can be chosen about prices; those of `revision` are kept, of the estimate where it is None."""
    reader = current_reader()
    newest = newest_revision(of)
    in_force = prepared.in_force
    withdrawn = price_lists.returns.withdrawn_at(prepared.kept.id, now())
    return {
        "withdrawn": None if withdrawn is None else reader.clock(withdrawn, prepared.kept.time_zone),
        "same": same_prices(prepared),
        "revision": None if newest is None else newest.number,
        "kept": prepared.kept.version,
        "kept_from": reader.day(prepared.kept.valid_from),
        "kept_until": reader.day(prepared.kept_until),
        "in_force": None if in_force is None else in_force.version,
        "in_force_from": None if in_force is None else reader.day(in_force.valid_from),
    }


class ToApprove(TypedDict):
    """What is to be approved of one plan; `name` is empty where it is the only one."""

    name: str
    total: str
    adjusted: str | None
    given: str | None
    lines: list[AdjustmentRow]


class Approval(TypedDict):
    """The state of the approval, and who may give it; `mine` if the reader wrote some of the adjustments."""

    limit: str
    version: str
    valid_until: str
    plans: list[ToApprove]
    prices: list[GivenRow]
    approved: bool
    approved_by: str
    changed_since: bool
    mine: bool
    fingerprint: str
    asked_by: str | None
    asked_at: str
    asked_myself: bool
    sent_back: str
    returned: ReturnedQuote | None


class ReturnedQuote(TypedDict):
    """What somebody said who sent the quote back."""

    who: str
    when: str
    words: str


def _approval(of: PatientRequest, draft: QuoteDraft, prepared: Prepared) -> Approval | None:
    """Return the state of the approval, and who may give it; None if none is needed."""
    if not prepared.needs_approval:
        return None
    reader = current_reader()
    mine = signed_in.actor() in drafts.authors(draft, settings())
    return {
        "limit": reader.percent(clinic.current().adjustment_limit),
        "version": prepared.version.version,
        "valid_until": reader.day(prepared.valid_until),
        "plans": [
            {
                "name": firm_plans.named(plan.letter) if plan.letter else "",
                "total": reader.money(firm.text(firm.total), firm.currency),
                "adjusted": reader.money(firm.text(firm.adjusted), firm.currency, sign=True)
                if plan.adjustments
                else None,
                "given": reader.money(firm.text(firm.at_discretion), firm.currency)
                if firm.at_discretion
                else None,
                "lines": adjustments_in_words(drafts.adjustments_by(draft, settings(), plan.letter), reader),
            }
            for plan in prepared.plans
            if (firm := plan.chosen) is not None
        ],
        "prices": given_in_words(prepared, draft),
        "approved": prepared.approved,
        "approved_by": signed_in.name_of(draft.approved_by) if draft.approved_by else "",
        "changed_since": draft.approved_hash is not None and not prepared.approved,
        "mine": mine,
        "fingerprint": prepared.fingerprint,
        "asked_by": signed_in.name_of(draft.proposed_by) if draft.proposed_by else None,
        "asked_at": when(draft.proposed_at, of) if draft.proposed_at else "",
        "asked_myself": draft.proposed_by == signed_in.actor(),
        "sent_back": drafts.sent_back(draft),
        "returned": _returned(of, draft),
    }


def _returned(of: PatientRequest, draft: QuoteDraft) -> ReturnedQuote | None:
    """Return what somebody said who sent the quote back; None if nobody did, or it was asked for again."""
    words = approvals.words_of(draft, settings())
    if words is None or draft.returned_at is None:
        return None
    return {
        "who": signed_in.name_of(draft.returned_by),
        "when": when(draft.returned_at, of),
        "words": words,
    }
