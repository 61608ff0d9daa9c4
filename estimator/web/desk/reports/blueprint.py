"""The blueprint of the reports, and the year that is asked for."""

from __future__ import annotations

from flask import Blueprint, request

from estimator import demonstration
from estimator.web import errors, request_context, whole_numbers

pages = Blueprint("reports", __name__, url_prefix="/desk/reports")


def year() -> int | None:
    """Return the year that was asked for, None if none was; raises errors.Missing for what is no year."""
    typed = request.args.get("year")
    if not typed:
        return None
    found = whole_numbers.read(typed, least=2000, most=2999)
    if found is None:
        raise errors.Missing
    return found


def counts_invented() -> bool:
    """Whether reports count what is marked as invented: in demonstration mode alone, if there is anything of it."""
    return request_context.settings().demo or demonstration.kept() is None
