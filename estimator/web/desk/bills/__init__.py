"""The desk's pages of final bills: enter and correct one, beside estimate and quote; how often ranges were true."""

from __future__ import annotations

from estimator.web.desk.bills import accuracy, awaited, enter, page, spreadsheet
from estimator.web.desk.bills.blueprint import pages

__all__ = ["accuracy", "awaited", "enter", "page", "pages", "spreadsheet"]
