"""What the desk's pages of a quote share: the blueprint, the request of an address, what is being prepared for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypedDict

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists, quotes, requests
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest, Quote, QuoteDraft
from estimator.quotes import drafts
from estimator.quotes.plans import newest_revision
from estimator.web import errors, whole_numbers
from estimator.web.desk import readers
from estimator.web.language import current_reader
from estimator.web.request_context import settings
from estimator.web.staff import signed_in
from estimator.web.transaction import committing
from estimator.wording import firm_plans

pages = Blueprint("quotes_desk", __name__, url_prefix="/desk/requests/<reference>/quote")


@pages.before_request
def _write_down_who_reads() -> None:
    """Write down who reads a request here; whoever changes something is in its history anyway."""
    found = requests.get(request.view_args["reference"]) if request.view_args else None
    if found is not None and request.method in ("GET", "HEAD"):
        readers.write_down(found)


class NothingPrepared(errors.Missing):
    """No quote is being prepared for a request, or not any more."""

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(reference)

    def answer(self) -> ResponseReturnValue:
        """Return the page that says what became of it; it keeps what was typed. A second press is led to the quote."""
        if _issued_by_the_press_before(self.reference):
            flash(_("The quote had been issued already, by the press before. It is issued once."))
            return to("prepare", reference=self.reference)
        return errors.page(
            404,
            _("No quote is being prepared here"),
            _("It was issued or discarded meanwhile, perhaps by somebody else. Nothing was changed.")
            if request.method == "POST"
            else _("It was issued or discarded."),
            way_out=(url_for("quotes_desk.prepare", reference=self.reference), _("To the quote")),
            kept=errors.typed(),
        )


def _issued_by_the_press_before(reference: str) -> bool:
    """Return whether the button that issues was pressed again for what the same person issued with it."""
    found = requests.get(reference)
    revision = None if found is None else newest_revision(found)
    _number, _dash, draft = request.form.get("save", "").partition("-")
    return (
        request.method == "POST"
        and request.endpoint == f"{pages.name}.issue"
        and revision is not None
        and (revision.name, revision.issued_by) == (draft, signed_in.actor())
    )


def the_request(reference: str) -> PatientRequest:
    """Return the request of an address; raises errors.Missing, also where nobody asked for a quote."""
    found = requests.get(reference)
    if found is None or found.kind == "question":
        raise errors.Missing
    return found


def the_quote(of: PatientRequest) -> Quote:
    """Return the quote of a request; raises errors.Missing while there is none."""
    found = quotes.for_request(of)
    if found is None:
        raise errors.Missing
    return found


def deleted(of: PatientRequest) -> ResponseReturnValue:
    """Return the page for a revision whose person was removed, with its words and its document."""
    return errors.page(
        410,
        _("What this quote said has been deleted"),
        _("The person was removed. The figures are kept, the words and the document are not."),
        way_out=(url_for("quotes_desk.prepare", reference=of.reference), _("To the quote")),
    )


def the_draft(of: PatientRequest) -> QuoteDraft:
    """Return the draft of a request's quote; raises NothingPrepared, or requests.Erased."""
    found = drafts.for_request(of)
    if found is None and of.erased_at is not None and request.method == "POST":
        raise requests.Erased
    if found is None:
        raise NothingPrepared(of.reference)
    return found


@contextmanager
def saving(draft: QuoteDraft) -> Iterator[None]:
    """Commit a save, and say so if it has ended a request for approval, which somebody else may have made meanwhile."""
    was_asked = draft.proposed_by is not None
    with committing():
        yield
    if was_asked:
        flash(
            _(
                "With this save the request for approval has ended. Ask again when nothing is to be changed any more."
            )
        )


def save_of(draft: QuoteDraft) -> str:
    """Return what a form carries of the save that it shows: its number, and the name of the draft.

    The drafts of a request's later revisions count their saves from 1 again.
    """
    return f"{draft.save}-{draft.name}"


def save_in(draft: QuoteDraft) -> int:
    """Return the number of the save that a form showed; 0, which no save has, if it was another draft's."""
    number, _dash, name = request.form.get("save", "").partition("-")
    return (whole_numbers.read(number) or 0) if name == draft.name else 0


class PlanRemoved(errors.Missing):
    """The plan that a form was filled in for is in the draft no more: what was typed is for none of its plans."""

    def __init__(self, letter: str) -> None:
        self.letter = letter
        super().__init__(letter)

    def answer(self) -> ResponseReturnValue:
        """Return the page that says so, with what was typed."""
        return errors.page(
            409,
            _("%(plan)s was removed meanwhile", plan=firm_plans.named(self.letter))
            if self.letter
            else _("This plan was removed meanwhile"),
            _(
                "Somebody removed it, copied a quote in its place, or issued or discarded this one. Nothing was saved: "
                "what you typed was for no plan that is there now."
            ),
            way_out=(url_for("quotes_desk.prepare", **(request.view_args or {})), _("To the quote")),
            kept=errors.typed(),
        )


def plan_key(draft: QuoteDraft, letter: str) -> str:
    """Return what a form carries of the plan that it shows: its key, which stays when its letter changes."""
    return next(key for key, each in drafts.keys_of(draft, settings()).items() if each == letter)


def plan_in(draft: QuoteDraft) -> str:
    """Return the letter of the plan that an address or a form names; the first one, and none where there is one.

    Raises PlanRemoved if a form was filled in for a plan that the draft has no more, whatever has its letter now.
    """
    return plan_shown(draft) if request.method != "POST" else _plan_sent(draft)


def plan_shown(draft: QuoteDraft) -> str:
    """Return the letter of the plan to be shown, which is another one if the named one is there no more."""
    letters = drafts.letters_of(draft, settings())
    named = request.values.get("plan", "")
    return named if named in letters else next(iter(letters), "")


def _plan_sent(draft: QuoteDraft) -> str:
    plans, named, key = (
        drafts.keys_of(draft, settings()),
        request.form.get("plan", ""),
        request.form.get("plan_key"),
    )
    if not (named or key):  # a form that is about no plan
        return next(iter(plans.values()))
    _number, _dash, of_draft = request.form.get("save", "").partition("-")
    if key is None:
        found = named if named in plans.values() else None
    elif of_draft == draft.name:
        found = plans.get(key)
    else:  # only an only plan is surely what an only one of the draft before has become
        found = "" if not named and len(plans) == 1 else None
    if found is None:
        raise PlanRemoved(named)
    return found


class RequestHead(TypedDict):
    """What the head of each of these pages shows; `name` is None once the person is erased."""

    reference: str
    name: str | None
    erased: bool
    language: str
    language_tag: str
    list: str
    may_work: bool
    may_issue: bool
    may_approve: bool


def head_of(of: PatientRequest) -> RequestHead:
    """Return what the head of each of these pages shows."""
    return {
        "reference": of.reference,
        "name": name_of(of),
        "erased": of.erased_at is not None,
        "language": language_of(of).name,
        "language_tag": of.language,
        "list": of.slug,
        "may_work": signed_in.may("requests.work"),
        "may_issue": signed_in.may("quotes.issue"),
        "may_approve": signed_in.may("quotes.approve"),
    }


def name_of(of: PatientRequest) -> str | None:
    """Return the patient's name; None once the person is erased, or if its key is missing."""
    found = requests.readable_person(of, settings().data_keys)
    return None if found is None else found.patient


def language_of(of: PatientRequest) -> Reader:
    """Return the reader of the language in which a request's documents are written."""
    return reader_of(of.language)


def zone_of(of: PatientRequest) -> str:
    """Return the time zone of the list that was asked about."""
    return price_lists.parsed(of.table_version).time_zone


def when(moment: Any, of: PatientRequest) -> str:
    """Write a moment in the time zone of the list."""
    return current_reader().clock(moment, zone_of(of))


def to(endpoint: str, **values: Any) -> ResponseReturnValue:
    """Redirect (303) to another of these pages after a change."""
    return redirect(url_for(f"quotes_desk.{endpoint}", **values), code=303)
