"""What was answered to a quote, and taking an acceptance back."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import quotes
from estimator.i18n import gettext as _
from estimator.models import QuoteRevision
from estimator.privacy import erasure
from estimator.web import request_context
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.patient.quote import accepted_lines, blueprint, standing
from estimator.web.patient.quote.blueprint import Link, Opened, pages
from estimator.web.request_context import act
from estimator.web.transaction import committing


@pages.get("/quote/<number>/answered")
def answered(number: str) -> ResponseReturnValue:
    """Say what was answered to the newest revision, and what follows."""
    found = blueprint.let_in(number)
    said, newest = quotes.decision_of(found.newest), found.newest
    sends_mail = request_context.settings().sends_mail
    if said is None or (said.taken_back_at is None and found.state not in ("accepted", "declined")):
        return redirect(found.link, code=303)
    reader, zone = current_reader(), newest.time_zone
    at = reader.clock(said.taken_back_at or said.at, zone)
    back = Link(found.link, _("To the quote"))
    number = found.quote.number
    receipt = [] if found.address is None else [_("An email that says the same is on its way to you.")]
    if said.taken_back_at is not None and found.erased:
        return blueprint.done(
            _("The acceptance is taken back"),
            _("That was on %(moment)s. Nothing is agreed, and nothing is to be paid.", moment=at),
            about=found,
            following=[
                _("The coordinator is told by mail.")
                if sends_mail
                else _("The coordinator can see it on this website."),
                _(
                    "The document and the name on it are deleted as well now: there is no reason to keep them."
                ),
            ],
        )
    if said.taken_back_at is not None:
        return blueprint.done(
            _("The acceptance is taken back"),
            _("That was on %(moment)s. Nothing is agreed, and nothing is to be paid.", moment=at),
            about=found,
            following=[
                _("The coordinator is told by mail. While the quote is valid, it can be accepted again.")
                if sends_mail
                else _("While the quote is valid, it can be accepted again."),
                *receipt,
            ],
            ways=[back],
        )
    if said.kind == "declined":
        return blueprint.done(
            _("You have declined the quote"),
            _("That was on %(moment)s. You owe nothing.", moment=at),
            about=found,
            following=[
                _("The coordinator is told by mail, with your reason.")
                if sends_mail
                else _("The coordinator can see it on this website, with your reason."),
                *receipt,
            ],
            ways=[back],
        )
    following = [
        *accepted_lines.sentences(newest),
        _("The coordinator is told by mail and writes to you about the next steps.")
        if sends_mail
        else _("The coordinator writes to you about the next steps."),
    ]
    if said.plan:
        following.insert(
            0,
            _(
                "You have accepted plan %(letter)s, for %(total)s. The other plans are closed.",
                letter=said.plan,
                total=reader.money(said.total or newest.total, newest.currency),
            ),
        )
    ways = [back, Link(_document(newest), _("Download as PDF"))]
    if standing.can_be_taken_back(said):
        until = standing.taken_back_until(said, zone)
        following += [
            _("You can take this back until %(until)s, without giving a reason.", until=until),
            _("Nothing is to be paid before that."),
        ]
        ways.append(Link(url_for("quote.take_back", number=number), _("Take the acceptance back")))
    following += receipt
    return blueprint.done(
        _("You have accepted the quote"),
        _("That was on %(moment)s, for revision %(revision)s.", moment=at, revision=newest.number),
        about=found,
        following=following,
        ways=ways,
    )


@pages.route("/quote/<number>/take-back", methods=["GET", "POST"])
def take_back(number: str) -> ResponseReturnValue:
    """Ask whether an acceptance is to be taken back, and take it back."""
    found = blueprint.let_in(number)
    said = quotes.decision_of(found.newest)
    done = redirect(url_for("quote.answered", number=found.quote.number), code=303)
    if request.method == "POST" and not blueprint.is_the_newest(found, request.form.get("revision")):
        return blueprint.refused(found)
    if said is not None and said.taken_back_at is not None and found.state == "current":
        return done
    if said is None or found.state != "accepted":
        return blueprint.refused(found) if found.state != "current" else redirect(found.link, code=303)
    if not standing.can_be_taken_back(said):
        return _too_late(found)
    form = Form()
    if request.method == "POST" and form.is_of_this_visit():
        try:
            with committing():
                quotes.take_back(act(), found.newest)
                erasure.erase_rest(act(), found.quote.request)
        except quotes.NotCurrent as late:
            # By somebody else a moment ago: taken back already, or replaced by the desk.
            return done if late.state == "current" else blueprint.refused(blueprint.let_in(number))
        except quotes.TooLate:
            return _too_late(found)
        return done
    if request.method == "POST":
        form.refuse(blueprint.ended_visit())
    rows = blueprint.rows_of(found.newest)
    page = render_template(
        "patient/quote_take_back.html",
        errors=summary(form),
        short=blueprint.short_of_agreed(found.newest, rows),
        until=standing.taken_back_until(said, found.newest.time_zone),
        links={"action": url_for("quote.take_back", number=found.quote.number), "back": found.link},
    )
    return page, 400 if form.form_errors else 200


def _too_late(found: Opened) -> ResponseReturnValue:
    return blueprint.done(
        _("It is too late to take the acceptance back here"),
        _("The time for that is over. Talk to the coordinator, who can still help you."),
        about=found,
        ways=[
            Link(url_for("quote.question", number=found.quote.number), _("Ask the coordinator")),
            Link(found.link, _("To the quote")),
        ],
        status=409,
    )


def _document(revision: QuoteRevision) -> str:
    return url_for("quote.document", number=revision.quote.number, revision=revision.number)
