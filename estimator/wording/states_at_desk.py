"""What states, events and mails are called at the desk: once for all of its pages. Patients' words are in `states`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.models.quotes import RevisionState
from estimator.models.requests import RequestState

REVISION_AT_DESK: Mapping[RevisionState, Any] = {
    "current": lazy_gettext("current"),
    "replaced": lazy_gettext("replaced"),
    "withdrawn": lazy_gettext("withdrawn"),
    "expired": lazy_gettext("expired"),
    "accepted": lazy_gettext("accepted"),
    "declined": lazy_gettext("declined"),
}
"""What the desk calls the state of a revision."""


def revision_at_desk(state: RevisionState) -> str:
    """Return what the desk calls the state of a revision."""
    return str(REVISION_AT_DESK[state])


REQUEST_AT_DESK: Mapping[RequestState, Any] = {
    "new": lazy_gettext("new"),
    "in_work": lazy_gettext("in work"),
    "waiting": lazy_gettext("waiting for patient"),
    "quoted": lazy_gettext("quoted"),
    "accepted": lazy_gettext("accepted"),
    "declined": lazy_gettext("declined"),
    "expired": lazy_gettext("expired"),
    "closed": lazy_gettext("closed"),
}
"""What the desk calls the state of a request."""

EVENTS_AT_DESK: Mapping[str, Any] = {
    "asked": lazy_gettext("asked for a firm quote"),
    "language": lazy_gettext("changed the language of our answers"),
    "contact": lazy_gettext("corrected the contact"),
    "sent_again": lazy_gettext("sent a mail again"),
    "mail_left": lazy_gettext("left a mail that failed"),
    "note": lazy_gettext("wrote a note"),
    "question": lazy_gettext("asked a question"),
    "answer": lazy_gettext("answered"),
    "confirmed": lazy_gettext("typed the code of a mail"),
    "codes_used_up": lazy_gettext("asked for as many codes as there are, from several networks"),
    "priced": lazy_gettext("gave a price for the quote: %(charge)s, %(amount)s"),
    "overruled": lazy_gettext(
        "says in quote %(quote)s, revision %(revision)s, otherwise than the patient answered"
    ),
    "issued": lazy_gettext("issued quote %(quote)s, revision %(revision)s"),
    "opened": lazy_gettext("opened quote %(quote)s"),
    "accepted": lazy_gettext("accepted quote %(quote)s, revision %(revision)s"),
    "declined": lazy_gettext("declined quote %(quote)s, revision %(revision)s"),
    "taken_back": lazy_gettext("took back the acceptance of quote %(quote)s, revision %(revision)s"),
    "withdrawn": lazy_gettext("withdrew quote %(quote)s, revision %(revision)s"),
    "expired": lazy_gettext("Quote %(quote)s, revision %(revision)s, expired"),
    "new_link": lazy_gettext("made new links to the request and to quote %(quote)s"),
    "no_reminders": lazy_gettext("wants no mail before a quote ends"),
    "reminders_wanted": lazy_gettext("wants the mail before a quote ends after all"),
    "approval_asked": lazy_gettext("asked for approval of the quote"),
    "sent_back": lazy_gettext("sent the quote back with a comment"),
    "approved": lazy_gettext("approved adjustments and given prices of the quote"),
    "discarded": lazy_gettext("discarded the quote that was being prepared"),
    "certificate": lazy_gettext("made a confirmation of quote %(quote)s, revision %(revision)s, for others"),
    "no_account_left": lazy_gettext(
        "left quote %(quote)s, revision %(revision)s, without an account to pay into"
    ),
    "account_left": lazy_gettext("left quote %(quote)s, revision %(revision)s, with the older account"),
    "bill_entered": lazy_gettext("entered the final bill"),
    "bill_corrected": lazy_gettext("corrected the final bill"),
    "bill_withdrawn": lazy_gettext("withdrew the final bill"),
    "erased": lazy_gettext("deleted the person’s details"),
}
"""What each kind of event is called, with what its detail holds; an assignment and a state have their own."""

EVENTS_WITH_ANSWERS: Mapping[str, Any] = {
    "question": lazy_gettext("answered open questions on the page of the request"),
}
"""What is said of an event with which questions of the price list were answered."""

EVENTS_OF_A_PLAN: Mapping[str, Any] = {
    "accepted": lazy_gettext("accepted plan %(plan)s of quote %(quote)s, revision %(revision)s"),
    "taken_back": lazy_gettext(
        "took back the acceptance of plan %(plan)s of quote %(quote)s, revision %(revision)s"
    ),
}
"""What events are called that are about one of several plans."""

OF_ONE_KIND: Mapping[tuple[str, ...], Any] = {
    ("approved", "adjustments"): lazy_gettext("approved adjustments of the quote"),
    ("approved", "prices"): lazy_gettext("approved given prices of the quote"),
}
"""What an event is called that was of adjustments alone, or of given prices alone."""

CONTACT_AT_DESK: Mapping[str, Any] = {
    "full_name": lazy_gettext("name"),
    "patient_name": lazy_gettext("name of the patient"),
    "email": lazy_gettext("email address"),
    "phone": lazy_gettext("telephone"),
    "country": lazy_gettext("country"),
    "language": lazy_gettext("language"),
}
"""What the desk calls the fields of a contact."""

MAILS: Mapping[str, Any] = {
    "estimate": lazy_gettext("An estimate"),
    "request_received": lazy_gettext("Confirmation of a request"),
    "request_code": lazy_gettext("A code for a request"),
    "request_question": lazy_gettext("Notice to the desk: a question"),
    "request_answer": lazy_gettext("An answer about a request"),
    "quote_issued": lazy_gettext("A quote"),
    "quote_receipt": lazy_gettext("What happened to a quote"),
    "quote_reminder": lazy_gettext("The last day of a quote"),
    "quote_decided": lazy_gettext("Notice to the desk: a decision"),
    "quote_question": lazy_gettext("Notice to the desk: a question"),
    "quote_code": lazy_gettext("A code for a request or its quote"),
    "staff_invitation": lazy_gettext("An invitation to staff"),
    "staff_reset": lazy_gettext("A new password for staff"),
    "staff_notice": lazy_gettext("A notice to staff"),
    "staff_approval": lazy_gettext("Notice to staff: an approval"),
    "desk_news": lazy_gettext("Notice to the desk: something new"),
}
"""What each kind of mail is called where all mail is listed."""

APPROVAL_MAILS: Mapping[str, Any] = {
    "account_changed": lazy_gettext("Notice to staff: another account to pay into"),
    "draft_returned": lazy_gettext("Notice to staff: a price list was sent back"),
    "quote_returned": lazy_gettext("Notice to staff: a quote was sent back"),
}
"""What a mail about an approval is called that asks for none, by what it says."""


def mail_at_desk(template: str, options: str) -> str:
    """Return what a mail is called where all mail is listed, from its template and its options as JSON."""
    said = json.loads(options)
    if template == "request_question" and said.get("answered"):
        return _("Notice to the desk: answers to our questions")
    what = said.get("what") if template == "staff_approval" else None
    return str(APPROVAL_MAILS.get(str(what)) or MAILS.get(template, template))


def mail_of_a_request(template: str, options: str) -> str:
    """Return what a mail about a request or its quote is called in its history, from its options as JSON."""
    if template == "request_question" and json.loads(options).get("answered"):
        return _("Mail to the desk that our questions were answered")
    return str(MAILS_OF_A_REQUEST[template])


MAILS_OF_A_REQUEST: Mapping[str, Any] = {
    "request_received": lazy_gettext("Mail that confirms the request"),
    "request_question": lazy_gettext("Mail to the desk that there is a question"),
    "request_answer": lazy_gettext("Mail that there is an answer"),
    "request_code": lazy_gettext("Mail with a code"),
    "quote_code": lazy_gettext("Mail with a code"),
    "quote_issued": lazy_gettext("Mail with the quote"),
    "quote_receipt": lazy_gettext("Email that says what happened to the quote"),
    "quote_reminder": lazy_gettext("Mail before the last day of the quote"),
    "quote_decided": lazy_gettext("Mail to the desk that the quote was answered"),
    "quote_question": lazy_gettext("Mail to the desk that there is a question"),
    "staff_approval": lazy_gettext("Mail to staff about an approval"),
}
"""What each mail about a request or its quote is called in its history."""
