"""The page on which a contact is corrected, and what was sent goes out once more to the address that is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field
from wtforms.validators import StopValidation

from estimator import quotes, requests
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, ngettext
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest
from estimator.requests import Contact, Person
from estimator.web import request_context, whole_numbers
from estimator.web.countries import countries
from estimator.web.desk.requests import blueprint as desk
from estimator.web.desk.requests.beside import may_end_links
from estimator.web.desk.requests.blueprint import pages
from estimator.web.desk.requests.request import last_changes, the_request
from estimator.web.fields import (
    AddressField,
    CarriedField,
    ChoiceField,
    LineField,
    PhoneField,
    TickField,
    TicksField,
)
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader
from estimator.web.patient.request_form import LONGEST_ADDRESS, LONGEST_PERSON, LONGEST_PHONE, language_names
from estimator.web.staff.signed_in import act
from estimator.web.transaction import committing
from estimator.web.validators import (
    Address,
    HasLetter,
    NotTooLong,
    NumberOfCountry,
    PossibleNumber,
    PrintableLine,
    Telephone,
)

LETTERS: Mapping[str, Any] = {
    "request_received": lazy_gettext("The confirmation with the link"),
    "request_answer": lazy_gettext("The mail that there is an answer"),
    "quote_issued": lazy_gettext("The mail with the quote and its PDF"),
    "quote_receipt": lazy_gettext(
        "The mail that says what they answered to the quote; its link leads to the PDF"
    ),
}
"""What can be sent once more, in words."""

NOT_SENT: Mapping[str, Any] = {
    "waits": lazy_gettext(
        "One of the mails waits to be sent to that address already, so it is not sent twice."
    ),
    "over": lazy_gettext("What one of the mails tells of the quote is not so any more, so it was not sent."),
    "no_address": lazy_gettext("No mail was sent: there is no email address. Give them the link yourself."),
    "no_server": lazy_gettext("No mail was sent: this installation sends none. Give them the link yourself."),
}
"""Why a mail was not sent once more."""


class Reachable:
    """Refuses an empty address where an answer is to go there, or nothing else is left to reach somebody by."""

    def __call__(self, form: ContactForm, field: Field) -> None:
        if field.data:
            return
        if form.answer_by == "email":
            raise StopValidation(_("They asked for an answer by email: enter the address."))
        if not form.phone.data and form.needed:
            raise StopValidation(_("Enter an email address or a telephone number."))
        raise StopValidation


class NumberToAnswer:
    """Refuses an empty telephone number where the answer is to come by one."""

    def __call__(self, form: ContactForm, field: Field) -> None:
        if not field.data and form.answer_by in ("whatsapp", "telephone"):
            raise StopValidation(_("They asked for an answer by WhatsApp or by telephone: enter the number."))


class Named:
    """Refuses a name without a letter, where somebody who asks for a quote has to have one."""

    def __init__(self, message: str, *, patient: bool = False) -> None:
        self.message, self.patient = message, patient

    def __call__(self, form: ContactForm, field: Field) -> None:
        if form.needed and (form.for_other or not self.patient):
            HasLetter(self.message)(form, field)


class ContactForm(Form):
    """How somebody is called and reached, what to send once more, and what the page carries."""

    full_name = LineField(
        lazy_gettext("Name"),
        [
            Named(lazy_gettext("Enter the name of the person who is asking.")),
            NotTooLong(LONGEST_PERSON),
            PrintableLine(),
        ],
    )
    patient_name = LineField(
        lazy_gettext("Name of the patient"),
        [
            Named(
                lazy_gettext("Enter the name of the patient: the quote is made out to them."), patient=True
            ),
            NotTooLong(LONGEST_PERSON),
            PrintableLine(),
        ],
    )
    email = AddressField(
        lazy_gettext("Email address"),
        [
            Reachable(),
            Address(lazy_gettext("This is not an email address. Enter it like this: name@example.org.")),
        ],
    )
    phone = PhoneField(
        lazy_gettext("Telephone"),
        [NumberToAnswer(), NotTooLong(LONGEST_PHONE), Telephone(), PossibleNumber(), NumberOfCountry()],
    )
    country = ChoiceField(
        lazy_gettext("Country they live in"),
        choices=lambda: list(countries(current_reader()).items()),
        empty=lazy_gettext("Choose a country"),
        refusal=lazy_gettext("Choose a country."),
    )
    language = ChoiceField(
        lazy_gettext("Language of our answers"), refusal=lazy_gettext("Choose a language.")
    )
    again = TicksField(lazy_gettext("Send again, to the address above"))
    end_links = TickField()
    asked = CarriedField(most=LONGEST_ADDRESS)
    phone_asked = CarriedField()
    changes = CarriedField()

    def __init__(self, of: PatientRequest, kept: Contact, letters: list[str]) -> None:
        self.answer_by, self.needed, self.for_other = of.answer_by, of.kind == "quote", of.for_whom == "other"
        super().__init__(data={**vars(kept), "changes": str(of.changes)})
        # A mere question names none, and of what the desk enters it may be unknown.
        self.country.optional = not kept.country or of.origin == "staff"
        if self.country.optional:
            self.country.empty = _("Not known")
        names = dict(language_names())
        names.setdefault(kept.language, reader_of(kept.language).name)
        self.language.choices = [(tag, name, {"lang": tag}) for tag, name in names.items()]
        self.again.choices = [(letter, str(LETTERS[letter])) for letter in letters]
        #: an address that is perhaps meant instead of the one that was typed
        self.meant: str | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Look at every answer, and at whether the address is perhaps another one."""
        self.meant = self.email.perhaps(self.asked)
        return bool(super().validate(extra_validators))

    def contact(self) -> Contact:
        """Return what was filled in, from a form in which nothing is wrong."""
        return Contact(
            full_name=self.full_name.data,
            patient_name=(self.patient_name.data or None) if self.for_other else None,
            email=self.email.address,
            phone=self.phone.data or None,
            country=self.country.data or "",
            language=self.language.data,
        )


@pages.route("/<reference>/contact", methods=["GET", "POST"])
def contact(reference: str) -> ResponseReturnValue:
    """Show the contact of a request in a form, keep what is corrected, and send again what is ticked."""
    of = the_request(reference)
    if of.erased_at is not None:
        raise requests.Erased
    person = _person(of)
    if person is None:
        flash(_("The key with which the contact was sealed is missing, so it cannot be corrected here."))
        return desk.to("request", reference=of.reference)
    form = ContactForm(of, requests.contact_of(of, person), list(quotes.letters(of, act())))
    if request.method == "GET":
        return _page(of, person, form)
    if not form.validate() or form.meant:
        return _page(of, person, form, 422)
    try:
        with committing():
            done = quotes.correct_contact(
                act(),
                of,
                form.contact(),
                changes=_changes(form),
                end_links=bool(form.end_links.data) and may_end_links(of),
                again=form.again.ticked,  # type: ignore[arg-type]
            )
    except requests.Erased:
        raise
    except requests.ChangedMeanwhile:
        return _meanwhile(reference, form)
    for sentence in _said(done):
        flash(sentence)
    return desk.to("request", reference=of.reference)


def _person(of: PatientRequest) -> Person | None:
    return requests.readable_person(of, request_context.settings().data_keys)


def _changes(form: ContactForm) -> int:
    sent = whole_numbers.read(form.changes.data)
    return -1 if sent is None else sent


def _said(done: quotes.Corrected) -> list[str]:
    """Say what was done, a sentence each."""
    said = [_("The contact is corrected.") if done.fields else _("The contact stays as it is.")]
    sent = [became for became in done.sent.values() if became in ("anew", "again")]
    if sent:
        said.append(ngettext("%(num)s mail is sent again.", "%(num)s mails are sent again.", len(sent)))
    said += [str(NOT_SENT[why]) for why in dict.fromkeys(done.sent.values()) if why in NOT_SENT]
    if done.ended_links:
        said.append(_("The old links no longer work; the new one stands on this page."))
    return said


def _meanwhile(reference: str, form: ContactForm) -> ResponseReturnValue:
    """Show what was typed beside what is kept now, after somebody else has changed the request."""
    of = the_request(reference)
    if of.erased_at is not None:
        raise requests.Erased
    sentence = _(
        "This request was changed while you were looking at it (%(what)s). Nothing of yours was kept or sent. Where "
        "the contact itself was changed, what is kept now stands at the field. Press the button again if yours is "
        "right.",
        what=last_changes(of, _changes(form)),
    )
    form.changes.data = str(of.changes)
    return _page(of, _person(of), form.refuse(sentence), 409)


def _kept(of: PatientRequest, person: Person | None, form: ContactForm) -> dict[str, str]:
    """Return what is kept at each field in which something else stands now."""
    if person is None or request.method == "GET":
        return {}
    kept = vars(requests.contact_of(of, person))
    kept = {name: text or "" for name, text in kept.items()}
    return {
        name: _in_words(name, text) or _("nothing")
        for name, text in kept.items()
        if (form[name].data or "") != text
    }


def _in_words(name: str, text: str) -> str:
    match name:
        case "country":
            return desk.country(text)
        case "language":
            return reader_of(text).name
    return text


def _page(
    of: PatientRequest, person: Person | None, form: ContactForm, status: int = 200
) -> ResponseReturnValue:
    shown = render_template(
        "desk/request_contact.html",
        errors=summary(form),
        reference=of.reference,
        form=form,
        for_other=form.for_other,
        kept=_kept(of, person, form),
        has_address=of.email is not None,
        may_end_links=may_end_links(of),
        back=url_for("desk.request", reference=of.reference),
    )
    return shown, status
