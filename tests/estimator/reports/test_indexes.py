"""Reports and what is over are found along indexes, in parts: as fast with a million quotes as with ten."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from estimator import quotes
from estimator.db import Base, db
from estimator.estimates import pdf_cache
from estimator.models import Estimate, PatientRequest, QuoteRevision
from estimator.reports import answer_times, request_list, years
from estimator.reports import quotes as reports
from estimator.verification import all_quotes
from tests.support import example_quotes as example
from tests.support.acts import acting
from tests.support.example_list import NOW
from tests.support.query_plans import plan_of, statements

MANY = 3_000

FEW_ROWS = 50
"""Number of rows that are read at once, in proportion to so few."""

MORE = """
WITH RECURSIVE numbers (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < {many})
INSERT INTO quote_revision (
    name, quote_id, number, table_version_id, table_sha256, content, total, adjusted, currency, language,
    valid_until, time_zone, issued_at, issued_by, pdf_sha256, state, state_since
)
SELECT 'name ' || numbers.number, quote_id, numbers.number, table_version_id, table_sha256, '{{}}', total, adjusted,
    currency, language, valid_until, time_zone, {issued}, issued_by, 'sha256 ' || numbers.number, 'expired', state_since
FROM quote_revision, numbers WHERE quote_revision.number = 1
"""

DECIDED = """
INSERT INTO quote_decision (name, revision_id, kind, agreed_to, language, network, at)
SELECT name, id, 'declined', '', 'en', '', issued_at FROM quote_revision
"""


def copy(model: type[Base], moment: str) -> None:
    """Leave thousands of rows like the only one, each with its own names and its own moment."""
    values = {
        column.name: f"'{column.name} ' || numbers.number" if column.unique else f"one.{column.name}"
        for column in model.__table__.columns
        if column.name != "id"
    }
    values["created_at"] = moment
    more = f"SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < {MANY}"
    table = model.__tablename__
    rows = f"SELECT {', '.join(values.values())} FROM {table} AS one, numbers"
    db.session.execute(
        text(f"WITH RECURSIVE numbers (number) AS ({more}) INSERT INTO {table} ({', '.join(values)}) {rows}")
    )


@pytest.fixture
def many(app: Flask) -> None:
    """Leave thousands of revisions, issued six hours apart, all of them decided about."""
    example.quoted()
    sqlite = db.engine.dialect.name == "sqlite"
    issued = (
        "strftime('%Y-%m-%d %H:%M:%f000', issued_at, '-' || (6 * ({many} - numbers.number)) || ' hours')"
        if sqlite
        else "issued_at - (6 * ({many} - numbers.number)) * interval '1 hour'"
    )
    db.session.execute(text(MORE.format(many=MANY, issued=issued.format(many=MANY))))
    db.session.execute(text(DECIDED))
    for model in (PatientRequest, Estimate):
        copy(model, issued.replace("issued_at", "created_at").format(many=MANY))
    db.session.execute(text("ANALYZE"))
    db.session.commit()


BIG = "(quote_revision|quote_decision|document|patient_request|estimate)"


def wrong(plan: str) -> bool:
    """Whether a plan reads a whole table, or sorts more than a few pieces of what an index holds in order."""
    return bool(
        re.search(rf"Seq Scan on {BIG}|SCAN {BIG}( USING COVERING INDEX .*)?$", plan, re.MULTILINE)
        or "TEMP B-TREE FOR ORDER BY" in plan
        or any(
            int(rows) > 10 * FEW_ROWS
            for rows in re.findall(r"(?:->|^) *Sort .*rows=([0-9]+)", plan, re.MULTILINE)
        )
    )


@pytest.mark.long
@pytest.mark.usefixtures("many")
def test_no_report_and_nothing_that_is_done_each_minute_reads_all_quotes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(years, "PIECE", FEW_ROWS)
    act = acting(now=NOW)
    with statements() as asked:
        assert len(list(reports.listed(act, 2025, 10**6, named=False))) == 365 * 4
        list(reports.listed(act, None, 1_200, named=False))
        reports.months(2025)
        reports.count(2025)
        reports.reasons(2025)
        reports.years()
        answer_times.groups(2025, "country")
        answer_times.groups(2025, "list")
        answer_times.years()
        list(request_list.listed(act, 2025, 10**6, named=False))
        list(request_list.listed(act, None, 100, named=False))
        quotes.expire_due(act)
        quotes.without_pdf(NOW, within=timedelta(days=7), most=100)
        pdf_cache.remove_old(act)
        next(all_quotes.parts(1_000))
    assert len(asked) > 20
    found = {plan: statement[0] for statement in asked if wrong(plan := plan_of(statement))}
    assert found == {}


@pytest.mark.usefixtures("many")
def test_a_list_that_is_read_in_pieces_has_each_revision_once_and_the_newest_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(years, "PIECE", 7)
    listed = list(reports.listed(acting(now=NOW), 2026, 10**6, named=False))
    in_order = select(QuoteRevision.number).order_by(QuoteRevision.issued_at.desc(), QuoteRevision.id.desc())
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    wanted = db.session.scalars(in_order.where(QuoteRevision.issued_at >= begin)).all()
    assert [one.revision for one in listed] == wanted


@pytest.mark.usefixtures("many")
def test_of_a_quote_that_was_revised_the_first_issue_and_the_last_decision_count() -> None:
    assert reports.months(2025) == [], "only first revisions are quotes of their own"
    assert sum(month.declined for month in reports.months(NOW.year)) == 1
    assert [month.issued for month in reports.months(NOW.year) if month.issued] == [1]
    assert reports.years() == (2024, 2026)


@pytest.mark.usefixtures("many")
def test_it_is_told_that_there_are_too_many_for_a_list_without_counting_them() -> None:
    assert reports.are_more_than(MANY - 1)
    assert not reports.are_more_than(MANY)


def test_what_is_over_is_marked_from_the_oldest_day_on(app: Flask) -> None:
    example.quoted(submission="first")
    example.quoted(submission="second", now=NOW - timedelta(days=20))
    act = acting(now=NOW + timedelta(days=60))
    assert [quotes.expire_due(act, most=1) for _time in range(3)] == [1, 1, 0]
    assert set(db.session.scalars(select(QuoteRevision.state))) == {"expired"}
