"""A request that a coordinator enters for somebody who called or wrote in a chat: plan, person and consents at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field
from wtforms.validators import StopValidation

from estimator import estimates, price_lists, requests
from estimator.i18n import Reader, lazy_gettext, speaking
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import TableVersion
from estimator.requests import Asked, chat, consents
from estimator.web import errors, estimate_form, request_context
from estimator.web.desk.requests import blueprint as desk
from estimator.web.desk.requests import suggestions
from estimator.web.desk.requests.blueprint import pages
from estimator.web.estimate_form import EstimateForm, Section
from estimator.web.fields import CarriedField, PastedField, TickField
from estimator.web.forms import printable, summary
from estimator.web.language import current_reader
from estimator.web.patient import request_form
from estimator.web.patient.request_form import RequestForm
from estimator.web.staff.signed_in import act
from estimator.web.total_so_far import running, told
from estimator.web.transaction import committing
from estimator.web.validators import Address, HasLetter, NotTooLong, Printable, PrintableLine
from estimator.wording import pasted
from pricing import PriceTable
from pricing.answers import Answers


class AddressOrTelephone:
    """Refuses an empty address where there is no telephone number either."""

    def __call__(self, form: RequestForm, field: Field) -> None:
        if not field.data and form.answer_by.data == "email":
            raise StopValidation(_("For an answer by email, enter the address."))
        if not field.data and form.phone.data:
            raise StopValidation
        if not field.data:
            raise StopValidation(_("Enter an email address or a telephone number."))


class NotTooLargeToPaste:
    """Refuses a pasted message that is longer than what is read and kept."""

    def __call__(self, form: RequestForm, field: Field) -> None:
        if chat.message.is_too_long(field.data):
            raise StopValidation(
                _("This message is longer than 100 kB. Paste only the part that says what they want.")
            )


class EnteredForm(RequestForm):
    """The patient's form, as a coordinator fills it in: it speaks of somebody, and a telephone number is enough."""

    not_consented: Mapping[str, str] = {
        consents.HEALTH_DATA: lazy_gettext(
            "Read this aloud, and tick it once they have said yes. Without it the request cannot be kept."
        ),
        consents.CONTACT: lazy_gettext(
            "Read this aloud, and tick it once they have said yes. Without it nobody may answer."
        ),
        consents.ON_BEHALF: lazy_gettext(
            "They ask for somebody else. Read this aloud, and tick it once they have said yes."
        ),
    }

    pasted = PastedField(
        lazy_gettext("A message from a chat (not required)"),
        [NotTooLargeToPaste(), Printable()],
        most_shown=chat.message.MOST_BYTES,
    )
    keep_pasted = TickField()
    read_in = CarriedField()

    def __init__(self, now: datetime, zone: str) -> None:
        super().__init__(now, zone)
        self.full_name.validators = [
            HasLetter(_("Enter the name of the person who is asking.")),
            NotTooLong(request_form.LONGEST_PERSON),
            PrintableLine(),
        ]
        self.email.validators = [
            AddressOrTelephone(),
            Address(_("This is not an email address. Enter it like this: name@example.org.")),
        ]
        self.phone.label.text = _("Telephone")
        self.country.label.text = _("Country they live in (not required)")
        self.country.optional, self.country.empty = True, _("Not known")
        self.for_whom.choices = [
            ("self", _("For themselves")),
            ("other", _("For somebody they may speak for")),
        ]
        self.planned_month.empty = _("Not known yet")
        self.message.label.text = _("What they said (not required)")
        self.answer_by.label.text = _("How do they want to be answered? (not required)")
        self.answer_hours.label.text = _("When can they be reached? (not required)")

    def as_asked(self, said: Mapping[str, consents.Consent]) -> Asked:
        """Return who asks for what; the pasted message is the beginning of what they said if they agreed to that."""
        asked = super().as_asked(said)
        if not self.keep_pasted.data:
            return asked
        words = "\n\n".join(filter(None, [self.pasted.data, asked.person.message]))
        return replace(asked, person=replace(asked.person, message=words))


@pages.get("/new", endpoint="new")
def choose() -> ResponseReturnValue:
    """Show the price lists in force, to choose whose questions are to be asked."""
    reader = current_reader()
    versions = list(price_lists.all_in_force(request_context.now()))
    offers = []
    for version in versions:
        table = price_lists.parsed(version)
        offers.append(
            {
                "address": url_for("desk.enter", slug=version.slug),
                "title": reader.words(table.title, table.main_language),
                "provider": table.provider.name,
                "version": version.version,
                "demo": table.demo,
            }
        )
    return render_template("desk/request_new.html", offers=offers)


@pages.route("/new/<slug>", endpoint="enter", methods=["GET", "POST"])
def enter(slug: str) -> ResponseReturnValue:
    """Ask the questions of a list and who it is for, and make estimate and request of it together."""
    try:
        version = price_lists.in_force(printable(slug), request_context.now())
    except (price_lists.UnknownTable, price_lists.NotInForce):
        return errors.page(
            404,
            _("This price list is not in force"),
            _("It was closed, or its first version begins on a later day."),
            way_out=(url_for("desk.new"), _("To the price lists in force")),
            kept=errors.typed() if request.method == "POST" else (),
        )
    reader = current_reader()
    table = price_lists.parsed(version)
    plan, form = estimate_form.build(table), EnteredForm(request_context.now(), version.time_zone)
    estimate_form.fill(plan, table, request.form.get("fill", ""))
    suggestions.use(form, plan, version, request.form.get("use", ""))
    found = estimate_form.read(plan, table, reader)
    panel = running(table, found, reader, unfinished=True)
    sent = request.method == "POST"
    if not sent:
        form.language.data = reader.tag
        return _form(version, plan, panel, form)
    said = _consents(version, form)
    words_in = request.form.get("words_in", "")
    if words_in in request_form.language_names():
        if form.language.data == _words_in(form).tag:
            form.language.data = words_in
        form.read_in.data = words_in
        return _form(version, plan, panel, form)
    if request.form.get("act") == "look" or "use" in request.form:
        right = form.pasted.validate(form)
        return _form(version, plan, panel, form, 200 if right else 422)
    if request.form.get("act") == "total" or "fill" in request.form:
        plan.refuse_answers(panel.refused())
        return _form(version, plan, panel, form)
    refused = panel.refused()
    plan.refuse_answers(refused)
    if (plan.table_sha256.data or version.sha256) != version.sha256:
        sentence = _(
            "The price list has changed meanwhile. Everything you typed is kept; the figures are now those of "
            "“%(version)s”. Tell the caller, then press the button again.",
            version=version.version,
        )
        plan.refuse(sentence)
        return _form(version, plan, panel, form, 409)
    if not form.validate() or form.meant or refused:
        return _form(version, plan, panel, form, 422)
    return _make(version, found.answers, form.as_asked(said), form.submission.name_or_new())


@pages.post("/new/<slug>/total")
def entered_total(slug: str) -> ResponseReturnValue:
    """Say what the answers come to so far, for the panel beside the form, as the request will be kept with them."""
    try:
        version = price_lists.in_force(printable(slug), request_context.now())
    except (price_lists.UnknownTable, price_lists.NotInForce):
        return jsonify({"error": "unknown table"}), 404
    reader, table = current_reader(), price_lists.parsed(version)
    found = estimate_form.read(estimate_form.build(table), table, reader)
    return told(running(table, found, reader, unfinished=True))


def _make(version: TableVersion, answers: Answers, asked: Asked, submission: str) -> ResponseReturnValue:
    with committing():
        token = estimates.make(
            act(), version, answers, language=asked.language, submission=submission, unfinished=True
        )
        estimate = estimates.find(act(), token)
        assert estimate is not None, "it was made in this transaction"
        reference = requests.ask(act(), estimate, asked, origin="staff", submission=submission).reference
    flash(_("The request is entered. The link for the patient stands on this page."), "hand-over")
    return desk.to("request", reference=reference, _anchor="hand-over")


def _form(
    version: TableVersion,
    plan: EstimateForm,
    panel: Any,
    form: EnteredForm,
    status: int = 200,
) -> ResponseReturnValue:
    reader = current_reader()
    table = price_lists.parsed(version)
    said = _consents(version, form)
    suggested = suggestions.of(form, plan, version)
    if form.agreed.data and form.agreed.data != request_form.agreed(said):
        form.ask_for_consent_again()  # what was read aloud was in another language
    form.agreed.data = request_form.agreed(said)
    shown = render_template(
        "desk/request_enter.html",
        errors=summary(plan, form),
        action=url_for("desk.enter", slug=version.slug),
        title=reader.words(table.title, table.main_language),
        provider=table.provider.name,
        demo=table.demo,
        sections=_sections(plan, table, reader, panel.asked),
        form=form,
        suggested=suggested,
        waits_for_country=suggestions.looked(form, version).waits_for_country,
        impossible_number=suggestions.impossible(form, version),
        undisputed=[one for one in suggestions.undisputed(suggested) if not one.used],
        table_sha256=version.sha256,
        total_url=url_for("desk.entered_total", slug=version.slug),
        total=panel,
        changed=None,
        day_order=reader.day_order(),
        consents=list(said.values()),
        words_in=_words_in(form),
        chat_consents=_for_chat(form, said),
        longest=reader.number(str(request_form.LONGEST_MESSAGE)),
        longest_hours=reader.number(str(request_form.LONGEST_HOURS)),
    )
    return shown, status


def _sections(form: EstimateForm, table: PriceTable, reader: Reader, asked: Sequence[str]) -> list[Section]:
    """Return the questions, each of which may stay open: only what somebody said is entered for them."""
    return [
        replace(
            section,
            questions=[
                replace(each, required=False, may_stay_open=each.may_stay_open or each.required)
                for each in section.questions
            ],
        )
        for section in estimate_form.sections(form, table, reader, asked)
    ]


def _words_in(form: EnteredForm) -> Reader:
    """Return the language of the words that are read aloud: that of the page until another one was chosen."""
    chosen = form.read_in.data
    return reader_of(chosen) if chosen in request_form.language_names() else current_reader()


def _for_chat(form: EnteredForm, said: Mapping[str, consents.Consent]) -> dict[str, str | None]:
    """Return the words that are read aloud as one text to send to them."""
    reader = _words_in(form)
    words = [said[purpose].words for purpose in consents.needed("self")]
    with speaking(reader):
        text = pasted.of_consents(
            reader, words, said[consents.ON_BEHALF].words, for_other=form.for_whom.data == "other"
        )
    return {"text": text, "language": reader.tag, "direction": reader.direction, "whatsapp": None}


def _consents(version: TableVersion, form: EnteredForm) -> Mapping[str, consents.Consent]:
    return consents.asked(_words_in(form), price_lists.parsed(version).provider.name)
