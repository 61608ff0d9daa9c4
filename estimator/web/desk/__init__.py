"""The desk's pages: price lists, requests, quotes, mail that was sent, reports."""

from __future__ import annotations

from estimator.web.desk import bills, older_accounts, outbox, price_lists, quotes, reports, requests

blueprints = (
    price_lists.pages,
    requests.pages,
    quotes.pages,
    outbox.pages,
    older_accounts.pages,
    reports.pages,
    bills.pages,
)
