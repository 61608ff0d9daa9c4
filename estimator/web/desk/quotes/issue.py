"""From what is prepared to what is issued: a second person's approval, a last look, and the button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes, requests, staff
from estimator.clinic import accounts
from estimator.i18n import Reader, lazy_gettext, second_language, speaking
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.mail import outbox
from estimator.models import PatientRequest, QuoteDraft
from estimator.pdf import drawable, renderer
from estimator.quotes import approvals, drafts
from estimator.quotes.plans import Prepared
from estimator.web import errors, turns, whole_numbers
from estimator.web.desk.comment import CommentForm
from estimator.web.desk.quotes import prepare
from estimator.web.desk.quotes.blueprint import (
    head_of,
    language_of,
    name_of,
    pages,
    save_in,
    save_of,
    the_draft,
    the_request,
    to,
)
from estimator.web.desk.quotes.figures import adjustments_in_words, prepared_of, replaced, same_prices, shown
from estimator.web.desk.quotes.given_prices import given_in_words
from estimator.web.desk.quotes.plan_answers import supposed_in_words
from estimator.web.desk.quotes.preview import previewed
from estimator.web.desk.quotes.told_here import overruled_in_words
from estimator.web.fields import CarriedField, TickField
from estimator.web.forms import Form, printable, summary
from estimator.web.language import current_reader
from estimator.web.patient.pdf_line import ASK_AGAIN_SECONDS, DRAWING
from estimator.web.patient.request_form import words_field
from estimator.web.request_context import now, person, settings
from estimator.web.staff import signed_in
from estimator.web.staff.settings.account_words import in_short
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing, trying
from estimator.wording import FirmRows, firm_plans
from pricing.stored import StoredQuote


class IssueForm(Form):
    """Which save, and which figures of it, somebody has looked at, and whether the PDF has a second language.

    `second` is the language that was offered for it, `account` the version of the account to pay into that was shown,
    `standing` how the revision stood that this one replaces, `recipient` whom it was shown to be for, `theirs` what the
    patient answered otherwise, and `why` the quote says so all the same.
    """

    save = CarriedField()
    fingerprint = CarriedField()
    second = CarriedField()
    account = CarriedField()
    standing = CarriedField()
    recipient = CarriedField()
    theirs = CarriedField()
    why = words_field(lazy_gettext("Why the quote says otherwise"), name="why", id="why")
    beside = TickField()


@pages.post("/approve")
def approve(reference: str) -> ResponseReturnValue:
    """Approve exactly the adjustments that the page showed."""
    of = the_request(reference)
    draft = the_draft(of)
    try:
        with committing():
            drafts.approve(
                act(),
                draft,
                fingerprint=printable(request.form.get("fingerprint", "")),
                returned=request.form.get("returned", ""),
            )
    except drafts.ChangedMeanwhile:
        return _not_approved(
            reference,
            _(
                "It was changed or sent back since you opened the page. Look at it as it is now; nothing was approved."
            ),
        )
    except drafts.SamePerson:
        return _not_approved(
            reference,
            _("You wrote an adjustment or gave a price yourself. Another person has to approve it."),
        )
    flash(_("Approved. Any change to the quote needs a new approval."))
    return to("prepare", reference=of.reference)


@pages.post("/propose")
def propose(reference: str) -> ResponseReturnValue:
    """Ask for the approval of exactly the adjustments that the page showed, and tell those who may give it."""
    of = the_request(reference)
    draft = the_draft(of)
    returned_at = draft.returned_at
    try:
        with committing():
            # The request first, and the trail last, as everywhere: two transactions never wait for each other.
            requests.lock(of)
            staff.tell_approvers(
                act(),
                "quotes.approve",
                "quote",
                of.reference,
                but={signed_in.actor(), *drafts.authors(draft, settings())},
                since=returned_at,
            )
            approvals.propose(act(), draft, fingerprint=printable(request.form.get("fingerprint", "")))
    except drafts.ChangedMeanwhile:
        return _not_approved(
            reference,
            _(
                "It was changed since you opened the page. Look at it as it is now; approval was not asked for."
            ),
        )
    except approvals.NotAsked:
        return _not_approved(reference, _("The quote needs no approval as it is now."))
    flash(_("Approval was asked for. Those who may give it see it on their Start page."))
    return to("prepare", reference=of.reference)


@pages.post("/send-back")
def send_back(reference: str) -> ResponseReturnValue:
    """End a request for approval with a comment for whoever asked."""
    of = the_request(reference)
    draft = the_draft(of)
    form = CommentForm()
    if not form.validate():
        return prepare.page_of(of, draft, comment=form, status=422)
    try:
        with committing():
            requests.lock(of)
            staff.tell_who_asked(act(), "quote_returned", of.reference, the_draft(of).proposed_by or "")
            approvals.send_back(
                act(),
                draft,
                fingerprint=printable(request.form.get("fingerprint", "")),
                words=form.words.data,
            )
    except drafts.ChangedMeanwhile:
        return _not_sent_back(
            reference, _("It was changed since you opened the page. Look at it as it is now.")
        )
    except approvals.NotAsked:
        return _not_sent_back(reference, _("Nobody asks for its approval any more."))
    except drafts.SamePerson:
        return _not_sent_back(reference, _("You asked for approval yourself. Change the quote instead."))
    flash(_("The quote was sent back with your comment."))
    return to("prepare", reference=of.reference)


def _not_sent_back(reference: str, sentence: str) -> ResponseReturnValue:
    return errors.page(
        409,
        _("Not sent back"),
        sentence,
        way_out=(url_for("quotes_desk.prepare", reference=reference), _("To the quote")),
        kept=errors.typed(),
    )


def _not_approved(reference: str, sentence: str) -> ResponseReturnValue:
    return errors.page(
        409,
        _("Not approved"),
        sentence,
        way_out=(url_for("quotes_desk.prepare", reference=reference), _("To the quote")),
    )


@pages.route("/issue", methods=["GET", "POST"])
def issue(reference: str) -> ResponseReturnValue:
    """Show what is about to be issued, and issue it."""
    of = the_request(reference)
    draft = the_draft(of)
    if request.method != "POST":
        return _check(of, draft, IssueForm())
    keeps_choice = request.form.get("act") == "languages"
    if not (typed := IssueForm()).validate():
        return _check(of, draft, typed, 422, beside=_chosen(second_of(of)) is not None)
    if not keeps_choice and (refusal := _undrawn(of, draft)):
        of = the_request(reference)
        form = IssueForm().refuse(refusal)
        return _check(of, the_draft(of), form, 422, beside=_chosen(second_of(of)) is not None)
    of = the_request(reference)  # read anew: drawing takes a while
    draft = the_draft(of)
    try:
        with committing():
            save = _with_languages(of, draft, save_in(draft))
            if keeps_choice:
                return to("issue", reference=of.reference)
            revision = quotes.issue(
                act(),
                of,
                save=save,
                fingerprint=printable(request.form.get("fingerprint", "")),
                account=whole_numbers.read(IssueForm().account.data or ""),
                standing=printable(request.form.get("standing", "")),
                recipient=printable(request.form.get("recipient", "")),
                theirs=printable(request.form.get("theirs", "")),
                why=typed.why.data or "",
            )
            mailed = settings().sends_mail and bool(outbox.waiting(quotes.about(revision)))
    except drafts.ChangedMeanwhile:
        note = _("It was changed since you looked at it. This is how it is now; nothing was issued.")
        of = the_request(reference)
        return _check(of, the_draft(of), IssueForm().refuse(note), 409)
    except quotes.overruled.Unexplained:
        of = the_request(reference)
        form = IssueForm()
        form.refuse(_("Say why the quote says otherwise than the patient. Nothing was issued."), form.why)
        return _check(of, the_draft(of), form, 422)
    except quotes.NotReady:
        of = the_request(reference)
        form = IssueForm().refuse(_("Nothing was issued. Something is missing."))
        return _check(of, the_draft(of), form, 422)
    if mailed:
        flash(_("The quote is issued, and on its way by mail."))
    else:
        flash(_("The quote is issued. Nobody gets a mail: hand its link to the patient yourself."))
    return to("prepare", reference=of.reference)


def _with_languages(of: PatientRequest, draft: QuoteDraft, save: int) -> int:
    """Keep with the draft whether its document has a second language; return the number of the last save.

    Raises drafts.ChangedMeanwhile if another language is offered than the page named.
    """
    offered = second_of(of)
    if (IssueForm().second.data or "") != ("" if offered is None else offered.tag):
        raise drafts.ChangedMeanwhile
    second = _chosen(offered)
    if draft.second_language == second:
        return save
    return drafts.change(act(), draft, save=save, second=second).save


def _chosen(offered: Reader | None) -> str | None:
    """Return the second language that the form asks for; None if there is none."""
    return offered.tag if offered is not None and IssueForm().beside.data else None


def _undrawn(of: PatientRequest, draft: QuoteDraft) -> str | None:
    """Say why a second language that was chosen with the button cannot be had: the page drew without it.

    Nothing is locked while the document is drawn.
    """
    offered = second_of(of)
    second = _chosen(offered)
    if offered is None or second == drafts.second_of(draft, of, settings()):
        return None
    with trying():
        prepared = prepared_of(draft)
        drawn = _drawn(of, prepared, _said(of, prepared, second))
    if drawn.possible:
        return None
    if drawn.waits:
        return _(
            "Other documents are being made at the moment. Nothing was issued; press again in a few seconds."
        )
    if second is None:
        return _("In one language the PDF could not be made. Nothing was issued; try again in a minute.")
    return _(
        "With %(language)s below each line the PDF could not be made. Nothing was issued; try again in a minute, "
        "or leave it out.",
        language=offered.name,
    )


def second_of(of: PatientRequest) -> Reader | None:
    """Return the language that the document of a request's quote can have below its own; None if there is none."""
    tag = second_language(of.language, settings().languages[0])
    return None if tag is None else reader_of(tag)


def _check(
    of: PatientRequest, draft: QuoteDraft, form: IssueForm, status: int = 200, *, beside: bool | None = None
) -> ResponseReturnValue:
    """Show what is about to be issued; `beside` is the tick that was just sent, else the one of the draft counts."""
    standing = quotes.replaced.standing(of, now())  # before what is shown of it, which is then never older
    told_recipient = quotes.recipient_of(act(), of)  # the same
    reader = current_reader()
    prepared = prepared_of(draft)
    figures = shown(prepared, of)
    contradicted = quotes.overruled.by_quote(act(), of, prepared)
    second = drafts.second_of(draft, of, settings())
    form.beside.data = second is not None if beside is None else beside
    said = _said(of, prepared, second)
    drawing, in_force = _drawn(of, prepared, said), accounts.in_force()
    page = render_template(
        "desk/quote_issue.html",
        request_=head_of(of),
        errors=summary(form),
        figures=figures,
        save=save_of(draft),
        fingerprint=prepared.fingerprint,
        prices=_prices(prepared),
        recipient={"name": name_of(of), "address": _address(of), "told": told_recipient},
        language=language_of(of).name,
        second=second_of(of),
        form=form,
        standing=standing,
        account=in_force,
        account_shown=in_short(in_force),
        may_set_account=signed_in.may("settings.edit") and not person().demonstration,
        adjustments=[
            {
                "name": firm_plans.named(plan.letter) if plan.letter else "",
                "lines": adjustments_in_words(lines, reader),
            }
            for plan in prepared.plans
            if (lines := drafts.adjustments_by(draft, settings(), plan.letter))
        ],
        given_prices=given_in_words(prepared, draft),
        supposed=supposed_in_words(prepared),
        replaces=replaced(of),
        theirs=quotes.overruled.told(act(), contradicted, prepared),
        overruled=overruled_in_words(of, prepared, contradicted),
        explained=quotes.overruled.explained(act(), of),
        approved_by=signed_in.name_of(draft.approved_by) if prepared.approved else None,
        drawing=drawing,
        rows=None if said is None else said[1],
        document_language=language_of(of),
        changed_heads=_changed_heads(of),
    )
    again = {"Refresh": str(ASK_AGAIN_SECONDS)} if drawing.waits and request.method == "GET" else {}
    return page, status, again


@dataclass(frozen=True)
class Drawing:
    """Whether a document can be made, and the letters in it that would be marks, each with its code.

    It cannot yet while it waits for its turn.
    """

    possible: bool = True
    marks: str = ""
    waits: bool = False


def _said(of: PatientRequest, prepared: Prepared, second: str | None) -> tuple[StoredQuote, FirmRows] | None:
    """Return what would be issued, in its words; None if anything is missing without which it never has a document."""
    if not prepared.has_totals:
        return None
    quote = quotes.for_request(of)
    number = "" if quote is None else quote.number
    return quotes.worded(act(), of, prepared, number=number, second=second)


def _drawn(of: PatientRequest, prepared: Prepared, said: tuple[StoredQuote, FirmRows] | None) -> Drawing:
    """Draw what would be issued, if nothing is missing for it: what is issued without a document never has one."""
    if said is None:
        return Drawing()
    content, rows = said
    page = previewed(of, content, rows)
    try:
        if not prepared.missing and not drawable.is_known(page):
            with turns.turn(DRAWING) as free:
                if not free:
                    return Drawing(possible=False, waits=True)
                drawable.check(page, created=datetime.fromisoformat(content["issued"]))
        letters = renderer.undrawable(page)
    except renderer.RenderingFailed as failure:
        current_app.logger.error("the quote of %s cannot be drawn: %s", of.reference, failure)
        return Drawing(possible=False)
    return Drawing(marks=", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters))


def _prices(prepared: Prepared) -> str:
    if any(each.code == "prices_not_chosen" for each in prepared.missing):
        return _("not chosen yet")
    if same_prices(prepared):
        return _("of “%(version)s”, which are in force", version=prepared.version.version)
    if prepared.version.id == prepared.kept.id:
        return _("kept from “%(version)s”", version=prepared.version.version)
    return _("priced again with “%(version)s”", version=prepared.version.version)


def _changed_heads(of: PatientRequest) -> list[str]:
    """Return what stands above "what changed" in the language of the patient."""
    with speaking(language_of(of)):
        return [_("Line"), _("Before"), _("Now")]


def _address(of: PatientRequest) -> str | None:
    """Return the whole address, because this is where somebody checks it; None without one."""
    found = requests.readable_person(of, settings().data_keys)
    return None if found is None else found.email
