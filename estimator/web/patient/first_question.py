"""Ask a question about an estimate without asking for a quote: a few words, and where the answer goes."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import Field
from wtforms.validators import StopValidation

from estimator import clinic, price_lists, requests, wording
from estimator.db import unavailable
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, ngettext
from estimator.models import Estimate
from estimator.requests import consents
from estimator.web import network_limits, request_context, typed_answers
from estimator.web.fields import (
    AddressField,
    CarriedField,
    ChoiceField,
    PhoneField,
    SubmissionField,
    TickField,
)
from estimator.web.forms import Form, Line, summary
from estimator.web.language import current_reader, follows, is_switching
from estimator.web.patient import question_form, request_limit, request_visit
from estimator.web.patient.request import far_too_long, pages, reply_days, visit_over, with_room
from estimator.web.patient.request_form import LONGEST_ADDRESS, LONGEST_PHONE, language_names, words_field
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.web.validators import Address, Filled, NotTooLong, NumberOfCountry, PossibleNumber, Telephone


class AddressOrNumber:
    """Refuses an empty address where there is no telephone number either."""

    def __call__(self, form: FirstQuestionForm, field: Field) -> None:
        if not field.data and form.phone.data:
            raise StopValidation
        if not field.data:
            raise StopValidation(_("Enter an email address or a telephone number for the answer."))


class FirstQuestionForm(Form):
    """A question, where the answer goes, and the sentence that is agreed to."""

    words = words_field(
        lazy_gettext("Your question to the coordinator"), lazy_gettext("Enter your question.")
    )
    email = AddressField(
        lazy_gettext("Email address"),
        [
            AddressOrNumber(),
            Address(lazy_gettext("This is not an email address. Enter it like this: name@example.org.")),
        ],
    )
    phone = PhoneField(
        lazy_gettext("Telephone"),
        [NotTooLong(LONGEST_PHONE), Telephone(), PossibleNumber(), NumberOfCountry()],
    )
    language = ChoiceField(
        lazy_gettext("Language of our answers"),
        choices=lambda: [(tag, name, {"lang": tag}) for tag, name in language_names().items()],
        refusal=lazy_gettext("Choose a language."),
    )
    consent = TickField(
        validators=[
            Filled(lazy_gettext("Without this we may not read your question. Tick it, or do not send it."))
        ]
    )
    asked = CarriedField(most=LONGEST_ADDRESS)
    phone_asked = CarriedField()
    submission = SubmissionField()


@pages.route("/e/<token>/question", methods=["GET", "POST"])
@typed_answers.keeping(FirstQuestionForm)
def first_question(token: str) -> ResponseReturnValue:
    """Show the form of a question, or keep the question."""
    try:
        with_room()
    except RequestEntityTooLarge:
        return far_too_long(url_for("asking.first_question", token=token))
    found = request_context.estimate_of(token)
    form = FirstQuestionForm()
    if request.method != "POST":
        form.language.data = current_reader().tag
        return _page(found, token, form)
    if is_switching():
        form.consent.data = False  # its words are now others
        form.language.data = follows(form.language.data)
        return _page(found, token, form)
    if not form.is_of_this_visit():
        return _page(found, token, form.refuse(visit_over(found)), 400)
    meant = form.email.perhaps(form.asked)
    if not form.validate() or meant:
        return _page(found, token, form, 422, meant)
    try:
        with committing():  # commits also the count of a refused attempt
            wait = (
                request_limit.too_many("ask") or request_limit.too_many("question") or _too_many_mails(form)
            )
            if wait is None:
                record = requests.ask_first(
                    act(),
                    found,
                    form.words.data,
                    email=form.email.address,
                    phone=form.phone.data or None,
                    language=form.language.data,
                    consent=_consent(found),
                    submission=form.submission.name_or_new(),
                )
                request_visit.begin(record, confirmed=True)
                reference = record.reference
    except DBAPIError as error:
        known = unavailable(error)
        if known is None:
            raise
        sentence = _(
            "%(why)s Nothing was sent, and everything you wrote is still here. Try again in a minute.",
            why=known.sentence,
        )
        return _page(None, token, form.refuse(sentence), 503)
    if wait is not None:
        return _page(request_context.estimate_of(token), token, form.refuse(wait), 429)
    return redirect(url_for("asking.asked", reference=reference), code=303)


def _too_many_mails(form: FirstQuestionForm) -> str | None:
    """Count one more mail that a network has caused; return the error if the limit is exceeded, else None."""
    if form.email.address is None or not request_context.settings().sends_mail:
        return None
    if network_limits.take("mail") is None:
        return None
    return _(
        "Many emails were asked for from your network just now. What you typed is still here: send it again in a "
        "quarter of an hour, or leave a telephone number and no address."
    )


def _consent(found: Estimate) -> consents.Consent:
    return consents.for_question(
        current_reader(), wording.provider(price_lists.parsed(found.table_version), current_reader())
    )


def _kept_sentence() -> str:
    return ngettext(
        "We keep your question for %(num)s day after the last thing that happened to it. You can see, download and "
        "delete it at any time.",
        "We keep your question for %(num)s days after the last thing that happened to it. You can see, download and "
        "delete it at any time.",
        clinic.current().requests_kept_days,
    )


def _page(
    found: Estimate | None, token: str, form: FirstQuestionForm, status: int = 200, meant: str | None = None
) -> tuple[str, int]:
    """Show the form; without the sentence to agree to where the estimate cannot be read."""
    problems = summary(form)
    if meant:
        doubt = _("Is your email address right? Perhaps you meant %(meant)s.", meant=meant)
        problems.append(Line(form.email.id, doubt))
    rendered = render_template(
        "patient/first_question.html",
        errors=problems,
        form=form,
        meant=meant,
        reference=None if found is None else found.reference,
        provider=""
        if found is None
        else wording.provider(price_lists.parsed(found.table_version), current_reader()),
        demo=found is not None and price_lists.parsed(found.table_version).demo,
        consent=None if found is None else _consent(found).words,
        action=url_for("asking.first_question", token=token),
        back=url_for("patient.breakdown", token=token),
        room=question_form.room(),
        reply_days=reply_days(),
        kept=_kept_sentence(),
    )
    return rendered, status
