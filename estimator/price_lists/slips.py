"""Slips of the pen, which somebody accepts by name: ten times the price of the version before, a day a year away.

They need the version before and the day, and so are no part of a draft's own warnings. The verbs here are those of
`drafts` with these warnings among the others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pricing
from estimator import audit
from estimator.act import Act
from estimator.models import Draft, TableVersion
from estimator.price_lists import drafts, published
from pricing import PriceTable, Warning


def look(table: PriceTable, now: datetime) -> list[Warning]:
    """Return the slips of a table beside the version of its list that holds until its first day."""
    return pricing.slips(table, before(table), now.date())


def before(table: PriceTable) -> PriceTable | None:
    """Return the version that holds until the first day of another one; None if that is the first."""
    for version in published.versions(table.table):
        if version.valid_from < table.valid_from:
            return published.parsed(version)
    return None


def is_published(table: PriceTable) -> bool:
    """Whether this is a version of its list already: what was published is not asked about again."""
    sha256 = pricing.sha256(table)
    return any(version.sha256 == sha256 for version in published.versions(table.table))


def check(draft: Draft, now: datetime, acknowledged: Sequence[str] = ()) -> drafts.Check:
    """Check whether a draft could be published now, its slips accepted as well as its other warnings."""
    found = drafts.check(draft, now, acknowledged)
    more = _beside(found, now)
    names = [name for name in map(drafts.name_of, more) if name not in set(acknowledged)]
    return replace(
        found,
        warnings=[*more, *found.warnings],
        unacknowledged=[*names, *found.unacknowledged],
    )


def propose(act: Act, draft: Draft, *, over: int, acknowledged: Sequence[str]) -> None:
    """Request a second person's approval as `drafts.propose` does; its slips are accepted by this person."""
    more = _accepted(act, draft, over, acknowledged)
    drafts.propose(act, draft, over=over, acknowledged=acknowledged)
    if more:
        names = [*map(drafts.name_of, more), *json.loads(draft.acknowledged or "[]")]
        draft.acknowledged = json.dumps(names)


def approve(act: Act, draft: Draft, *, over: int) -> TableVersion:
    """Publish what another person has proposed, as `drafts.approve` does, if that person accepted its slips."""
    more: list[Warning] = []
    if draft.proposed_by not in (None, act.actor) and draft.proposed_save == draft.saves:
        more = _accepted(act, draft, over, json.loads(draft.acknowledged or "[]"))
    version = drafts.approve(act, draft, over=over)
    _record(act, more, version)
    return version


def publish(act: Act, draft: Draft, *, over: int, acknowledged: Sequence[str]) -> TableVersion:
    """Publish a draft alone as `drafts.publish` does, if its slips are accepted."""
    more = _accepted(act, draft, over, acknowledged)
    version = drafts.publish(act, draft, over=over, acknowledged=acknowledged)
    _record(act, more, version)
    return version


def _beside(found: drafts.Check, now: datetime) -> list[Warning]:
    """The slips that are not among the warnings of the table alone."""
    if found.table is None:
        return []
    known = set(found.names)
    return [one for one in look(found.table, now) if drafts.name_of(one) not in known]


def _accepted(act: Act, draft: Draft, over: int, acknowledged: Sequence[str]) -> list[Warning]:
    """Return the slips of a draft, none of one that was saved since; raises NotReady if one is not accepted."""
    if draft.saves != over:
        return []
    found = check(draft, act.now, acknowledged)
    if found.unacknowledged:
        raise drafts.NotReady(found)
    return _beside(drafts.check(draft, act.now), act.now)


def _record(act: Act, more: Sequence[Warning], version: TableVersion) -> None:
    """Record the slips that were accepted, as `drafts` does with the other warnings."""
    if not more:
        return
    kinds = sorted({one.kind for one in more})
    audit.add(
        act,
        "table.warnings_acknowledged",
        subject=f"table_version:{version.id}",
        kinds=[f"{kind}:{sum(one.kind == kind for one in more)}" for kind in kinds],
        count=len(more),
        places=[_coded(one) for one in more[: drafts.MOST_PLACES]],
        sha256=hashlib.sha256("\n".join(map(drafts.name_of, more)).encode()).hexdigest(),
    )


def _coded(warning: Warning) -> str:
    return f"{warning.kind}:{warning.place}".replace("[", ".").replace("]", "")[:100]
