"""What states, events and mails are called for patients: once for all pages, PDFs and mails.

A new state, kind of event or mail gets its words here and in `states_at_desk`, and nowhere else; a test compares the
keys with the models'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from estimator.i18n import lazy_gettext
from estimator.models.quotes import RevisionState
from estimator.models.requests import RequestState

# A revision of a quote --------------------------------------------------------------------------------------------

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


# A request --------------------------------------------------------------------------------------------------------

REQUEST_FOR_PATIENT: Mapping[RequestState, Any] = {
    "new": lazy_gettext("Your request has arrived. A person reads it."),
    "in_work": lazy_gettext("Somebody is working on your request."),
    "waiting": lazy_gettext("We have asked you something and are waiting for your answer."),
    "quoted": lazy_gettext("Your quote is ready."),
    "accepted": lazy_gettext("You have accepted the quote."),
    "declined": lazy_gettext("You have declined the quote."),
    "expired": lazy_gettext("The quote has expired. Ask below if you want a new one."),
    "closed": lazy_gettext("This request is closed. Ask below if you want it to be taken up again."),
}
"""What patients read on the page of their request."""

ASKED_ON_PAGE = lazy_gettext(
    "We have asked you something and are waiting for your answer. What we asked stands below, under “Questions and "
    "answers”."
)
"""What patients read there where the desk's question stands on the page."""

QUESTION_FOR_PATIENT: Mapping[RequestState, Any] = {
    **REQUEST_FOR_PATIENT,
    "new": lazy_gettext("Your question has arrived. A person reads it."),
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

# Final bills ------------------------------------------------------------------------------------------------------

BILL_REASONS: Mapping[str, Any] = {
    "more_nights": lazy_gettext("More nights"),
    "fewer_nights": lazy_gettext("Fewer nights"),
    "more_sessions": lazy_gettext("More sessions"),
    "fewer_sessions": lazy_gettext("Fewer sessions"),
    "complication": lazy_gettext("A complication"),
    "other_rehabilitation": lazy_gettext("Other rehabilitation"),
    "other_cells": lazy_gettext("Other cells"),
    "price_changed": lazy_gettext("A price changed"),
    "exchange_rate": lazy_gettext("The rate of exchange"),
    "taken_out": lazy_gettext("Something was taken out"),
    "other": lazy_gettext("Another reason"),
}
"""Why a final bill is another than what was expected, by the codes of `bills.REASONS`."""

# Events -----------------------------------------------------------------------------------------------------------

ANSWERED_IN_MY_DATA = lazy_gettext("Answers to open questions")
"""What is called in one's data what was answered on the page of a request."""

EVENTS_IN_MY_DATA: Mapping[str, Any] = {
    "asked": lazy_gettext("Request sent"),
    "assigned": lazy_gettext("Assigned to a coordinator"),
    "language": lazy_gettext("Language of our answers changed"),
    "contact": lazy_gettext("Contact details corrected"),
    "sent_again": lazy_gettext("An email sent again"),
    "mail_left": lazy_gettext("An email that failed, left unsent"),
    "note": lazy_gettext("Note of the coordinators"),
    "question": lazy_gettext("Question"),
    "answer": lazy_gettext("Answer"),
    "seen": lazy_gettext("Opened"),
    "confirmed": lazy_gettext("Opened"),
    "codes_used_up": lazy_gettext("Codes used up"),
    "approval_asked": lazy_gettext("Approval of the quote by a second coordinator asked for"),
    "sent_back": lazy_gettext("Quote sent back to whoever prepared it"),
    "approved": lazy_gettext("Quote approved by a second coordinator"),
    "discarded": lazy_gettext("Quote discarded before it was issued"),
    "priced": lazy_gettext("Price for the quote given"),
    "overruled": lazy_gettext("Quote that says otherwise than you answered, and why"),
    "issued": lazy_gettext("Quote issued"),
    "certificate": lazy_gettext("Confirmation of a quote made for others"),
    "account_left": lazy_gettext("Quote left with the account that it names"),
    "no_account_left": lazy_gettext("Quote left without an account to pay into"),
    "opened": lazy_gettext("Quote opened"),
    "new_link": lazy_gettext("New link made"),
    "no_reminders": lazy_gettext("No mail before a quote ends"),
    "reminders_wanted": lazy_gettext("Mail before a quote ends"),
    "accepted": lazy_gettext("Quote accepted"),
    "declined": lazy_gettext("Quote declined"),
    "taken_back": lazy_gettext("Acceptance taken back"),
    "withdrawn": lazy_gettext("Quote withdrawn"),
    "expired": lazy_gettext("Quote expired"),
    "bill_entered": lazy_gettext("Final bill entered"),
    "bill_corrected": lazy_gettext("Final bill corrected"),
    "bill_withdrawn": lazy_gettext("Final bill withdrawn"),
    "erased": lazy_gettext("Personal data deleted"),
}
"""What each kind of event is called for the person it is about."""

ANSWERS_IN_MY_DATA: Mapping[str, Any] = {
    "telephone": lazy_gettext("Answer by telephone"),
    "whatsapp": lazy_gettext("Answer in a chat"),
}
"""What an answer is called there that was given in another way than by email."""

# Mails, by their templates ----------------------------------------------------------------------------------------

MAILS_IN_MY_DATA: Mapping[str, Any] = {
    "request_received": lazy_gettext("Confirmation of the request"),
    "request_answer": lazy_gettext("An answer to you"),
    "request_code": lazy_gettext("Code"),
    "quote_code": lazy_gettext("Code"),
    "quote_issued": lazy_gettext("Quote"),
    "quote_receipt": lazy_gettext("What happened to the quote"),
    "quote_reminder": lazy_gettext("Mail before a quote ends"),
}
"""What each mail to somebody who asked is about."""
