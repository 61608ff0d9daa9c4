"""Ask for a firm quote: the form, the check of the answers, and the page of a request.

Nothing that is typed is stored before the last button; until then it goes from page to page in the form. A page
that is opened changes nothing: the secret of a link is exchanged for a note in the cookie, and that is all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypedDict

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from estimator import clinic, estimates, price_lists, quotes, requests, throttle, wording
from estimator.db import unavailable
from estimator.i18n import Reader, Words, lazy_gettext, ngettext
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.mail import addresses, outbox
from estimator.models import Estimate, PatientRequest, Quote
from estimator.requests import consents
from estimator.web import errors, networks, request_context
from estimator.web.countries import countries
from estimator.web.fields import ChoiceField
from estimator.web.forms import Form, Line, summary
from estimator.web.language import current_reader, follows, is_switching
from estimator.web.patient import cookies, dead_links, question_form, request_form, request_visit
from estimator.web.patient.question_form import QuestionForm
from estimator.web.patient.request_form import RequestForm, language_names
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.wording import injury, states
from pricing.left_open import unanswered
from pricing.stored import is_at_least

pages = Blueprint("asking", __name__)


LARGEST = 400_000
"""Maximum size of a form here, in bytes, as browsers encode it: an overlong text is refused in the form itself, unless
it is overlong many times over. Taking more apart would cost time before anything is looked at."""

MOST_FROM = 30
"""Maximum number of requests from one network in a quarter of an hour; a whole hospital may share one."""

MOST_READ_PAST = 200_000_000
PIECE = 1_000_000


@pages.route("/e/<token>/ask", methods=["GET", "POST"])
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
            wait = too_many()
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


@pages.get("/request/<reference>/sent")
def asked(reference: str) -> ResponseReturnValue:
    """Say that a request has arrived, what happens next and by when."""
    record = request_visit.opened(reference)
    settings = request_context.settings()
    return render_template(
        "patient/asked.html",
        **_about(record),
        mail=_mail(record),
        link=f"{settings.public_url}{_link(record)}",
    )


@pages.get("/r/<token>")
def open(token: str) -> ResponseReturnValue:
    """Exchange the secret of a request's link for a note in the cookie, and go on without it."""
    record = requests.find(token, request_context.now())
    if record is None:
        raise dead_links.DeadLink
    request_visit.begin(record)
    return redirect(url_for("asking.page", reference=record.reference), code=303)


@pages.get("/request/<reference>")
def page(reference: str) -> ResponseReturnValue:
    """Show how far a request is, and what comes next."""
    record = request_visit.opened(reference)
    return _page(record, QuestionForm())


@pages.post("/request/<reference>/question")
def question(reference: str) -> ResponseReturnValue:
    """Keep a question to the coordinator."""
    try:
        with_room()
    except RequestEntityTooLarge:
        return far_too_long(url_for("asking.page", reference=reference))
    form = QuestionForm()
    record = request_visit.opened(reference)
    if is_switching():
        return _page(record, form)
    if not form.is_of_this_visit():
        return _page(record, form.refuse(visit_over(record), form.words), 400)
    if not form.validate():
        return _page(record, form, 422)
    words = form.words.data
    try:
        with committing():
            quotes.ask_question(act(), record, words)
    except outbox.TooMany:
        return _page(
            requests.get(reference) or record, form.refuse(question_form.too_many(), form.words), 429
        )
    return redirect(url_for("asking.page", reference=reference, _anchor="questions"), code=303)


class LanguageForm(Form):
    """The language of what is sent to somebody."""

    language = ChoiceField(
        lazy_gettext("Language of our answers"),
        choices=lambda: [(tag, name, {"lang": tag}) for tag, name in language_names().items()],
        refusal=lazy_gettext("Choose a language."),
    )


@pages.post("/request/<reference>/language")
def language(reference: str) -> ResponseReturnValue:
    """Write to somebody in another language from now on; what was sent stays as it is."""
    record, form = request_visit.opened(reference), LanguageForm()
    if not form.validate():
        return _page(record, QuestionForm(None), 422, form)
    with committing():
        requests.speak(act(), record, form.language.data)
    return redirect(url_for("asking.page", reference=reference, _anchor="language-title"), code=303)


def too_many() -> str | None:
    """Count one more request from a network; return the error if the limit is exceeded, else None."""
    wait = throttle.take(act(), "ask", networks.counted(), most=MOST_FROM)
    if wait is None:
        return None
    return ngettext(
        "Many requests have come from your network just now. Everything you wrote is still here: "
        "send it again in %(num)s minute.",
        "Many requests have come from your network just now. Everything you wrote is still here: "
        "send it again in %(num)s minutes.",
        -(-wait // timedelta(minutes=1)),
    )


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
        sends_mail=request_context.settings().sends_mail,
        unanswered=_unanswered(found, token),
        **_estimate(found, token),
    )
    return rendered, status


def _unanswered(found: Estimate, token: str) -> list[tuple[Words, str]]:
    """Return the questions that must be answered before a quote is issued, each with the address that asks it."""
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    left = unanswered(table, estimates.breakdown_of(found)["answers"])
    return [
        (
            reader.words(driver.label, table.main_language),
            url_for("changing.question", token=token, driver=driver.code),
        )
        for driver in table.drivers
        if driver.code in left
    ]


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
    expired: str | None


def _estimate(found: Estimate, token: str) -> AskedAbout:
    """Return what the pages say about the estimate that is asked about."""
    reader, table = current_reader(), price_lists.parsed(found.table_version)
    breakdown = estimates.breakdown_of(found)
    return {
        "back": url_for("patient.breakdown", token=token),
        "again": url_for("patient.change", token=token),
        "first_question": url_for("asking.first_question", token=token),
        "reference": found.reference,
        "provider": wording.provider(table, current_reader()),
        "demo": table.demo,
        "total_label": wording.likely_total(is_at_least(breakdown)),
        "total": reader.money(breakdown["totals"]["total"]["likely"], breakdown["currency"]),
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


class About(TypedDict):
    """What every page of a request says."""

    reference: str
    provider: Words
    demo: bool
    due: str
    time_zone: str
    late: bool
    contact: str | None
    asked_at: str
    page: str
    my_data: str
    mere_question: bool
    answer_language: Reader


def _about(record: PatientRequest) -> About:
    """Return what every page of a request says; nothing of it tells who asked, or for what."""
    table = price_lists.parsed(record.table_version)
    return {
        "reference": record.reference,
        "provider": wording.provider(table, current_reader()),
        "demo": table.demo,
        "due": current_reader().moment(record.due_at, table.time_zone),
        "time_zone": table.time_zone,
        "late": request_context.now() > record.due_at,
        "contact": table.provider.email,
        "asked_at": current_reader().clock(record.created_at, table.time_zone),
        "page": url_for("asking.page", reference=record.reference),
        "my_data": url_for("my_data.request", reference=record.reference),
        "mere_question": record.kind == "question",
        "answer_language": reader_of(record.language),
    }


def _page(
    record: PatientRequest, form: QuestionForm, status: int = 200, language: LanguageForm | None = None
) -> tuple[str, int]:
    answers_in = language or LanguageForm(None, data={"language": record.language})
    about, quote = _about(record), quotes.for_request(record)
    confirmed = request_visit.is_confirmed(record)
    rendered = render_template(
        "patient/request.html",
        errors=summary(form, answers_in),
        form=form,
        answers_in=answers_in,
        speak=url_for("asking.language", reference=record.reference),
        state=record.state,
        state_sentence=_state(record, quote),
        exchange=_exchange(record, about["time_zone"], confirmed),
        # The plan is personal as well: a link alone leads to no estimate.
        estimate=_estimate_link(record) if confirmed else None,
        code=None if confirmed else url_for("my_data.code", reference=record.reference),
        quote=None if quote is None else _quote(quote),
        action=None if record.erased_at else url_for("asking.question", reference=record.reference),
        typed_at=url_for("asking.page", reference=record.reference),
        room=question_form.room(),
        **about,
    )
    return rendered, status


class Said(TypedDict):
    """A question, or the answer to one; `words` only where they may be shown."""

    sentence: str
    words: str | None


def _exchange(record: PatientRequest, zone: str, confirmed: bool) -> list[Said]:
    """Return the questions and answers about a request, the first first."""
    sentences = {
        "question": lazy_gettext("Your question of %(moment)s"),
        "answer": lazy_gettext("Our answer of %(moment)s"),
    }
    events = requests.history(record, request_context.settings().data_keys)
    return [
        {
            "sentence": str(sentences[event.kind]) % {"moment": current_reader().clock(event.at, zone)},
            "words": event.words if confirmed else None,
        }
        for event in reversed(events)
        if event.kind in requests.EXCHANGE
    ]


def _estimate_link(record: PatientRequest) -> dict[str, str] | None:
    """Return the estimate that was asked about, if its page still opens."""
    found = estimates.by_reference(act(), record.estimate_reference)
    if found is None:
        return None
    token = estimates.token_of(found, request_context.settings().link_key)
    return {"reference": found.reference, "link": url_for("patient.breakdown", token=token)}


def _quote(quote: Quote) -> dict[str, str]:
    if quote.request.erased_at is not None:  # no link opens it any more
        return {"number": quote.number, "link": url_for("quote.page", number=quote.number)}
    token = quotes.token_of(quote, request_context.settings().link_key)
    return {"number": quote.number, "link": url_for("quote.open", token=token)}


def _last_word(record: PatientRequest) -> str | None:
    """Return whether a question or an answer came last; None if there is neither."""
    events = requests.history(record, request_context.settings().data_keys)
    return next((event.kind for event in events if event.kind in requests.EXCHANGE), None)


def _state(record: PatientRequest, quote: Quote | None) -> str:
    state = record.state
    if record.kind == "question":
        answered = state == "in_work" and _last_word(record) == "answer"
        return str(states.QUESTION_ANSWERED if answered else states.QUESTION_FOR_PATIENT[state])
    if state == "quoted" and quote is not None:
        # It expires with its last day, whether the clock has come round to it yet or not.
        newest = quotes.state_at(quotes.newest(quote), request_context.now())
        state = "expired" if newest == "expired" else state
    return str(states.REQUEST_FOR_PATIENT[state])


def _mail(record: PatientRequest) -> dict[str, str] | None:
    """Return the status of the confirmation mail; None if there is none."""
    events = requests.history(record, request_context.settings().data_keys)
    became = next((event.detail.get("mail") for event in events if event.kind == "asked"), None)
    person = requests.person_of(record, request_context.settings().data_keys)
    if person is None or person.email is None or became in (None, "no_address"):
        return None
    address = addresses.masked(person.email)
    if became == "put":
        return {"sentence": _("We have sent a confirmation to %(address)s.", address=address)}
    if became == "too_many":
        return {
            "sentence": _(
                "We have reached today’s limit of emails to %(address)s, so no confirmation was sent. "
                "What you wrote has arrived all the same.",
                address=address,
            )
        }
    if became == "too_many_now":
        return {
            "sentence": _(
                "We have sent as many emails as we may in this hour, so no confirmation was sent to %(address)s. "
                "What you wrote has arrived all the same.",
                address=address,
            )
        }
    return {"sentence": _("No confirmation is sent, because this server sends no mail.")}


def _link(record: PatientRequest) -> str:
    return url_for("asking.open", token=requests.token_of(record, request_context.settings().link_key))
