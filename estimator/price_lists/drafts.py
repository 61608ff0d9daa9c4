"""Drafts of price lists: written by one or several people, saved over and over, then proposed and published.

Saves use optimistic locking: each names the save that it changes, and is refused with ChangedMeanwhile if somebody
else was faster, so that nothing is overwritten unseen. A draft may have problems, which are shown at once; only one
without any can be published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import EllipsisType

from sqlalchemy import delete, select, update
from sqlalchemy import func as sql

import pricing
from estimator import audit
from estimator.act import Act
from estimator.db import advisory_lock, db
from estimator.models import Draft, DraftSave, PriceList, TableVersion
from estimator.price_lists import precedence, published, version_before
from estimator.price_lists.editing import document
from estimator.price_lists.obstacles import Obstacle
from pricing import PriceTable, Problem, Warning
from pricing.syntax import MOST_CHARACTERS

MOST_SAVES = 200
"""Maximum number of earlier saves that are kept of a draft."""


MOST_PLACES = 50
"""Maximum number of places recorded in the trail for accepted warnings of one kind, beside their total number."""


class UnknownDraft(LookupError):
    """There is no such draft, or it was published or thrown away meanwhile."""


class ChangedMeanwhile(Exception):
    """Somebody else has saved the draft since; `draft` is as they left it."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(f"draft {draft.id} was saved by {draft.changed_by}")


class ListTaken(ValueError):
    """There is a list of that name already, or a draft of one."""


class TooLong(ValueError):
    """A text is longer than any price list may be; MOST_CHARACTERS is the limit."""


class NotReady(Exception):
    """A draft cannot be published; `check` says why."""

    def __init__(self, check: Check) -> None:
        self.check = check
        super().__init__("the draft has problems")


class NotProposed(Exception):
    """Nobody has asked for approval of the draft as it is now."""


class SamePerson(Exception):
    """Who asked for approval cannot give it."""


class OvertakenBy(Exception):
    """A version would be overruled that was not seen: `current` would hold on the first day of the draft; None: none.

    It was published, or somebody went back to it, since the page was shown.
    """

    def __init__(self, current: TableVersion | None) -> None:
        self.current = current
        super().__init__("another version would be overruled")


@dataclass(frozen=True)
class Check:
    """What stands between a draft and its publication.

    `table` is None if the text cannot be read. `unacknowledged` are the warnings not accepted by name yet; those in
    `blocking` cannot be accepted, and are in neither of the others.
    """

    table: PriceTable | None
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    blocking: Sequence[Problem] = ()
    obstacles: Sequence[Obstacle] = ()
    unacknowledged: Sequence[str] = field(default=())

    @property
    def names(self) -> list[str]:
        """The names of its warnings that can be accepted."""
        return [name_of(warning) for warning in self.warnings]

    @property
    def ready(self) -> bool:
        """Whether it can be published."""
        return self.table is not None and not (self.obstacles or self.blocking or self.unacknowledged)


def begin(act: Act, slug: str, *, text: str, examples: str, based_on: TableVersion | None) -> Draft:
    """Begin a draft of a list, usually with the text of a version; raises TooLong."""
    _must_fit(text)
    draft = Draft(
        slug=slug,
        text=text,
        examples=examples,
        saves=1,
        based_on_id=None if based_on is None else based_on.id,
        created_at=act.now,
        created_by=act.actor,
        changed_at=act.now,
        changed_by=act.actor,
    )
    db.session.add(draft)
    db.session.flush()
    _keep(draft)
    audit.add(act, "draft.begun", subject=f"draft:{draft.id}", table=slug)
    return draft


def begin_list(act: Act, slug: str, *, text: str, examples: str = "[]") -> Draft:
    """Begin the draft of a list that there is not yet; raises ListTaken if there is, or a draft of one, and TooLong.

    Of several who begin a list of one name at once, the first one does.
    """
    published.lock([slug])
    if is_taken(slug):
        raise ListTaken(slug)
    return begin(act, slug, text=text, examples=examples, based_on=None)


def is_taken(slug: str) -> bool:
    """Whether there is a list of that name, or a draft of one."""
    known = select(PriceList.slug).where(PriceList.slug == slug)
    return db.session.scalar(known.union(select(Draft.slug).where(Draft.slug == slug))) is not None


def from_version(act: Act, version: TableVersion, *, name: str, valid_from: date) -> Draft:
    """Begin a draft with the content of a version, under another name and from another day on.

    So an older version is restored as a new one, because published versions never change.
    """
    table = replace(published.parsed(version), version=name, valid_from=valid_from)
    return begin(act, version.slug, text=pricing.write(table), examples=version.examples, based_on=version)


def find(draft_id: int) -> Draft:
    """Return a draft; raises UnknownDraft."""
    found = db.session.get(Draft, draft_id, populate_existing=True)
    if found is None:
        raise UnknownDraft(draft_id)
    return found


def all_drafts() -> list[Draft]:
    """Return every draft, the one changed last first."""
    return list(db.session.scalars(select(Draft).order_by(Draft.changed_at.desc())))


def save(act: Act, draft_id: int, text: str, *, over: int, examples: str | None = None) -> Draft:
    """Save a draft on top of the save that was edited; idempotent for the same text.

    Raises UnknownDraft, TooLong, and ChangedMeanwhile if somebody has saved it since, which changes nothing.
    """
    _must_fit(text)
    draft = find(draft_id)
    same = draft.text == text and (examples is None or draft.examples == examples)
    if same and over == draft.saves:
        return draft
    values: dict[str, object] = {
        "text": text,
        "saves": over + 1,
        "changed_at": act.now,
        "changed_by": act.actor,
        "proposed_by": None,
        "proposed_at": None,
        "proposed_save": None,
        "acknowledged": None,
    }
    if examples is not None:
        values["examples"] = examples
    # One atomic UPDATE decides which of several concurrent saves is first.
    first = update(Draft).where(Draft.id == draft_id, Draft.saves == over).values(**values)
    result = db.session.execute(first, execution_options={"synchronize_session": False})
    if result.rowcount != 1:  # type: ignore[attr-defined]
        raise ChangedMeanwhile(find(draft_id))
    draft = find(draft_id)
    _keep(draft)
    return draft


def saves_of(draft: Draft) -> list[DraftSave]:
    """Return the saves of a draft that are kept, the newest first."""
    return list(
        db.session.scalars(select(DraftSave).filter_by(draft_id=draft.id).order_by(DraftSave.number.desc()))
    )


def text_of(draft: Draft, number: int) -> str | None:
    """Return the text of a draft at an earlier save; None if that is not kept any more."""
    return db.session.scalar(select(DraftSave.text).filter_by(draft_id=draft.id, number=number))


def lock(draft: Draft, *, over: int) -> None:
    """Lock a draft against changes by others until this transaction ends, and read it anew.

    Whoever decides something about a draft decides it by what is read here, not by what a page read before.
    Raises UnknownDraft, and ChangedMeanwhile if its last save is not `over`.
    """
    draft_id = draft.id
    advisory_lock(f"draft {draft_id}")
    found = db.session.get(Draft, draft_id, populate_existing=True, with_for_update=True)
    if found is None:
        raise UnknownDraft(draft_id)
    if found.saves != over:
        raise ChangedMeanwhile(found)


def throw_away(act: Act, draft: Draft, *, over: int) -> None:
    """Remove a draft with all of its saves and previews; raises UnknownDraft, and ChangedMeanwhile if it was saved."""
    lock(draft, over=over)
    draft_id, slug = draft.id, draft.slug
    db.session.execute(delete(Draft).filter_by(id=draft_id))
    audit.add(act, "draft.thrown_away", subject=f"draft:{draft_id}", table=slug)


def check(draft: Draft, now: datetime, acknowledged: Sequence[str] = ()) -> Check:
    """Check whether a draft could be published now; `acknowledged` are the names of accepted warnings."""
    look = document.look(draft.text)
    if look.table is None:
        return Check(None, problems=look.problems)
    found = warned(look, now)
    warnings = [warning for warning in found if not warning.blocks]
    accepted = set(acknowledged)
    return Check(
        look.table,
        warnings=warnings,
        blocking=[warning for warning in found if warning.blocks],
        obstacles=list(_obstacles(draft, look.table, now)),
        unacknowledged=[name for name in map(name_of, warnings) if name not in accepted],
    )


def warned(look: document.Look, now: datetime) -> list[Warning]:
    """Return every warning of a text, and what looks like a slip beside the version that holds until its first day.

    Those that block are among them. A discount that the version before has too is not asked about again.
    """
    if look.table is None:
        return []
    beside = version_before.slips(look.table, now)
    asked = set(map(name_of, beside))
    own = [warning for warning in look.warnings if warning.kind != "below_zero" or name_of(warning) in asked]
    known = set(map(name_of, own))
    return [*(one for one in beside if name_of(one) not in known), *own]


def name_of(warning: Problem) -> str:
    """Return the name by which a warning is acknowledged: its kind and its place, the same in every language.

    A table has no two warnings of one name, and a name is only good for the save that it was given for.
    """
    return f"{warning.kind} {warning.place}"


def propose(act: Act, draft: Draft, *, over: int, acknowledged: Sequence[str]) -> None:
    """Request a second person's approval of a draft as it is now; the same request again is not written down.

    Raises UnknownDraft, ChangedMeanwhile, NotReady.
    """
    lock(draft, over=over)
    names = _must_be_ready(draft, acknowledged, act.now).names
    asked = act.actor, over, json.dumps(names)
    if (draft.proposed_by, draft.proposed_save, draft.acknowledged) == asked:
        return
    draft.proposed_by, draft.proposed_save, draft.acknowledged = asked
    draft.proposed_at = act.now
    db.session.flush()
    audit.add(act, "draft.proposed", subject=f"draft:{draft.id}", save=over, warnings=len(names))


def overruled(table: PriceTable) -> TableVersion | None:
    """Return the version that would hold on the first day of a table without it, returns counted; else None."""
    try:
        return precedence.on(table.table, table.valid_from)
    except LookupError:
        return None


def approve(
    act: Act, draft: Draft, *, over: int, instead_of: int | EllipsisType | None = ...
) -> TableVersion:
    """Publish a draft that another person has proposed.

    It is checked again, because an obstacle may have come up since approval was requested. `instead_of` is the number
    of the version that was shown as `overruled`, None if there was none; without it, whichever it is.
    Raises NotProposed, SamePerson, ChangedMeanwhile, NotReady, OvertakenBy, and UnknownDraft if somebody else was
    faster.
    """
    lock(draft, over=over)
    if draft.proposed_by is None or draft.proposed_save != draft.saves:
        raise NotProposed
    if draft.proposed_by == act.actor:
        raise SamePerson
    return _publish(act, draft, json.loads(draft.acknowledged or "[]"), instead_of)


def publish(
    act: Act,
    draft: Draft,
    *,
    over: int,
    acknowledged: Sequence[str],
    instead_of: int | EllipsisType | None = ...,
) -> TableVersion:
    """Publish a draft alone, where nobody else has to approve; `instead_of` as for `approve`.

    Raises ChangedMeanwhile, NotReady, OvertakenBy, and UnknownDraft if somebody else was faster.
    """
    lock(draft, over=over)
    return _publish(act, draft, acknowledged, instead_of)


def _publish(
    act: Act, draft: Draft, acknowledged: Sequence[str], instead_of: int | EllipsisType | None
) -> TableVersion:
    """Publish a draft that is locked."""
    published.lock([draft.slug])
    found = _must_be_ready(draft, acknowledged, act.now)
    assert found.table is not None
    if not isinstance(instead_of, EllipsisType):
        current = overruled(found.table)
        if (None if current is None else current.id) != instead_of:
            raise OvertakenBy(current)
    text, examples = draft.text, draft.examples
    db.session.execute(delete(Draft).filter_by(id=draft.id), execution_options={"synchronize_session": False})
    db.session.expunge(draft)
    try:
        version = published.import_(act, text, examples=examples)
    except published.VersionTaken:
        raise NotReady(replace(found, obstacles=[*found.obstacles, "name_taken"])) from None
    _record(act, found.warnings, version)
    return version


def _record(act: Act, warnings: Sequence[Problem], version: TableVersion) -> None:
    """Record in the audit trail which warnings were accepted: the number of each kind, and its first places.

    The hash is that of all names, a line each: whoever has the version can work its warnings out again and compare.
    """
    if not warnings:
        return
    kinds: dict[str, list[str]] = {}
    for warning in warnings:
        kinds.setdefault(warning.kind, []).append(_coded(warning))
    audit.add(
        act,
        "table.warnings_acknowledged",
        subject=f"table_version:{version.id}",
        kinds=[f"{kind}:{len(places)}" for kind, places in sorted(kinds.items())],
        count=len(warnings),
        places=[place for _kind, places in sorted(kinds.items()) for place in places[:MOST_PLACES]],
        sha256=hashlib.sha256("\n".join(map(name_of, warnings)).encode()).hexdigest(),
    )


def _coded(warning: Problem) -> str:
    """Kind and place as the trail takes them: `charge.ward.graduated.1.price`, not too long."""
    return f"{warning.kind}:{warning.place}".replace("[", ".").replace("]", "")[:100]


def _must_be_ready(draft: Draft, acknowledged: Sequence[str], now: datetime) -> Check:
    found = check(draft, now, acknowledged)
    if not found.ready:
        raise NotReady(found)
    return found


def _obstacles(draft: Draft, table: PriceTable, now: datetime) -> list[Obstacle]:
    found: list[Obstacle] = []
    if table.table != draft.slug:
        found.append("other_list")
    try:
        zone = published.zone_of(table)
    except published.UnknownTimeZone:
        found.append("no_time_zone")
    else:
        if table.valid_from < now.astimezone(zone).date():
            found.append("date_past")
    versions = published.versions(table.table)
    if any(version.version == table.version for version in versions):
        found.append("name_taken")
    sha256 = pricing.sha256(table)
    if any(version.sha256 == sha256 for version in versions):
        found.append("unchanged")
    if published.is_closed(table.table):
        found.append("closed")
    return found


def _keep(draft: Draft) -> None:
    db.session.add(
        DraftSave(
            draft_id=draft.id,
            number=draft.saves,
            text=draft.text,
            saved_at=draft.changed_at,
            saved_by=draft.changed_by,
        )
    )
    db.session.flush()
    newest = select(sql.max(DraftSave.number)).filter_by(draft_id=draft.id).scalar_subquery()
    db.session.execute(
        delete(DraftSave).where(DraftSave.draft_id == draft.id, DraftSave.number <= newest - MOST_SAVES),
        execution_options={"synchronize_session": False},
    )


def _must_fit(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise TooLong
