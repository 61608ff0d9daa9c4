"""What states, events and mails are called: once for all pages, PDFs and mails, in the words of each audience.

A new state, kind of event or mail gets its words here and nowhere else; a test compares the keys with the models'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.i18n import lazy_gettext
from estimator.models.quotes import RevisionState
from estimator.models.requests import RequestState

# A revision of a quote --------------------------------------------------------------------------------------------

REVISION_AT_DESK: Mapping[RevisionState, Any] = {
    "current": lazy_gettext("current"),
    "replaced": lazy_gettext("replaced"),
    "withdrawn": lazy_gettext("withdrawn"),
    "expired": lazy_gettext("expired"),
    "accepted": lazy_gettext("accepted"),
    "declined": lazy_gettext("declined"),
}
"""What the desk calls the state of a revision."""

REVISION_FOR_PATIENT: Mapping[RevisionState, Any] = {
    "current": lazy_gettext("valid; it can be accepted"),
    "replaced": lazy_gettext("replaced by a newer revision"),
    "withdrawn": lazy_gettext("withdrawn by the provider"),
    "expired": lazy_gettext("expired"),
    "accepted": lazy_gettext("accepted"),
    "declined": lazy_gettext("declined"),
}
"""What patients read beside a revision, in every list of them."""

REVISION_IN_MY_DATA: Mapping[str, Any] = {
    "current": lazy_gettext("can be accepted"),
    "replaced": lazy_gettext("replaced by a later one"),
    "withdrawn": lazy_gettext("withdrawn"),
    "expired": lazy_gettext("expired"),
    "accepted": lazy_gettext("accepted"),
    "declined": lazy_gettext("declined"),
}
"""What patients read of a revision among their data."""


def revision_at_desk(state: RevisionState) -> str:
    """Return what the desk calls the state of a revision."""
    return str(REVISION_AT_DESK[state])


# A request --------------------------------------------------------------------------------------------------------

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

REQUEST_FOR_PATIENT: Mapping[RequestState, Any] = {
    "new": lazy_gettext("We have your request. Nobody has started on it yet."),
    "in_work": lazy_gettext("Somebody is working on your request."),
    "waiting": lazy_gettext("We have asked you something and are waiting for your answer. Check your email."),
    "quoted": lazy_gettext("Your quote is ready."),
    "accepted": lazy_gettext("You have accepted the quote."),
    "declined": lazy_gettext("You have declined the quote."),
    "expired": lazy_gettext("The quote has expired. Ask below if you want a new one."),
    "closed": lazy_gettext("This request is closed. Ask below if you want it to be taken up again."),
}
"""What patients read on the page of their request."""

QUESTION_FOR_PATIENT: Mapping[RequestState, Any] = {
    **REQUEST_FOR_PATIENT,
    "new": lazy_gettext("We have your question. Nobody has started on it yet."),
    "in_work": lazy_gettext("Somebody is working on your question."),
    "closed": lazy_gettext("This question is closed. Ask below if something is still open."),
}
"""What patients read on the page of a mere question."""

QUESTION_ANSWERED = lazy_gettext("We have answered. Ask below if something is still open.")
"""What patients read there when the last word is ours."""

REQUEST_IN_MY_DATA: Mapping[str, Any] = {
    "in_work": lazy_gettext("Work has begun"),
    "waiting": lazy_gettext("Waiting for an answer from you"),
    "quoted": lazy_gettext("The quote is ready"),
    "accepted": lazy_gettext("The request ended with an accepted quote"),
    "declined": lazy_gettext("The request ended with a declined quote"),
    "expired": lazy_gettext("The request ended with an expired quote"),
    "closed": lazy_gettext("Request closed"),
}
"""What patients read among their data when a request came to a state; it begins as new."""

# Events -----------------------------------------------------------------------------------------------------------

EVENTS_AT_DESK: Mapping[str, Any] = {
    "asked": lazy_gettext("asked for a firm quote"),
    "language": lazy_gettext("changed the language of our answers"),
    "note": lazy_gettext("wrote a note"),
    "question": lazy_gettext("asked a question"),
    "answer": lazy_gettext("answered"),
    "issued": lazy_gettext("issued quote %(quote)s, revision %(revision)s"),
    "opened": lazy_gettext("opened quote %(quote)s"),
    "accepted": lazy_gettext("accepted quote %(quote)s, revision %(revision)s"),
    "declined": lazy_gettext("declined quote %(quote)s, revision %(revision)s"),
    "taken_back": lazy_gettext("took back the acceptance of quote %(quote)s, revision %(revision)s"),
    "withdrawn": lazy_gettext("withdrew quote %(quote)s, revision %(revision)s"),
    "expired": lazy_gettext("Quote %(quote)s, revision %(revision)s, expired"),
    "new_link": lazy_gettext("made a new link to quote %(quote)s"),
    "approved": lazy_gettext("approved the adjustments of the quote"),
    "erased": lazy_gettext("deleted the person’s details"),
}
"""What each kind of event is called, with what its detail holds; an assignment and a state have their own."""

EVENTS_IN_MY_DATA: Mapping[str, Any] = {
    "asked": lazy_gettext("Request sent"),
    "assigned": lazy_gettext("Assigned to a coordinator"),
    "language": lazy_gettext("Language of our answers changed"),
    "note": lazy_gettext("Note of the coordinators"),
    "question": lazy_gettext("Question"),
    "answer": lazy_gettext("Answer"),
    "seen": lazy_gettext("Opened"),
    "approved": lazy_gettext("Quote approved by a second coordinator"),
    "issued": lazy_gettext("Quote issued"),
    "opened": lazy_gettext("Quote opened"),
    "new_link": lazy_gettext("New link made for the quote"),
    "accepted": lazy_gettext("Quote accepted"),
    "declined": lazy_gettext("Quote declined"),
    "taken_back": lazy_gettext("Acceptance taken back"),
    "withdrawn": lazy_gettext("Quote withdrawn"),
    "expired": lazy_gettext("Quote expired"),
    "erased": lazy_gettext("Personal data deleted"),
}
"""What each kind of event is called for the person it is about."""

# Mails, by their templates ----------------------------------------------------------------------------------------

MAILS: Mapping[str, Any] = {
    "estimate": lazy_gettext("An estimate"),
    "request_received": lazy_gettext("Confirmation of a request"),
    "request_question": lazy_gettext("Notice to the desk: a question"),
    "request_answer": lazy_gettext("An answer about a request"),
    "quote_issued": lazy_gettext("A quote"),
    "quote_receipt": lazy_gettext("What happened to a quote"),
    "quote_decided": lazy_gettext("Notice to the desk: a decision"),
    "quote_question": lazy_gettext("Notice to the desk: a question"),
    "quote_code": lazy_gettext("A code for a quote"),
    "staff_invitation": lazy_gettext("An invitation to staff"),
    "staff_reset": lazy_gettext("A new password for staff"),
    "staff_notice": lazy_gettext("A notice to staff"),
}
"""What each kind of mail is called where all mail is listed."""

MAILS_OF_A_REQUEST: Mapping[str, Any] = {
    "request_received": lazy_gettext("Mail that confirms the request"),
    "request_question": lazy_gettext("Mail to the desk that there is a question"),
    "request_answer": lazy_gettext("Mail that there is an answer"),
    "quote_code": lazy_gettext("Mail with a code"),
    "quote_issued": lazy_gettext("Mail with the quote"),
    "quote_receipt": lazy_gettext("Email that says what happened to the quote"),
    "quote_decided": lazy_gettext("Mail to the desk that the quote was answered"),
    "quote_question": lazy_gettext("Mail to the desk that there is a question"),
}
"""What each mail about a request or its quote is called in its history."""

MAILS_IN_MY_DATA: Mapping[str, Any] = {
    "request_received": lazy_gettext("Confirmation of the request"),
    "request_answer": lazy_gettext("An answer to you"),
    "quote_code": lazy_gettext("Code"),
    "quote_issued": lazy_gettext("Quote"),
    "quote_receipt": lazy_gettext("What happened to the quote"),
}
"""What each mail to somebody who asked is about."""
