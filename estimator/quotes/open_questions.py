"""The questions that must be answered before a firm quote of a request is issued, and a message that asks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from estimator import price_lists, requests
from estimator.act import Act
from estimator.i18n import Reader, Words, speaking
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import PatientRequest, TableVersion
from estimator.quotes import draft_plans, drafts, given_on_page, plans
from pricing import PriceTable
from pricing.left_open import before_a_quote


@dataclass(frozen=True)
class Asked:
    """What is asked before a quote: the version of the price list that it would be priced with, and its open questions.

    `open` are those that neither the plan nor an answer on the page of the request answers, in the order of the file.
    """

    version: TableVersion
    open: tuple[str, ...]

    @property
    def table(self) -> PriceTable:
        """The price list whose questions they are."""
        return price_lists.parsed(self.version)


def asked(act: Act, request: PatientRequest) -> Asked | None:
    """Return what is asked before a quote of a request; None if nothing is asked any more.

    Of a quote that is being prepared it is what is open in any of its plans. Raises keys.Unreadable.
    """
    if request.kind != "quote" or request.erased_at is not None or request.state == "closed":
        return None
    draft = drafts.for_request(request)
    if draft is None and plans.newest_revision(request) is not None:
        return None
    if draft is None:
        version, given = request.table_version, [requests.answers_of(request)]
    else:
        version = plans.offered(request, act.now).version(draft.prices)
        given = [plan.answers for plan in draft_plans.all_of(draft, act.settings)]
    table = price_lists.parsed(version)
    theirs = requests.their_answers(request, act.settings.data_keys)
    still = set().union(*(before_a_quote(table, _with(table, theirs, answers)) for answers in given))
    return Asked(version, tuple(driver.code for driver in table.drivers if driver.code in still))


def _with(
    table: PriceTable, theirs: Mapping[str, requests.TheirAnswer], answers: Mapping[str, str | bool]
) -> dict[str, str | bool]:
    return {**answers, **given_on_page.usable(table, theirs, answers)}


def labels(act: Act, request: PatientRequest, reader: Reader) -> list[Words]:
    """Return what the open questions are called, in the order of the price list. Raises keys.Unreadable."""
    found = asked(act, request)
    if found is None:
        return []
    return [
        reader.words(driver.label, found.table.main_language)
        for driver in found.table.drivers
        if driver.code in found.open
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
