"""The effect of a draft on the plans of the last months, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

import pricing
from estimator import config, create_app, estimates, leases, price_lists
from estimator.db import db
from estimator.models import Draft, DraftSave, Estimate, Preview, TableVersion
from estimator.price_lists import drafts, previews, repricing
from estimator.processes import preview_task
from tests.support.acts import acting
from tests.support.at_once import at_once
from tests.support.commands import Running
from tests.support.example_list import table_text
from tests.support.mail_server import wait_until

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
LEASE = 60
NEXT = {"version": "2026-2", "valid_from": "2099-04-01"}
MANY = 6_000

WORK = "\n".join(
    f"[charge.item_{number}]\nlabel.en = 'Item {number}'\ngroup = 'treatment'\nper = 'sessions'\nprice = 1.00\n"
    for number in range(240)
)
"""So many charges that a fast machine that does nothing else is still at it when somebody looks."""


def estimate(version: TableVersion, sessions: int, *, days_ago: float = 1, times: int = 1) -> None:
    """Make estimates as people do."""
    now = datetime.now(UTC) - timedelta(days=days_ago)
    for _time in range(times):
        estimates.make(
            acting(now=now, link_key="l" * 32), version, {"sessions": sessions}, language="en", submission=""
        )
    db.session.commit()


def begin(text: str | None = None) -> Draft:
    draft = drafts.begin(
        acting(actor="user:1", now=NOW),
        "example",
        text=table_text(**NEXT, price="2080.00") if text is None else text,
        examples="[]",
        based_on=None,
    )
    db.session.commit()
    return draft


def ask(draft: Draft, **given: Any) -> Preview:
    preview = previews.ask(acting(actor="user:1"), draft, **given)
    db.session.commit()
    return preview


def claim(preview: Preview | int, now: datetime = NOW) -> previews.Claimed | None:
    number = preview if isinstance(preview, int) else preview.id
    found = previews.claim(acting(now=now, lease_seconds=LEASE), number)
    db.session.commit()
    return found


def claimed(preview: Preview | int, now: datetime = NOW) -> previews.Claimed:
    found = claim(preview, now)
    assert found is not None
    return found


NOTHING: Any = {}
"""A result that nobody looks at."""


def worked_out(app: Flask, preview: Preview) -> dict[str, Any]:
    """Let this process work a preview out, as a worker does."""
    number = preview.id
    preview_task.preview(app, number)
    db.session.rollback()
    row = db.session.get_one(Preview, number, populate_existing=True)
    assert row.state == "done", row.result
    return dict(previews.result_of(row))


def state(number: int) -> str:
    db.session.rollback()
    found: str = db.session.execute(select(Preview.state).filter_by(id=number)).scalar_one()
    return found


def due(now: datetime = NOW) -> list[int]:
    return [
        number
        for number, _wait in previews.due(acting(now=now, lease_seconds=LEASE), within=timedelta(0), most=9)
    ]


def test_every_plan_of_the_last_days_is_counted(app: Flask, version: TableVersion) -> None:
    estimate(version, 1, times=3, days_ago=89)
    estimate(version, 2, times=2)
    estimate(version, 6)
    preview = ask(begin(table_text(**NEXT, price="2080.00").replace("most = 6", "most = 5")))
    found = worked_out(app, preview)
    # Three and two plans are dearer by 80 and 160, the one with six sessions is not possible any more.
    assert (found["plans"], found["up"], found["refused"], found["distinct"]) == (6, 5, 1, 3)
    assert (found["median"], found["median_percent"]) == ("80", "4")
    assert [(mover["change"], mover["plans"]) for mover in found["movers"]] == [("160.00", 2), ("80.00", 3)]
    assert found["refused_because"] == [{"driver": "sessions", "problem": "answer_above_most", "plans": 1}]
    assert (found["save"], found["days"], found["version_name"], found["left_out"]) == (1, 90, "2026-1", 0)
    row = previews.latest(db.session.scalars(select(Draft)).one())
    assert row is not None
    assert (row.state, row.plans, row.priced) == ("done", 6, 6)


def test_what_has_no_price_any_more_is_told(app: Flask, version: TableVersion) -> None:
    estimate(version, 2, times=2)
    asking = table_text(**NEXT).replace("price = 2000.00", "on_request = true")
    found = worked_out(app, ask(begin(asking)))
    assert (found["on_request"], found["down"]) == (2, 0)
    assert found["on_request_because"] == [{"item": "session", "plans": 2}]


def test_plans_of_other_lists_and_older_ones_are_not_counted(app: Flask, version: TableVersion) -> None:
    other = price_lists.import_(acting(actor="command line", now=NOW), table_text(table="other"))
    estimate(version, 1, days_ago=40)
    estimate(version, 2, days_ago=20)
    estimate(other, 3)
    draft = begin()
    assert worked_out(app, ask(draft, days=30))["plans"] == 1
    assert worked_out(app, ask(draft, days=90))["plans"] == 2


def test_plans_made_with_an_older_version_are_priced_with_the_one_in_force(
    app: Flask, version: TableVersion
) -> None:
    estimate(version, 1)
    price_lists.import_(
        acting(actor="command line", now=NOW),
        table_text(version="2026-1b", valid_from="2026-02-01", price="2079.00"),
    )
    db.session.commit()
    found = worked_out(app, ask(begin()))
    assert (found["version_name"], found["median"], found["plans"]) == ("2026-1b", "1", 1)


def test_a_list_without_plans_has_no_effect(app: Flask, version: TableVersion) -> None:
    found = worked_out(app, ask(begin()))
    assert (found["plans"], found["median"], found["movers"]) == (0, None, [])


def test_nothing_in_a_result_refers_to_a_person_or_an_estimate(app: Flask, version: TableVersion) -> None:
    estimate(version, 2)
    made = db.session.scalars(select(Estimate)).one()
    text = json.dumps(worked_out(app, ask(begin())))
    assert made.reference not in text
    assert made.link_hash not in text


def test_a_result_says_for_which_save_it_is(app: Flask, version: TableVersion) -> None:
    estimate(version, 1)
    draft = begin()
    preview = ask(draft)
    drafts.save(acting(actor="user:2", now=NOW), draft.id, table_text(**NEXT, price="9000.00"), over=1)
    db.session.commit()
    found = worked_out(app, preview)
    assert (found["save"], found["median"]) == (1, "80")
    again = worked_out(app, ask(drafts.find(draft.id)))
    assert (again["save"], again["median"]) == (2, "7000")


def test_a_draft_with_problems_has_no_preview(app: Flask, version: TableVersion) -> None:
    with pytest.raises(pricing.BadTable):
        ask(begin("format = 1"))


def test_the_same_draft_asked_for_twice_is_one_preview(app: Flask, version: TableVersion) -> None:
    draft = begin()
    first = ask(draft)
    assert ask(draft).id == first.id
    claimed(first)
    assert ask(draft).id == first.id
    drafts.save(acting(actor="user:1", now=NOW), draft.id, table_text(**NEXT, price="1.00"), over=1)
    second = ask(drafts.find(draft.id))
    assert second.id != first.id
    assert (state(first.id), state(second.id)) == ("cancelled", "waiting")


def test_a_claimed_preview_is_nobody_else_s_until_its_lease_is_over(
    app: Flask, version: TableVersion
) -> None:
    preview = ask(begin()).id
    first = claimed(preview)
    assert claim(preview, NOW + timedelta(seconds=LEASE - 1)) is None
    later = NOW + timedelta(seconds=LEASE)
    second = claimed(preview, later)
    for change in (
        lambda: previews.progress(acting(now=later, lease_seconds=LEASE), first, priced=1, plans=2),
        lambda: previews.done(first, NOTHING, plans=2, now=later),
        lambda: previews.failed(first, "broken", now=later),
        lambda: previews.give_back(first),
    ):
        with pytest.raises(leases.LostLease):
            change()
        db.session.rollback()
    previews.progress(acting(now=later, lease_seconds=LEASE), second, priced=1, plans=2)
    db.session.commit()
    assert due(later + timedelta(seconds=LEASE - 1)) == []
    assert due(later + timedelta(seconds=LEASE)) == [preview]


def test_a_clock_that_was_set_back_holds_nothing_up(app: Flask, version: TableVersion) -> None:
    preview = ask(begin()).id
    claimed(preview)
    back = NOW - timedelta(days=1)
    assert due(back) == [preview]
    assert claim(preview, back) is not None


def test_what_is_cancelled_is_not_worked_out(app: Flask, version: TableVersion) -> None:
    preview = ask(begin())
    number = preview.id
    working = claimed(number)
    previews.cancel(preview, now=NOW)
    db.session.commit()
    with pytest.raises(leases.LostLease):
        previews.done(working, NOTHING, plans=0, now=NOW)
    db.session.rollback()
    assert (state(number), due(NOW + timedelta(days=9))) == ("cancelled", [])
    preview_task.preview(app, number)
    assert state(number) == "cancelled"


def test_what_has_ended_cannot_be_cancelled(app: Flask, version: TableVersion) -> None:
    preview = ask(begin())
    worked_out(app, preview)
    previews.cancel(preview, now=NOW)
    db.session.commit()
    assert state(preview.id) == "done"


@pytest.mark.parametrize("reason", ["draft_gone", "not_in_force", "given_up"])
def test_what_cannot_be_worked_out_says_why(app: Flask, version: TableVersion, reason: str) -> None:
    draft = begin()
    preview = ask(draft).id
    if reason == "draft_gone":
        db.session.execute(db.delete(DraftSave))
    elif reason == "not_in_force":
        price_lists.close(acting(actor="user:1", now=NOW), "example")
    else:
        for _time in range(previews.MOST_ATTEMPTS):
            assert claim(preview, NOW - timedelta(days=1)) is not None
            db.session.execute(db.update(Preview).values(leased_until=NOW - timedelta(days=2)))
    db.session.commit()
    preview_task.preview(app, preview)
    assert state(preview) == "failed"
    row = db.session.get_one(Preview, preview)
    assert previews.why_failed(row) == reason
    assert due(NOW + timedelta(days=9)) == []


def test_a_draft_that_is_thrown_away_takes_its_previews_along(app: Flask, version: TableVersion) -> None:
    draft = begin()
    working = claimed(ask(draft))
    drafts.throw_away(acting(actor="user:1", now=NOW), draft, over=draft.saves)
    db.session.commit()
    with pytest.raises(leases.LostLease):
        previews.progress(acting(now=NOW, lease_seconds=LEASE), working, priced=1, plans=2)
    assert db.session.scalar(select(func.count()).select_from(Preview)) == 0


def test_a_preview_is_kept_no_longer_than_the_estimates_it_tells_of(
    app: Flask, version: TableVersion
) -> None:
    draft = begin()
    worked_out(app, ask(draft))
    now = datetime.now(UTC)
    assert previews.purge(acting(now=now + timedelta(days=89), kept_days=90)) == 0
    assert previews.purge(acting(now=now + timedelta(days=91), kept_days=90)) == 1
    assert previews.latest(draft) is None


def test_one_preview_is_worked_out_at_a_time_so_that_mail_has_a_thread(
    app: Flask, version: TableVersion
) -> None:
    estimate(version, 1)
    number = ask(begin()).id
    with preview_task._one_at_a_time:
        preview_task.preview(app, number)
    assert (state(number), due()) == ("waiting", [number])
    preview_task.preview(app, number)
    assert state(number) == "done"


def test_of_several_who_claim_at_once_one_gets_it(app: Flask, version: TableVersion) -> None:
    number = ask(begin()).id
    found = at_once(app, 4, lambda _number: previews.claim(acting(now=NOW, lease_seconds=LEASE), number))
    assert sum(isinstance(one, previews.Claimed) for one in found) == 1
    assert [one for one in found if isinstance(one, Exception)] == []


def test_of_several_who_ask_at_once_all_get_the_same(app: Flask, version: TableVersion) -> None:
    draft_id = begin().id
    found = at_once(
        app, 4, lambda _number: previews.ask(acting(actor="user:1", now=NOW), drafts.find(draft_id)).id
    )
    assert len(set(map(str, found))) == 1


def test_a_process_that_ends_fails_the_work_and_leaves_nothing_behind() -> None:
    text = table_text()
    pricers = repricing.Pricers(text, text)
    killed = [process for process, _connection in pricers._children]
    with pricers:
        os.kill(killed[0].pid, signal.SIGKILL)  # type: ignore[arg-type]
        with pytest.raises(repricing.Failed):
            pricers.tally({f'{{"sessions": "{number}"}}': 1 for number in range(1000)}, lambda _plans: None)
    assert not [child for child in killed if child._popen is not None and child._popen.poll() is None]  # type: ignore[attr-defined]


@pytest.mark.long
def test_as_many_processes_as_one_find_the_same() -> None:
    old, new = (table_text(price=price).replace("most = 6", "most = 900") for price in ("2000.00", "2080.00"))
    plans = {f'{{"sessions": "{number}"}}': number for number in range(1, 801)}
    found = []
    told: list[int] = []
    for processes in (1, 2, 3):
        with repricing.Pricers(old, new, processes) as pricers:
            tally = pricers.tally(plans, told.append)
        found.append((tally.plans, tally.kinds, tally.changes, tally.movers))
    assert found[0] == found[1] == found[2]
    assert max(told) == sum(plans.values()) == found[0][0]


def large_text(**given: str) -> str:
    """Return a list that takes some time, and takes as many different plans as there are."""
    text = table_text(**given).replace("most = 6", f"most = {MANY}")
    return text.replace("[notice.left_out]", f"{WORK}\n[notice.left_out]", 1)


# A real worker ------------------------------------------------------------------------------------------------


@pytest.fixture
def environment(tmp_path: Path, database_url: str) -> dict[str, str]:
    """Return the environment of the processes of one installation."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "INSTANCE": str(tmp_path / "instance"),
        "DATABASE_URL": database_url,
        "PUBLIC_URL": "https://estimate.example.org",
        "LEASE_SECONDS": "3",
    }


@pytest.fixture
def clinic(environment: dict[str, str], set_up: Callable[[str], None]) -> Iterator[Flask]:
    """Return the app of an installation with many different plans."""
    config.prepare_secrets(Path(environment["INSTANCE"]))
    settings = config.load(environment)
    set_up(settings.database_url)
    app = create_app(settings)
    with app.app_context():
        version = price_lists.import_(acting(actor="command line", now=NOW), large_text())
        now = datetime.now(UTC)
        rows = [
            {
                "reference": f"EST-{number}",
                "table_version_id": version.id,
                "given": json.dumps({"cells": "own", "sessions": str(number)}),
                "breakdown": "{}",
                "language": "en",
                "valid_until": now.date(),
                "submission": str(number),
                "link_hash": str(number),
                "link_serial": 1,
                "created_at": now - timedelta(hours=1),  # nobody looks at their pages any more
            }
            for number in range(1, MANY + 1)
        ]
        db.session.execute(insert(Estimate), rows)
        db.session.commit()
        yield app
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def worker(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[], Running]]:
    """Return a function that starts a worker; whatever it started is gone afterwards."""
    started: list[Running] = []
    log = tmp_path / "worker.log"

    def start() -> Running:
        started.append(Running("worker", environment=environment, log=log))
        return started[-1]

    yield start
    for process in started:
        process.kill_group()
    assert "Traceback" not in log.read_text()


def under_way(number: int) -> bool:
    db.session.rollback()
    row = db.session.get_one(Preview, number, populate_existing=True)
    return row.state == "working" and row.plans == MANY


def begin_many() -> int:
    return ask(begin(large_text(**NEXT, price="2080.00"))).id


def descendants(session: int) -> list[int]:
    """The processes that a worker has started, itself included; they are in its session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(folder.name))
    return found


@pytest.mark.long
@pytest.mark.both_databases
def test_a_worker_killed_in_the_middle_is_taken_over(clinic: Flask, worker: Callable[[], Running]) -> None:
    number = begin_many()
    first = worker()
    wait_until(lambda: under_way(number), 60)
    assert len(descendants(first.pid)) > 2
    first.send_signal(signal.SIGKILL)  # alone: what it has started has to notice by itself
    first.wait()
    wait_until(lambda: descendants(first.pid) == [], 30)
    assert state(number) == "working"
    worker()
    wait_until(lambda: state(number) == "done", 120)
    row = db.session.get_one(Preview, number)
    found = previews.result_of(row)
    assert (found["plans"], found["up"], found["distinct"]) == (MANY, MANY, MANY)
    assert found["movers"][0]["change"] == f"{80 * MANY}.00"
    assert row.attempts == 2


@pytest.mark.long
@pytest.mark.both_databases
def test_a_worker_that_is_told_to_end_leaves_the_work_to_the_next_one(
    clinic: Flask, worker: Callable[[], Running]
) -> None:
    number = begin_many()
    first = worker()
    wait_until(lambda: under_way(number), 60)
    first.terminate()
    assert first.wait(15) == 0
    assert state(number) == "waiting"
    assert db.session.get_one(Preview, number).attempts == 0


@pytest.mark.long
@pytest.mark.both_databases
def test_a_preview_is_cancelled_while_it_is_worked_out_and_nobody_waits_for_it(
    clinic: Flask, worker: Callable[[], Running]
) -> None:
    number = begin_many()
    process = worker()
    wait_until(lambda: under_way(number), 60)
    # Somebody makes an estimate meanwhile.
    version = price_lists.in_force("example", datetime.now(UTC))
    estimate(version, 1, days_ago=0)
    previews.cancel(db.session.get_one(Preview, number), now=datetime.now(UTC))
    db.session.commit()
    draft = db.session.scalars(select(Draft)).one()
    drafts.save(acting(actor="user:1", now=NOW), draft.id, table_text(**NEXT), over=1)
    second = ask(drafts.find(draft.id)).id
    wait_until(lambda: state(second) == "done", 120)
    assert state(number) == "cancelled"
    assert process.poll() is None
