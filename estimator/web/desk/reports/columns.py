"""The columns of the lists of quotes and of requests, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

from estimator.i18n import gettext as _
from estimator.reports import quotes, request_list
from estimator.spreadsheets import Cell, Column
from estimator.web.desk.requests import blueprint as desk
from estimator.wording import states_at_desk


def quote_columns() -> Sequence[Column]:
    return [
        Column(_("Number")),
        Column(_("Revision"), "count", 10),
        Column(_("Request")),
        Column(_("Status"), width=12),
        Column(_("Issued (UTC)"), "moment", 18),
        Column(_("Last day"), "day", 12),
        Column(_("Time zone"), width=18),
        Column(_("Total"), "amount", 14),
        Column(_("Adjustments in it"), "amount", 14),
        Column(_("Currency"), width=10),
        Column(_("Country"), width=10),
        Column(_("Language"), width=10),
        Column(_("Price list")),
        Column(_("Version"), width=12),
        Column(_("Decided (UTC)"), "moment", 18),
        Column(_("Reason"), width=18),
        Column(_("Plan accepted"), width=10),
        Column(_("Optional lines taken"), width=12),
        Column(_("Patient"), width=28),
    ]


def quote_row(one: quotes.Listed) -> list[Cell]:
    return [
        one.number,
        one.revision,
        one.reference,
        states_at_desk.revision_at_desk(one.state),
        one.issued_at,
        one.valid_until,
        one.time_zone,
        one.total,
        one.adjusted,
        one.currency,
        one.country,
        one.language,
        one.table,
        one.version,
        one.decided_at,
        one.reason,
        one.plan,
        one.taken,
        one.patient,
    ]


def request_columns() -> Sequence[Column]:
    return [
        Column(_("Request")),
        Column(_("Kind"), width=12),
        Column(_("Entered by"), width=12),
        Column(_("Status"), width=14),
        Column(_("Received (UTC)"), "moment", 18),
        Column(_("Due (UTC)"), "moment", 18),
        Column(_("First answer (UTC)"), "moment", 18),
        Column(_("Time zone"), width=18),
        Column(_("Price list")),
        Column(_("Version"), width=12),
        Column(_("Estimate")),
        Column(_("Total of the estimate"), "amount", 14),
        Column(_("So far"), width=10),
        Column(_("Currency"), width=10),
        Column(_("Country"), width=10),
        Column(_("Language"), width=10),
        Column(_("For whom"), width=10),
        Column(_("Planned month"), width=12),
        Column(_("Answer by"), width=12),
        Column(_("Coordinator"), width=28),
        Column(_("Quote")),
        Column(_("Name"), width=28),
        Column(_("Patient"), width=28),
    ]


def request_row(one: request_list.Listed) -> list[Cell]:
    return [
        one.reference,
        one.kind,
        one.origin,
        desk.state_word(one.state),
        one.received_at,
        one.due_at,
        one.answered_at,
        one.time_zone,
        one.table,
        one.version,
        one.estimate,
        one.total,
        _("yes") if one.at_least else _("no"),
        one.currency,
        one.country,
        one.language,
        one.for_whom,
        one.planned_month,
        one.answer_by,
        one.coordinator,
        one.quote,
        one.name,
        one.patient,
    ]
