"""What drafts promise, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

import pricing
from estimator import audit, price_lists
from estimator.config import Settings
from estimator.db import db
from estimator.models import AuditEntry, Draft, DraftSave, TableVersion
from estimator.price_lists import approvals, drafts
from pricing.syntax import MOST_CHARACTERS
from tests.support.acts import acting
from tests.support.at_once import at_once, meanwhile, one_behind_another
from tests.support.commands import environment, estimator
from tests.support.example_list import NOW, table_text, uncharged_text

pytestmark = pytest.mark.usefixtures("app")

EDITOR, APPROVER = "user:1", "user:2"
NEXT = {"version": "2026-2", "valid_from": "2026-04-01"}
FREE = "zero_price charge.session.price"


def begin(text: str | None = None, *, slug: str = "example", **given: Any) -> Draft:
    draft = drafts.begin(
        acting(actor=EDITOR, now=NOW),
        slug,
        text=table_text(**NEXT) if text is None else text,
        **{"examples": "[]", "based_on": None, **given},
    )
    db.session.commit()
    return draft


def save(draft_id: int, text: str, over: int, actor: str = EDITOR) -> Draft:
    draft = drafts.save(acting(actor=actor, now=NOW), draft_id, text, over=over)
    db.session.commit()
    return draft


def every_warning(draft: Draft) -> list[str]:
    return drafts.check(draft, NOW).names


def publish(draft: Draft, acknowledged: Sequence[str] | None = None) -> TableVersion:
    """Publish a draft, with all of its warnings acknowledged unless a test says with which."""
    names = every_warning(draft) if acknowledged is None else acknowledged
    version = drafts.publish(acting(actor=EDITOR, now=NOW), draft, over=draft.saves, acknowledged=names)
    db.session.commit()
    return version


def propose(draft: Draft, *more: str) -> None:
    names = [*every_warning(draft), *more]
    drafts.propose(acting(actor=EDITOR, now=NOW), draft, over=draft.saves, acknowledged=names)
    db.session.commit()


def obstacles(text: str, *, slug: str = "example") -> list[str]:
    return list(drafts.check(begin(text, slug=slug), NOW).obstacles)


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def published() -> list[str]:
    return list(db.session.scalars(select(TableVersion.version).order_by(TableVersion.valid_from)))


def test_a_save_over_an_older_save_overwrites_nothing() -> None:
    draft = begin("one")
    save(draft.id, "two", over=1)
    with pytest.raises(drafts.ChangedMeanwhile) as told:
        drafts.save(acting(actor=APPROVER, now=NOW), draft.id, "three", over=1)
    db.session.rollback()
    assert (told.value.draft.text, told.value.draft.saves) == ("two", 2)
    assert drafts.find(draft.id).text == "two"
    save(draft.id, "three", over=2, actor=APPROVER)
    assert (drafts.find(draft.id).text, drafts.find(draft.id).changed_by) == ("three", APPROVER)


@pytest.mark.long
def test_of_eight_who_save_at_once_one_wins_and_the_others_are_told(app: Flask) -> None:
    draft_id = begin("one").id
    found = at_once(
        app,
        8,
        lambda number: drafts.save(
            acting(actor=f"user:{number}", now=NOW), draft_id, f"text {number}", over=1
        ),
    )
    won = [number for number, result in enumerate(found) if isinstance(result, Draft)]
    assert len(won) == 1
    assert sum(isinstance(result, drafts.ChangedMeanwhile) for result in found) == 7
    draft = drafts.find(draft_id)
    assert (draft.text, draft.saves, draft.changed_by) == (f"text {won[0]}", 2, f"user:{won[0]}")
    assert [one.number for one in drafts.saves_of(draft)] == [2, 1]


def test_the_same_text_again_is_no_new_save() -> None:
    draft = begin("one")
    assert save(draft.id, "one", over=1).saves == 1
    assert save(draft.id, "two", over=1).saves == 2
    assert (
        drafts.save(acting(actor=EDITOR, now=NOW), draft.id, "two", over=2, examples='[{"name": "x"}]').saves
        == 3
    )


def test_every_save_is_kept_and_can_be_gone_back_to() -> None:
    draft = begin("one")
    for number, text in enumerate(("two", "three"), 1):
        save(draft.id, text, over=number)
    assert [drafts.text_of(draft, number) for number in (1, 2, 3, 4)] == ["one", "two", "three", None]
    back = save(draft.id, str(drafts.text_of(draft, 1)), over=3)
    assert (back.text, back.saves) == ("one", 4)
    assert drafts.text_of(back, 3) == "three", "what was there before going back is kept too"


def test_the_oldest_saves_go_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST_SAVES", 3)
    draft = begin("0")
    for number in range(1, 6):
        save(draft.id, str(number), over=number)
    other = begin("other")
    assert [one.number for one in drafts.saves_of(draft)] == [6, 5, 4]
    assert [one.number for one in drafts.saves_of(other)] == [1]


def test_a_draft_that_is_thrown_away_is_gone_with_its_saves() -> None:
    draft = begin("one")
    draft_id = draft.id
    drafts.throw_away(acting(actor=EDITOR, now=NOW), draft, over=1)
    db.session.commit()
    with pytest.raises(drafts.UnknownDraft):
        drafts.find(draft_id)
    with pytest.raises(drafts.UnknownDraft):
        drafts.save(acting(actor=EDITOR, now=NOW), draft_id, "two", over=1)
    assert db.session.scalar(select(func.count()).select_from(DraftSave)) == 0
    assert actions() == ["draft.begun", "draft.thrown_away"]


def test_a_draft_may_be_wrong_and_is_told_everything_that_is() -> None:
    found = drafts.check(begin(table_text(price="'480,00'", valid_from="'soon'")), NOW)
    assert found.table is None
    assert not found.ready
    assert {problem.place for problem in found.problems} == {"valid_from", "charge.session.price"}


def test_with_problems_nothing_can_be_published_or_proposed() -> None:
    draft = begin(table_text(price="'480,00'"))
    with pytest.raises(drafts.NotReady) as refused:
        publish(draft, [])
    assert [problem.kind for problem in refused.value.check.problems] == ["not_a_number"]
    with pytest.raises(drafts.NotReady):
        propose(draft)
    assert published() == []


def test_each_warning_is_acknowledged_by_its_name() -> None:
    draft = begin(
        table_text(price="0.00", **NEXT).replace('group = "treatment"\n', 'group = "treatment"\n', 1)
    )
    found = drafts.check(draft, NOW)
    assert FREE in found.unacknowledged
    with pytest.raises(drafts.NotReady) as refused:
        publish(draft, [name for name in found.names if name != FREE])
    assert list(refused.value.check.unacknowledged) == [FREE]
    version = publish(draft, found.names)
    entry = db.session.scalars(select(AuditEntry).filter_by(action="table.warnings_acknowledged")).one()
    assert entry.subject == f"table_version:{version.id}"
    assert "zero_price" in entry.detail


def test_the_name_of_a_warning_is_the_same_in_every_language_and_unlike_any_other(app: Flask) -> None:
    from pathlib import Path

    from estimator.i18n import reader, speaking

    texts = [table_text(price="0.00"), Path("pricing/tables/delhi.toml").read_text(encoding="utf-8")]
    for text in texts:
        warnings = pricing.lint(pricing.read(text))
        names = [drafts.name_of(warning) for warning in warnings]
        assert len(set(names)) == len(names)
        with app.test_request_context(), speaking(reader("ar")):
            assert [drafts.name_of(warning) for warning in warnings] == names


def test_no_word_of_a_person_comes_into_the_trail_as_an_acknowledgement() -> None:
    draft = begin(table_text(price="0.00", **NEXT))
    propose(draft, "Anna Example says that this is fine")
    assert "Anna" not in str(draft.acknowledged)
    drafts.approve(acting(actor=APPROVER, now=NOW), draft, over=1)
    assert not any("Anna" in entry.detail for entry in audit.entries(100))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"valid_from": "2026-03-10"}, []),
        ({"valid_from": "2026-03-09"}, ["date_past"]),
        ({"valid_from": "2026-03-10", "time_zone": "Pacific/Kiritimati"}, ["date_past"]),
        ({"valid_from": "2026-03-10", "time_zone": "Etc/GMT+12"}, []),
        ({"time_zone": "Mars/Olympus"}, ["no_time_zone"]),
        ({"table": "other"}, ["other_list"]),
        ({"version": "2026-1"}, ["name_taken"]),
        ({"valid_from": "2026-01-01"}, ["date_past"]),
        (
            {"version": "2026-1", "valid_from": "2026-01-01"},
            ["date_past", "name_taken", "unchanged"],
        ),
    ],
)
def test_what_a_sound_table_may_have_against_it(
    version: TableVersion, given: dict[str, str], expected: list[str]
) -> None:
    # Noon of 10 March in UTC is midnight of the 11th at Kiritimati, and midnight of the 10th in the far west.
    text = table_text(**{**NEXT, **given})
    assert obstacles(text) == expected
    if expected:
        with pytest.raises(drafts.NotReady):
            publish(begin(text))
    else:
        publish(begin(text))


def test_a_closed_list_gets_no_new_version(version: TableVersion) -> None:
    price_lists.close(acting(actor=EDITOR, now=NOW), "example")
    assert obstacles(table_text(**NEXT)) == ["closed"]
    price_lists.reopen(acting(actor=EDITOR, now=NOW), "example")
    assert obstacles(table_text(**NEXT)) == []


def test_a_published_draft_is_a_version_and_no_draft_any_more(version: TableVersion) -> None:
    draft = begin(examples='[{"name": "x"}]')
    made = publish(draft)
    assert (made.version, made.valid_from, made.published_by) == ("2026-2", date(2026, 4, 1), EDITOR)
    assert made.examples == '[{"name": "x"}]'
    assert made.text == pricing.write(pricing.read(table_text(**NEXT)))
    assert drafts.all_drafts() == []
    assert price_lists.in_force("example", NOW).id == version.id
    assert actions()[-2:] == ["table.published", "table.warnings_acknowledged"]


def test_what_somebody_else_changed_is_not_published_unseen() -> None:
    draft = begin()
    save(draft.id, table_text(**NEXT, price="1.00"), over=1, actor=APPROVER)
    with pytest.raises(drafts.ChangedMeanwhile):
        drafts.publish(acting(actor=EDITOR, now=NOW), drafts.find(draft.id), over=1, acknowledged=[])
    with pytest.raises(drafts.ChangedMeanwhile):
        drafts.propose(acting(actor=EDITOR, now=NOW), drafts.find(draft.id), over=1, acknowledged=[])
    assert published() == []


def test_a_second_person_approves() -> None:
    draft = begin()
    with pytest.raises(drafts.NotProposed):
        drafts.approve(acting(actor=APPROVER, now=NOW), draft, over=1)
    propose(draft)
    with pytest.raises(drafts.SamePerson):
        drafts.approve(acting(actor=EDITOR, now=NOW), draft, over=1)
    assert drafts.approve(acting(actor=APPROVER, now=NOW), draft, over=1).published_by == APPROVER
    db.session.commit()
    assert actions() == ["draft.begun", "draft.proposed", "table.published", "table.warnings_acknowledged"]


def test_a_change_makes_a_proposal_void() -> None:
    draft = begin()
    propose(draft)
    draft = save(draft.id, table_text(**NEXT, price="1.00"), over=1)
    for over, error in ((1, drafts.ChangedMeanwhile), (2, drafts.NotProposed)):
        with pytest.raises(error):
            drafts.approve(acting(actor=APPROVER, now=NOW), draft, over=over)
    assert draft.proposed_by is None


def test_what_was_proposed_in_time_is_not_approved_too_late() -> None:
    draft = begin()
    propose(draft)
    with pytest.raises(drafts.NotReady) as late:
        drafts.approve(acting(actor=APPROVER, now=NOW + timedelta(days=60)), draft, over=1)
    assert list(late.value.check.obstacles) == ["date_past"]


def test_two_who_approve_at_once_publish_once(app: Flask) -> None:
    draft = begin()
    propose(draft)
    draft_id = draft.id
    found = at_once(
        app,
        2,
        lambda number: drafts.approve(
            acting(actor=f"user:{number + 2}", now=NOW), drafts.find(draft_id), over=1
        ),
    )
    assert sorted(type(result).__name__ for result in found) == ["TableVersion", "UnknownDraft"]
    assert published() == ["2026-2"]
    assert actions().count("table.published") == 1


def test_of_several_who_begin_a_list_of_one_name_at_once_one_does(app: Flask) -> None:
    act = acting(actor=EDITOR, now=NOW)
    found = at_once(app, 4, lambda _number: drafts.begin_list(act, "knee", text="one").id)
    assert [type(one).__name__ for one in found if not isinstance(one, int)] == ["ListTaken"] * 3
    assert [draft.slug for draft in drafts.all_drafts()] == ["knee"]
    assert actions() == ["draft.begun"]


REST: dict[str, Callable[[Draft], object]] = {
    "approve": lambda draft: drafts.approve(acting(actor=APPROVER, now=NOW), draft, over=1),
    "send back": lambda draft: approvals.send_back(
        acting(actor=APPROVER, now=NOW), draft, over=1, words="The ward is too dear."
    ),
    "propose": lambda draft: drafts.propose(
        acting(actor=APPROVER, now=NOW), draft, over=1, acknowledged=every_warning(draft)
    ),
    "throw away": lambda draft: drafts.throw_away(acting(actor=APPROVER, now=NOW), draft, over=1),
    "publish": lambda draft: drafts.publish(
        acting(actor=APPROVER, now=NOW), draft, over=1, acknowledged=every_warning(draft)
    ),
}


def test_what_was_sent_back_meanwhile_is_not_published_and_the_comment_stays(app: Flask) -> None:
    propose(begin())
    read = drafts.find(1)
    other = acting(actor="user:3", now=NOW)
    meanwhile(app, lambda: approvals.send_back(other, drafts.find(1), over=1, words="No.").id)
    with pytest.raises(drafts.NotProposed):
        REST["approve"](read)
    db.session.rollback()
    assert published() == []
    assert [said.words for said in approvals.comments(drafts.find(1))] == ["No."]


@pytest.mark.parametrize("late", REST.values(), ids=REST)
@pytest.mark.parametrize("end", ["published", "thrown away"])
def test_nothing_is_decided_about_a_draft_that_is_gone_meanwhile(
    app: Flask, late: Callable[[Draft], object], end: str
) -> None:
    propose(begin())
    read = drafts.find(1)

    def finish() -> None:
        if end == "published":
            drafts.approve(acting(actor="user:3", now=NOW), drafts.find(1), over=1)
        else:
            drafts.throw_away(acting(actor="user:3", now=NOW), drafts.find(1), over=1)

    meanwhile(app, finish)
    before = actions()
    with pytest.raises(drafts.UnknownDraft):
        late(read)
    db.session.rollback()
    assert actions() == before


@pytest.mark.parametrize("late", REST.values(), ids=REST)
def test_nothing_is_decided_about_a_draft_that_somebody_saved_meanwhile(
    app: Flask, late: Callable[[Draft], object]
) -> None:
    propose(begin())
    read = drafts.find(1)
    changed = table_text(**NEXT, price="7.00")
    meanwhile(app, lambda: drafts.save(acting(actor=EDITOR, now=NOW), 1, changed, over=1).id)
    with pytest.raises(drafts.ChangedMeanwhile):
        late(read)
    db.session.rollback()
    assert published() == []
    assert drafts.find(1).proposed_by is None


def test_of_one_who_approves_and_one_who_sends_back_at_once_one_is_told(app: Flask) -> None:
    propose(begin())
    found = at_once(app, 2, lambda number: list(REST.values())[number](drafts.find(1)))
    if published():
        assert isinstance(found[1], drafts.UnknownDraft)
    else:
        assert isinstance(found[0], drafts.NotProposed)
        assert len(approvals.comments(drafts.find(1))) == 1


def test_two_drafts_of_one_name_for_one_day_cannot_both_be_published(app: Flask) -> None:
    ids = [begin(table_text(**NEXT, price=price)).id for price in ("7.00", "8.00")]

    def do(number: int) -> TableVersion:
        draft = drafts.find(ids[number])
        return drafts.publish(acting(actor=EDITOR, now=NOW), draft, over=1, acknowledged=every_warning(draft))

    found = at_once(app, 2, do)
    refused = [result for result in found if isinstance(result, drafts.NotReady)]
    assert len(refused) == 1
    assert list(refused[0].check.obstacles) == ["name_taken"]
    assert len(published()) == 1
    assert len(drafts.all_drafts()) == 1, "the draft of the one who was told is still there"


def test_a_second_version_may_be_published_for_the_day_of_another() -> None:
    for name in ("a", "b"):
        draft = begin(table_text(**{**NEXT, "version": name}))
        drafts.publish(acting(actor=EDITOR, now=NOW), draft, over=1, acknowledged=every_warning(draft))
    assert published() == ["a", "b"]


def test_of_two_drafts_of_one_day_the_one_that_waited_for_the_other_counts(app: Flask) -> None:
    today = {"valid_from": f"{NOW:%Y-%m-%d}"}
    ids = [begin(table_text(**today, version=name)).id for name in ("first", "second")]

    def do(number: int) -> Iterator[None]:
        draft, began = drafts.find(ids[number]), NOW - timedelta(seconds=number)
        accepted = every_warning(draft)
        yield
        drafts.publish(acting(actor=EDITOR, now=began), draft, over=1, acknowledged=accepted)

    assert one_behind_another(app, do) == [None, None]
    assert price_lists.in_force("example", NOW + timedelta(seconds=1)).version == "second"


@pytest.mark.parametrize("days", [0, 40])
def test_a_version_that_was_not_seen_is_not_overruled(version: TableVersion, days: int) -> None:
    first_day = f"{NOW + timedelta(days=days):%Y-%m-%d}"
    theirs, ours = (begin(table_text(version=name, valid_from=first_day)) for name in ("a", "b"))
    table = drafts.check(ours, NOW).table
    assert table is not None
    seen = drafts.overruled(table)
    assert seen is not None
    assert seen.id == version.id
    made = publish(theirs)
    names = every_warning(ours)
    act = acting(actor=EDITOR, now=NOW + timedelta(seconds=1))
    with pytest.raises(drafts.OvertakenBy) as refused:
        drafts.publish(act, ours, over=1, acknowledged=names, instead_of=seen.id)
    assert refused.value.current is not None
    assert refused.value.current.id == made.id
    drafts.publish(act, ours, over=1, acknowledged=names, instead_of=made.id)
    assert published()[-2:] == ["a", "b"]


def test_a_save_while_somebody_publishes_is_either_published_or_kept(app: Flask) -> None:
    draft_id = begin().id
    changed = table_text(**NEXT, price="7.00")

    def do(number: int) -> object:
        if number:
            return drafts.save(acting(actor=APPROVER, now=NOW), draft_id, changed, over=1)
        draft = drafts.find(draft_id)
        return drafts.publish(acting(actor=EDITOR, now=NOW), draft, over=1, acknowledged=every_warning(draft))

    found = at_once(app, 2, do)
    if published():
        assert isinstance(found[1], drafts.UnknownDraft)
        assert drafts.all_drafts() == []
    else:
        assert isinstance(found[0], (drafts.ChangedMeanwhile, drafts.UnknownDraft))
        assert drafts.find(draft_id).text == changed


def test_an_older_version_is_brought_back_as_a_new_one(version: TableVersion) -> None:
    price_lists.import_(
        acting(actor="command line", now=NOW),
        table_text(version="2026-1b", valid_from="2026-02-01", price="9999.00"),
    )
    draft = drafts.from_version(
        acting(actor=EDITOR, now=NOW), version, name="2026-3", valid_from=date(2026, 4, 1)
    )
    assert draft.based_on_id == version.id
    made = publish(draft)
    assert published() == ["2026-1", "2026-1b", "2026-3"]
    old, new = price_lists.parsed(version), price_lists.parsed(made)
    assert (new.version, new.valid_from) == ("2026-3", date(2026, 4, 1))
    changes = pricing.explore.difference(old, new)
    assert [key.key for change in changes for key in change.keys] == ["version", "valid_from"]
    plan = {"sessions": 2}
    assert pricing.estimate(new, plan).totals == pricing.estimate(old, plan).totals


@pytest.mark.long
@pytest.mark.both_databases
def test_a_server_killed_while_it_publishes_leaves_nothing_half(settings: Settings) -> None:
    draft_id = begin().id
    db.session.remove()
    db.engine.dispose()
    script = f"""
import os, signal
from datetime import datetime
from estimator import clinic
from estimator import config
from estimator import create_app
from estimator.act import Act
from estimator.price_lists import approvals, drafts
app = create_app(config.load())
with app.app_context():
    now = datetime.fromisoformat("{NOW.isoformat()}")
    draft = drafts.find({draft_id})
    names = drafts.check(draft, now).names
    act = Act("user:1", now, app.config["SETTINGS"], clinic.current())
    drafts.publish(act, draft, over=1, acknowledged=names)
    print("published", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    code, output, errors = estimator(before=script, **environment(settings))
    assert (output, code) == ("published\n", -signal.SIGKILL), errors
    assert published() == []
    assert actions() == ["draft.begun"]
    assert publish(drafts.find(draft_id)).version == "2026-2"
    assert audit.verify().broken is None


def test_a_clock_that_was_set_back_loses_and_changes_nothing() -> None:
    draft = begin()
    back = NOW - timedelta(days=3)
    drafts.save(acting(actor=EDITOR, now=back), draft.id, table_text(**NEXT, price="5.00"), over=1)
    draft = drafts.find(draft.id)
    version = drafts.publish(acting(actor=EDITOR, now=back), draft, over=2, acknowledged=every_warning(draft))
    db.session.commit()
    assert pricing.estimate(price_lists.parsed(version), {"sessions": 1}).totals["total"][1] == 5
    assert audit.verify().broken is None
    with pytest.raises(price_lists.NotInForce):
        price_lists.in_force("example", NOW)


def test_a_text_that_no_table_can_have_is_refused_and_keeps_what_was_there() -> None:
    draft = begin("one")
    ten_megabytes = "# " + "x" * 10_000_000
    for call in (
        lambda: drafts.save(acting(actor=EDITOR, now=NOW), draft.id, ten_megabytes, over=1),
        lambda: drafts.begin(
            acting(actor=EDITOR, now=NOW), "example", text=ten_megabytes, examples="[]", based_on=None
        ),
    ):
        with pytest.raises(drafts.TooLong):
            call()
        db.session.rollback()
    assert drafts.find(draft.id).text == "one"
    assert len(save(draft.id, "x" * MOST_CHARACTERS, over=1).text) == MOST_CHARACTERS


@pytest.mark.long
@pytest.mark.both_databases
def test_a_list_of_five_thousand_charges_is_saved_checked_and_published() -> None:
    charges = "\n".join(
        f"[charge.item_{number}]\nlabel.en = 'Item {number}'\ngroup = 'treatment'\n"
        f"per = 'sessions'\nprice = {number}.00\nsource = 'Made for the tests.'\n"
        for number in range(1, 5001)
    )
    text = table_text(**NEXT).replace("[notice.left_out]", charges + "\n[notice.left_out]", 1)
    draft = begin(text)
    found = drafts.check(draft, NOW)
    assert found.table is not None
    assert len(found.table.charges) == 5001
    version = publish(draft, found.names)
    total = pricing.estimate(price_lists.parsed(version), {"sessions": 1}).totals["total"][1]
    assert total == 2000 + 5000 * 5001 // 2


def test_what_nobody_can_accept_is_neither_proposed_nor_published() -> None:
    draft = begin(uncharged_text(**NEXT))
    found = drafts.check(draft, NOW)
    assert [warning.place for warning in found.blocking] == ["driver.cells.choice.cord"]
    name = drafts.name_of(found.blocking[0])
    assert name not in found.names
    for do in (drafts.propose, drafts.publish):
        with pytest.raises(drafts.NotReady) as refused:
            do(acting(actor=EDITOR, now=NOW), draft, over=1, acknowledged=[*found.names, name])
        assert [warning.place for warning in refused.value.check.blocking] == ["driver.cells.choice.cord"]
    assert published() == []


def test_what_was_proposed_before_a_warning_blocked_is_not_approved() -> None:
    draft = begin(uncharged_text(**NEXT))
    names = [*every_warning(draft), "choice_without_charge driver.cells.choice.cord"]
    draft.proposed_by, draft.proposed_at, draft.proposed_save = EDITOR, NOW, 1
    draft.acknowledged = json.dumps(names)
    db.session.commit()
    with pytest.raises(drafts.NotReady) as late:
        drafts.approve(acting(actor=APPROVER, now=NOW), draft, over=1)
    assert [warning.place for warning in late.value.check.blocking] == ["driver.cells.choice.cord"]
    assert published() == []
