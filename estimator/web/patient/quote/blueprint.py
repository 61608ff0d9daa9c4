"""What the pages of a quote share: who is let in, what else they are told, and the short form of a quote."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import keys, price_lists, quotes, wording
from estimator.db import unavailable
from estimator.i18n import Words
from estimator.i18n import gettext as _
from estimator.models import Quote, QuoteRevision
from estimator.models.quotes import RevisionState
from estimator.requests import mailed_codes
from estimator.web import errors, request_context
from estimator.web.forms import printable
from estimator.web.language import current_reader
from estimator.web.patient import cookies, dead_links
from estimator.web.patient.opened_links import QUOTES
from estimator.wording import FirmRows
from pricing import quote_options, quote_plans
from pricing.stored import StoredQuote

pages = Blueprint("quote", __name__)


logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link:
    """Where to go on: an address and its label."""

    address: str
    label: str


@dataclass(frozen=True)
class Taken:
    """A line that is taken with a quote, and what it comes to."""

    label: Words
    amount: str


@dataclass(frozen=True)
class Short:
    """A revision in four lines, loaded in advance: usable if the database becomes unavailable."""

    number: str
    revision: int
    provider: Words
    #: the firm total, and what that comes to with what is taken
    firm: str
    total: str
    valid_until: str
    demo: bool
    #: which of several plans it is about; empty where there is one
    plan: str
    #: what each of several plans comes to, by its name, where it is about no single one
    totals: Sequence[tuple[str, str]]
    taken: Sequence[Taken] = ()
    #: whose quote it is, and who asked for it where that is somebody else; None once the person is erased
    patient: str | None = None
    asked_by: str | None = None


@dataclass(frozen=True)
class Opened:
    """A quote whose link was opened in this browser."""

    quote: Quote
    #: whether the code of the mail was typed in this browser too
    code_was_typed: bool
    #: where codes go to; None where the link alone opens the quote
    address: str | None

    @property
    def confirmed(self) -> bool:
        """Whether everything may be shown; of an erased person only where the code was typed before."""
        return self.code_was_typed or (self.address is None and not self.erased)

    @property
    def erased(self) -> bool:
        """Whether the person was erased; what was accepted may be kept."""
        return self.quote.request.erased_at is not None

    @cached_property
    def newest(self) -> QuoteRevision:
        """The newest revision, the only one that can be answered."""
        return quotes.newest(self.quote)

    @property
    def state(self) -> RevisionState:
        """The state of the newest revision at this moment."""
        return quotes.state_at(self.newest, request_context.now())

    @property
    def link(self) -> str:
        """The address of its page."""
        return url_for("quote.page", number=self.quote.number)


class NotOpen(errors.Missing):
    """A quote is not open in this browser, whether it exists or not; `link` is set if only the code is missing."""

    def __init__(self, link: str | None = None) -> None:
        self.link = link
        super().__init__(link)

    def answer(self) -> ResponseReturnValue:
        """Redirect to where the code is asked for, or return a page that says what to do and keeps what was typed."""
        if self.link is None:
            return _closed()
        if request.method == "POST":
            return _closed(Link(self.link, _("Continue with a code")))
        return redirect(self.link, code=303)


class Erased(errors.Missing):
    """The person of a quote was erased: nothing is left to be shown."""

    def __init__(self, quote: Quote) -> None:
        self.number = quote.number
        super().__init__(quote.number)

    def answer(self) -> ResponseReturnValue:
        """Return the page that says so."""
        return errors.page(
            410,
            _("What this quote said has been deleted"),
            _("Quote %(number)s: the name, the document and the words were removed.", number=self.number),
            kept=typed(),
        )


def opened(number: str) -> Opened:
    """Return a quote if its link was opened in this browser; nothing is looked up for anybody else.

    Raises NotOpen and keys.Unreadable, and Erased or dead_links.Erased where only the code was missing and the person
    is erased.
    """
    quote = quotes.by_number(number) if QUOTES.knows(number) else None
    if quote is None or not QUOTES.is_open(quote.number, quote.link_serial):
        raise NotOpen
    settings = request_context.settings()
    address = mailed_codes.address_of(quote.request, settings.data_keys) if settings.sends_mail else None
    found = Opened(quote, QUOTES.is_confirmed(quote.number, quote.link_serial), address)
    if found.erased and not found.confirmed:
        if found.newest.rows is None:
            raise Erased(quote)
        raise dead_links.Erased(price_lists.parsed(quote.request.table_version).provider)
    return found


def let_in(number: str) -> Opened:
    """Return a quote that may be shown whole; raises NotOpen and keys.Unreadable."""
    found = opened(number)
    if not found.confirmed:
        raise NotOpen(found.link)
    return found


def _closed(way: Link | None = None) -> ResponseReturnValue:
    kept = typed()
    sentences = [_("Open the link of the mail again. Then you can go on here.")]
    if way is not None:
        sentences = [_("It was open here for twelve hours. Ask for a code, and you can continue.")]
    if request.method == "POST":
        sentences.append(_("Nothing was sent."))
    if not request.cookies:
        sentences.append(cookies.if_it_comes_again())
    return errors.page(
        401,
        _("This quote is not open in this browser"),
        *sentences,
        way_out=None if way is None else (way.address, way.label),
        kept=kept,
    )


def typed() -> list[str]:
    """Return what somebody typed themselves into a form of a quote."""
    if request.method != "POST":
        return []
    texts = (printable(errors.sent_form().get(name, "")) for name in ("typed_name", "words"))
    return [text for text in texts if text.strip()]


@pages.errorhandler(keys.Unreadable)
def _unreadable(_error: keys.Unreadable) -> ResponseReturnValue:
    logger.error("a quote cannot be read: a key is missing")
    return errors.page(
        503,
        _("This quote cannot be read at the moment"),
        _("Something is wrong with our server, and we know of it. Nothing is lost. Try again later."),
        kept=typed(),
    )


def rows_of(revision: QuoteRevision) -> FirmRows:
    """Return the words of a revision; raises Erased once they are removed, and keys.Unreadable."""
    rows = quotes.rows_of(revision, request_context.settings().data_keys)
    if rows is None:
        raise Erased(revision.quote)
    return rows


def short(revision: QuoteRevision, rows: FirmRows, plan: str = "") -> Short:
    """Return the short form of a revision, or of one of its plans."""
    content = quotes.content_of(revision)
    totals = {
        letter: current_reader().money(each["total"], revision.currency)
        for letter, each in quote_plans.by_plan(content).items()
    }
    main = price_lists.parsed(revision.quote.request.table_version).main_language
    firm = totals.get(plan) or next(iter(totals.values()))
    return Short(
        number=revision.quote.number,
        revision=revision.number,
        provider=current_reader().own(str(rows.head.provider), main),
        firm=firm,
        total=firm,
        valid_until=end_of(revision),
        demo=rows.demo,
        plan=plan,
        totals=[]
        if plan or len(totals) == 1
        else [(wording.firm_plans.named(letter), total) for letter, total in totals.items()],
        patient=quotes.patient_of(revision, request_context.settings().data_keys),
        asked_by=rows.asked_by,
    )


def short_of_agreed(revision: QuoteRevision, rows: FirmRows) -> Short:
    """Return the short form of what is accepted of a revision; that of all of it, if nothing is."""
    agreed = quotes.agreed(revision)
    if agreed is None:
        return short(revision, rows)
    return with_taken(short(revision, rows, agreed.plan), agreed.content, rows, agreed.taken)


def with_taken(short: Short, content: StoredQuote, rows: FirmRows, taken: Collection[int]) -> Short:
    """Return the short form of a plan with the lines of these numbers: each of them, and what all comes to."""
    reader, currency = current_reader(), content["currency"]
    total = quote_options.written(quote_options.total_with(content, taken), content)
    return replace(
        short,
        total=reader.money(total, currency),
        taken=[
            Taken(row.label, reader.money(option["total"], currency))
            for row, option in zip(rows.options, content.get("options", []), strict=True)
            if row.number in taken
        ],
    )


def end_of(revision: QuoteRevision) -> str:
    """Say until when a revision is valid."""
    return _(
        "the end of %(day)s (%(zone)s)",
        day=current_reader().day(revision.valid_until),
        zone=current_reader().zone(revision.time_zone),
    )


def refused(found: Opened) -> ResponseReturnValue:
    """Return the 409 page for an answer to a revision that cannot be answered (any more), which says what to do."""
    quote, newest = found.quote, found.newest
    standing = found.state
    shown = request.form.get("revision", "")
    see = (found.link, _("See the quote as it is now"))
    ask = (url_for("quote.question", number=quote.number), _("Ask the coordinator"))
    if standing in ("current", "accepted", "declined") and shown and shown != str(newest.number):
        return _not_done(
            _("There is a newer revision of this quote"),
            _(
                "Revision %(old)s was replaced by revision %(new)s. Look at what has changed before you decide.",
                old=shown if shown.isdecimal() and len(shown) < 6 else "?",
                new=newest.number,
            ),
            see,
        )
    match standing:
        case "accepted":
            return _not_done(
                _("This quote is accepted already"),
                _("The page of the quote says when that was, and what follows."),
                see,
            )
        case "declined":
            return _not_done(
                _("This quote was declined"),
                _("If you have changed your mind, ask the coordinator for a new revision."),
                ask,
            )
        case "expired":
            return _not_done(
                _("This quote has expired"),
                _(
                    "It was valid until %(moment)s. Ask the coordinator for a new revision.",
                    moment=end_of(newest),
                ),
                ask,
            )
        case "withdrawn":
            return _not_done(
                _("This quote was withdrawn"),
                _("The provider took it back. Ask the coordinator what to do now."),
                ask,
            )
    return _not_done(_("This quote has changed meanwhile"), _("Look at it as it is now."), see)


def _not_done(heading: str, sentence: str, way: tuple[str, str]) -> ResponseReturnValue:
    sentences = [sentence, _("Nothing was sent.")] if request.method == "POST" else [sentence]
    return errors.page(409, heading, *sentences, way_out=way, kept=typed())


def no_plan(found: Opened) -> ResponseReturnValue:
    """Return the 409 page for an acceptance that names none of several plans."""
    return _not_done(
        _("Choose one of the plans"),
        _("This quote has several plans, and one of them can be accepted."),
        (f"{found.link}#plans", _("To the plans")),
    )


def other_plan(found: Opened, accepted: str) -> ResponseReturnValue:
    """Return the 409 page for the acceptance of a plan after another one was accepted."""
    return _not_done(
        _("Another plan of this quote is accepted already"),
        _(
            "Plan %(letter)s was accepted, so the other plans are closed. If you want another one instead, take the "
            "acceptance back first, or ask the coordinator.",
            letter=accepted,
        ),
        (found.link, _("See the quote as it is now")),
    )


def other_lines(found: Opened, taken: str) -> ResponseReturnValue:
    """Return the 409 page for an acceptance with other lines than it was accepted with, which a sentence names."""
    return _not_done(
        _("This quote is accepted already"),
        " ".join(
            [
                taken,
                _(
                    "What you have chosen just now was not recorded. If you want that instead, take the acceptance "
                    "back first, or ask the coordinator."
                ),
            ]
        ),
        (found.link, _("See the quote as it is now")),
    )


def not_yet(found: Opened, first: date) -> ResponseReturnValue:
    """Return the 409 page for an acceptance before the first day on which the terms of the list allow one."""
    return _not_done(
        _("This quote cannot be accepted yet"),
        wording.not_before(first, found.newest.time_zone, current_reader()),
        (found.link, _("See the quote as it is now")),
    )


def is_the_newest(found: Opened, revision: str | None) -> bool:
    """Whether a form is about the newest revision."""
    return (revision or "") == str(found.newest.number)


def kept_here(error: DBAPIError) -> str:
    """Return the message above a form that could not be saved; raises the error again if it is a bug of ours."""
    known = unavailable(error)
    if known is None:
        raise error
    return _("%(why)s What you typed is still here. Try again in a minute.", why=known.sentence)


def ended_visit() -> str:
    """Return the message for a form without a valid CSRF token."""
    return _("This page was open for too long. What you typed is still here; press the button again.")


def last_day(revision: QuoteRevision, days: int) -> str:
    """Say the end of the last day on which an acceptance of this moment can be taken back."""
    day = price_lists.day_of(request_context.now(), revision.time_zone) + timedelta(days=days)
    reader = current_reader()
    return _("the end of %(day)s (%(zone)s)", day=reader.day(day), zone=reader.zone(revision.time_zone))


def done(
    heading: str,
    *sentences: str,
    about: Opened | None = None,
    following: Sequence[str] = (),
    ways: Sequence[Link] = (),
    status: int = 200,
) -> ResponseReturnValue:
    """Return a page that says what was done, about which quote, what follows, and where to go on."""
    shown = {
        "heading": heading,
        "number": about and about.quote.number,
        "demo": about and price_lists.parsed(about.quote.request.table_version).demo,
        "sentences": [sentence for sentence in sentences if sentence],
        "next": following,
        "ways": ways,
    }
    return render_template("patient/quote_done.html", done=shown), status
