"""The state of a revision in words: a name for lists of revisions, and the notice above the quote."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from estimator import quotes
from estimator.i18n import gettext as _
from estimator.models import QuoteDecision, QuoteRevision
from estimator.web import request_context
from estimator.web.language import current_reader
from estimator.web.patient.quote.blueprint import Link, end_of
from estimator.wording import states

PAST = frozenset({"replaced", "withdrawn", "expired", "declined"})
"""The states in which a revision is not to be paid any more."""


@dataclass(frozen=True)
class Notice:
    """The notice above a quote that is not simply valid, with a link."""

    code: str
    heading: str
    sentence: str
    way: Link | None = None


def notice(revision: QuoteRevision, newest: QuoteRevision) -> Notice | None:
    """Return the notice above a revision; None for one that is valid."""
    number, zone, reader = revision.quote.number, revision.time_zone, current_reader()
    since = reader.clock(revision.state_since, zone)
    ask = Link(url_for("quote.question", number=number), _("Ask the coordinator"))
    match quotes.state_at(revision, request_context.now()):
        case "replaced":
            return Notice(
                "replaced",
                _("This revision was replaced."),
                _("Revision %(new)s takes its place since %(moment)s.", new=newest.number, moment=since),
                Link(url_for("quote.page", number=number), _("See revision %(new)s", new=newest.number)),
            )
        case "withdrawn":
            return Notice(
                "withdrawn",
                _("This quote was withdrawn."),
                _("The provider took it back on %(moment)s. It cannot be accepted.", moment=since),
                ask,
            )
        case "expired":
            return Notice(
                "expired",
                _("This quote has expired."),
                _(
                    "It was valid until %(moment)s. Ask for a new revision if you still want it.",
                    moment=end_of(revision),
                ),
                ask,
            )
        case "declined":
            return Notice(
                "declined",
                _("This quote was declined."),
                _(
                    "That was on %(moment)s. If you have changed your mind, ask for a new revision.",
                    moment=since,
                ),
                ask,
            )
        case "accepted":
            return _accepted(revision, since)
    said = quotes.decision_of(revision)
    if said is not None and said.taken_back_at is not None:
        return Notice(
            "taken_back",
            _("The acceptance was taken back."),
            _(
                "That was on %(moment)s. Nothing is agreed, and nothing is to be paid.",
                moment=reader.clock(said.taken_back_at, zone),
            ),
        )
    ended = quotes.replaced.acceptance_ended_by(revision)
    if ended is None:
        return None
    return Notice(
        "ended",
        _("You had accepted revision %(revision)s.", revision=ended.number),
        _("That does not count any more: this revision is not accepted yet."),
    )


def named(revision: QuoteRevision) -> str:
    """Return what a list of revisions says of the state of one; of an accepted one also that this ended."""
    state = quotes.state_at(revision, request_context.now())
    if state == "replaced" and quotes.agreed(revision) is not None:
        return _("accepted; this ended when a newer revision replaced it")
    return str(states.REVISION_FOR_PATIENT[state])


def _accepted(revision: QuoteRevision, since: str) -> Notice:
    said = quotes.decision_of(revision)
    sentence = _("That was on %(moment)s.", moment=since)
    way = None
    if said is not None and can_be_taken_back(said):
        sentence = _(
            "That was on %(moment)s. It can be taken back until %(until)s; nothing is to be paid before.",
            moment=since,
            until=taken_back_until(said, revision.time_zone),
        )
        way = Link(url_for("quote.take_back", number=revision.quote.number), _("Take the acceptance back"))
    heading = _("This quote is accepted.")
    if said is not None and said.plan:
        heading = _("Plan %(letter)s is accepted; the other plans are closed.", letter=said.plan)
    return Notice("accepted", heading, sentence, way)


def can_be_taken_back(said: QuoteDecision) -> bool:
    """Whether an acceptance can still be taken back at this moment."""
    return (
        said.kind == "accepted"
        and said.taken_back_at is None
        and said.reversible_until is not None
        and request_context.now() < said.reversible_until
    )


def taken_back_until(said: QuoteDecision, zone: str) -> str:
    """Say the end of the last day on which an acceptance can be taken back."""
    last = quotes.last_day_to_take_back(said, zone)
    assert last is not None
    reader = current_reader()
    return _("the end of %(day)s (%(zone)s)", day=reader.day(last), zone=reader.zone(zone))
