"""Ask for a firm quote: the form, and the check of the answers.

Nothing that is typed is stored before the last button; until then it goes from page to page in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from estimator import clinic, estimates, price_lists, requests, wording
from estimator.db import unavailable
from estimator.i18n import Words, ngettext
from estimator.i18n import gettext as _
from estimator.models import Estimate, PatientRequest
from estimator.requests import consents
from estimator.web import errors, request_context, typed_answers
from estimator.web.countries import countries
from estimator.web.forms import Line, summary
from estimator.web.language import current_reader, follows, is_switching
from estimator.web.patient import cookies, request_form, request_limit, request_visit
from estimator.web.patient.request_form import RequestForm, language_names
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.wording import injury
from pricing.left_open import before_a_quote
from pricing.stored import is_at_least

pages = Blueprint("asking", __name__)


LARGEST = 400_000
"""Maximum size of a form here, in bytes, as browsers encode it: an overlong text is refused in the form itself, unless
it is overlong many times over. Taking more apart would cost time before anything is looked at."""


MOST_READ_PAST = 200_000_000
PIECE = 1_000_000


@pages.route("/e/<token>/ask", methods=["GET", "POST"])
@typed_answers.keeping(RequestForm)
def ask(token: str) -> ResponseReturnValue:
    """Show the form, or take what was filled in and show it for a last look."""
    found = request_context.estimate_of(token)
    form = _sent(found, token)
    if not isinstance(form, RequestForm):
        return form
    if request.method != "POST":
        form.language.data = current_reader().tag
        return _form_page(found, token, form)
    if is_switching():
        form.ask_for_consent_again()  # its words are now others
        form.language.data = follows(form.language.data)
        return _form_page(found, token, form)
    if not form.is_of_this_visit():
        return _form_page(found, token, form.refuse(visit_over(found)), 400)
    if request.form.get("act") == "change":
        return _form_page(found, token, form)
    if not form.validate() or form.meant:
        return _form_page(found, token, form, 422)
    return _check_page(found, token, form, form.as_asked(_consents(found)))


@pages.route("/e/<token>/ask/check", methods=["GET", "POST"])
@typed_answers.keeping(RequestForm)
def check(token: str) -> ResponseReturnValue:
    """Keep the request that was looked at once more."""
    found = request_context.estimate_of(token)
    if request.method != "POST":
        return redirect(url_for("asking.ask", token=token), code=303)
    form = _sent(found, token)
    if not isinstance(form, RequestForm):
        return form
    genuine = form.is_of_this_visit()
    if not form.answers_are_right() or form.meant:
        return _form_page(found, token, form, 422 if genuine else 400)
    wanted = form.as_asked(_consents(found))
    if not genuine:
        return _check_page(found, token, form.refuse(visit_over(found)), wanted, 400)
    if form.agreed.data != request_form.agreed(_consents(found)):
        form.ask_for_consent_again()
        sentence = _("The words that you agree to have changed meanwhile. Read them, and tick them again.")
        return _form_page(found, token, form.refuse(sentence), 409)
    try:
        with committing():  # commits also the count of a refused attempt
            wait = request_limit.too_many("ask")
            if wait is None:
                record = requests.ask(
                    act(), found, wanted, origin="page", submission=form.submission.data or ""
                )
                request_visit.begin(record, confirmed=True)  # the browser that sent it may read it
                reference = record.reference
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            raise
        sentence = _(
            "%(why)s Nothing was sent, and everything you wrote is still here. Try again in a minute.",
            why=known.sentence,
        )
        return _check_page(None, token, form.refuse(sentence), wanted, 503)
    if wait is not None:
        return _check_page(found, token, form.refuse(wait), wanted, 429)
    return redirect(url_for("asking.asked", reference=reference), code=303)


def _sent(found: Estimate, token: str) -> RequestForm | tuple[str, int]:
    """Read what was sent; far too much of it is answered with a page that says so."""
    try:
        with_room()
        return RequestForm(request_context.now(), found.table_version.time_zone)
    except RequestEntityTooLarge:
        return far_too_long(url_for("asking.ask", token=token))


def with_room() -> None:
    """Let a form be as large as forms with a message are; raises RequestEntityTooLarge if it is larger."""
    request.max_content_length = request.max_form_memory_size = LARGEST
    assert request.form is not None


def far_too_long(empty: str) -> tuple[str, int]:
    """Return the page for a form that is far too large; what was typed still stands in the browser."""
    _let_it_arrive()
    most = current_reader().number(str(request_form.LONGEST_MESSAGE))
    return errors.page(
        413,
        _("Your message is far too long"),
        _("There is room for %(most)s characters. Nothing was sent.", most=most),
        _("Go back in your browser: what you wrote still stands there. Shorten it, and send it again."),
        way_out=(empty, _("To the empty form")),
    )


def _let_it_arrive() -> None:
    """Drain what is still being sent: a browser whose upload is cut off shows no response at all."""
    stream = request.environ["wsgi.input"]
    for _piece in range(MOST_READ_PAST // PIECE):
        if not stream.read(PIECE):
            return


def _consents(found: Estimate) -> Mapping[str, consents.Consent]:
    return consents.asked(
        current_reader(), wording.provider(price_lists.parsed(found.table_version), current_reader())
    )


def visit_over(found: Estimate | PatientRequest) -> str:
    """Say that the visit has ended and nothing is lost; the second time, how cookies are allowed or whom to ask."""
    sentence = _(
        "This page was open for too long, or your browser keeps no cookies. Everything you entered is still here; "
        "press the button again."
    )
    return cookies.ended(sentence, price_lists.parsed(found.table_version).provider)


def _form_page(found: Estimate, token: str, form: RequestForm, status: int = 200) -> tuple[str, int]:
    reader = current_reader()
    problems = summary(form)
    if form.meant:
        doubt = _("Is your email address right? Perhaps you meant %(meant)s.", meant=form.meant)
        problems.append(Line(form.email.id, doubt))
    rendered = render_template(
        "patient/ask.html",
        errors=problems,
        form=form,
        meant=form.meant,
        cut=reader.number(str(request_form.MOST_SHOWN)) if form.message.is_cut else None,
        action=url_for("asking.ask", token=token),
        consents=list(_consents(found).values()),
        longest=reader.number(str(request_form.LONGEST_MESSAGE)),
        longest_hours=reader.number(str(request_form.LONGEST_HOURS)),
        reply_days=reply_days(),
        kept=kept_sentence(),
        left_open=_left_open(found),
        **_estimate(found, token),
    )
    return rendered, status


def _left_open(found: Estimate) -> bool:
    """Whether a question must still be answered before a quote is issued."""
    table = price_lists.parsed(found.table_version)
    return bool(before_a_quote(table, estimates.breakdown_of(found)["answers"]))


def _check_page(
    found: Estimate | None, token: str, form: RequestForm, wanted: requests.Asked, status: int = 200
) -> tuple[str, int]:
    """Show everything for a last look; without the estimate where it cannot be read."""
    rendered = render_template(
        "patient/ask_check.html",
        errors=summary(form),
        hidden=form.as_hidden(),
        submission=form.submission,
        agreed=form.agreed.data if found is None else request_form.agreed(_consents(found)),
        action=url_for("asking.check", token=token),
        change=url_for("asking.ask", token=token),
        rows=_answers(wanted),
        consents=wanted.consents,
        kept=kept_sentence(),
        **(
            _estimate(found, token)
            if found is not None
            else {"back": url_for("patient.breakdown", token=token)}
        ),
    )
    return rendered, status


def _answers(asked: requests.Asked) -> list[tuple[str, str, str, bool]]:
    """Return what was answered: the field, what was asked, the answer, and whether it was typed freely."""
    reader = current_reader()
    person, month = asked.person, asked.planned_month
    languages, none = language_names(), injury.not_answered()
    rows: list[tuple[str, str, str, bool]] = [
        ("full_name", _("Name"), person.full_name, True),
        ("email", _("Email address"), person.email or "", True),
        ("phone", _("Telephone"), person.phone or _("none"), bool(person.phone)),
        ("country", _("Country"), countries(reader)[asked.country], False),
        ("language", _("Language of our answers"), languages[asked.language], False),
        ("answer_by", _("How we should answer"), injury.channel(asked.answer_by), False),
        ("answer_hours", _("When we can reach you"), person.answer_hours or none, bool(person.answer_hours)),
        ("for_whom", _("For whom"), for_whom(asked.for_whom), False),
        ("patient_name", _("Name of the patient"), person.patient, True),
        ("planned_month", _("Planned month"), planned(month), False),
        ("message", _("Message"), person.message or _("none"), bool(person.message)),
        *((*fact, False) for fact in injury.facts(person, reader)),
    ]
    without = {"language"} if len(languages) < 2 else set()
    without |= set() if person.patient_name else {"patient_name"}
    return [row for row in rows if row[0] not in without]


def for_whom(code: str) -> str:
    """Say for whom a quote is, in the words of the person who asks."""
    return _("For somebody I may speak for") if code == "other" else _("For myself")


def planned(month: str | None) -> str:
    """Say which month is planned."""
    return current_reader().month(month) if month else _("I do not know yet")


class AskedAbout(TypedDict):
    """What the pages say about the estimate that is asked about."""

    back: str
    again: str
    first_question: str
    reference: str
    provider: Words
    demo: bool
    total_label: str
    total: str
    withdrawn: str | None
    expired: str | None


def _estimate(found: Estimate, token: str) -> AskedAbout:
    """Return what the pages say about the estimate that is asked about."""
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    breakdown, withdrawn = estimates.breakdown_of(found), estimates.withdrawn_at(found)
    return {
        "back": url_for("patient.breakdown", token=token),
        "again": url_for("patient.change", token=token),
        "first_question": url_for("asking.first_question", token=token),
        "reference": found.reference,
        "provider": wording.provider(table, current_reader()),
        "demo": table.demo,
        "total_label": wording.likely_total(
            is_at_least(breakdown), has_range=len(set(breakdown["totals"]["total"].values())) > 1
        ),
        "total": reader.money(breakdown["totals"]["total"]["likely"], breakdown["currency"]),
        "withdrawn": None
        if withdrawn is None
        else wording.withdrawn_words(withdrawn, table.time_zone, reader),
        "expired": reader.day(found.valid_until)
        if estimates.has_expired(found, request_context.now())
        else None,
    }


def reply_days() -> str:
    """Say within how many days there is an answer."""
    days = clinic.current().reply_days
    if days == 0:
        return _("on the same business day")
    return ngettext("within %(num)s business day", "within %(num)s business days", days)


def kept_sentence() -> str:
    """Say how long a request is kept."""
    days = clinic.current().requests_kept_days
    return ngettext(
        "We keep your request for %(num)s day after the last thing that happened to it, and longer only if we "
        "issue a quote. You can see, download and delete it at any time.",
        "We keep your request for %(num)s days after the last thing that happened to it, and longer only if we "
        "issue a quote. You can see, download and delete it at any time.",
        days,
    )
