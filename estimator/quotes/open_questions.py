"""The questions that must be answered before a firm quote of a request is issued, and a message that asks them."""

from __future__ import annotations

from estimator import price_lists, requests
from estimator.act import Act
from estimator.i18n import Reader, Words, speaking
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest
from estimator.quotes import draft_plans, drafts, plans
from pricing import PriceTable
from pricing.left_open import before_a_quote


def labels(act: Act, request: PatientRequest, reader: Reader) -> list[Words]:
    """Return what the open questions are called, in the order of the price list; empty if nothing is asked any more.

    Of a quote that is being prepared they are those that are open in any of its plans. Raises keys.Unreadable.
    """
    if request.kind != "quote" or request.erased_at is not None or request.state == "closed":
        return []
    table, open_now = _open(act, request)
    return [
        reader.words(driver.label, table.main_language) for driver in table.drivers if driver.code in open_now
    ]


def message(act: Act, request: PatientRequest) -> str | None:
    """Return words to whoever asked, in their language, that ask what is open; None if nothing is.

    Raises keys.Unreadable.
    """
    reader = reader_of(request.language)
    person = requests.person_of(request, act.settings.data_keys)
    found = labels(act, request, reader)
    if person is None or not found:
        return None
    with speaking(reader):
        parts = [
            _("Dear %(name)s,", name=person.full_name),
            _("To prepare your quote, we need your answers to these questions:"),
            "\n".join(f"– {label.text}" for label in found),
            _("Please write your answers here. If you do not know one, tell us so."),
        ]
    return "\n\n".join(map(str, parts))


def _open(act: Act, request: PatientRequest) -> tuple[PriceTable, set[str]]:
    """Return the list that the quote would be priced with, and the questions that are open in it."""
    draft = drafts.for_request(request)
    if draft is None:
        table = price_lists.parsed(request.table_version)
        issued = plans.newest_revision(request) is not None
        return table, set() if issued else set(before_a_quote(table, requests.answers_of(request)))
    table = price_lists.parsed(plans.offered(request, act.now).version(draft.prices))
    given = draft_plans.all_of(draft, act.settings)
    return table, {code for plan in given for code in before_a_quote(table, plan.answers)}
