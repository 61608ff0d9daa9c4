"""A second person's approval: which drafts wait for it, and which were sent back with what was said."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from sqlalchemy import func as sql
from sqlalchemy import select

from estimator import audit
from estimator.act import Act
from estimator.db import db
from estimator.models import Draft, DraftComment
from estimator.price_lists.drafts import NotProposed, SamePerson, lock


def waiting(*, but: str) -> list[Draft]:
    """Return the drafts that wait for approval, the longest waiting first; not those that `but` asked for."""
    return list(
        db.session.scalars(
            select(Draft)
            .where(Draft.proposed_save == Draft.saves, Draft.proposed_by != but)
            .order_by(Draft.proposed_at)
        )
    )


def send_back(act: Act, draft: Draft, *, over: int, words: str, place: str | None = None) -> DraftComment:
    """End a request for approval with a comment, which stays with the draft and the save that it is about.

    `place` is the entry that it is about: "charge.ward".
    Raises ChangedMeanwhile, NotProposed, SamePerson, and UnknownDraft if it was published or thrown away meanwhile.
    """
    lock(draft, over=over)
    if draft.proposed_by is None or draft.proposed_save != draft.saves:
        raise NotProposed
    if draft.proposed_by == act.actor:
        raise SamePerson
    comment = DraftComment(
        draft_id=draft.id,
        save=draft.saves,
        place=place,
        words=words,
        asked_by=draft.proposed_by,
        at=act.now,
        by=act.actor,
    )
    db.session.add(comment)
    draft.proposed_by = draft.proposed_at = draft.proposed_save = draft.acknowledged = None
    db.session.flush()
    audit.add(act, "draft.sent_back", subject=f"draft:{draft.id}", save=over, table=draft.slug)
    return comment


def comments(draft: Draft) -> list[DraftComment]:
    """Return what was said about a draft by those who sent it back, the newest first."""
    found = select(DraftComment).filter_by(draft_id=draft.id).order_by(DraftComment.id.desc())
    return list(db.session.scalars(found))


def last_sent_back(draft: Draft) -> datetime | None:
    """Return when a draft was sent back last; None if it never was."""
    return db.session.scalar(select(sql.max(DraftComment.at)).filter_by(draft_id=draft.id))


def sent_back(to: str) -> list[tuple[Draft, DraftComment]]:
    """Return the drafts sent back to whoever asked, each with the newest comment, the newest first.

    Not those for which approval was asked again.
    """
    found = db.session.execute(
        select(Draft, DraftComment)
        .join(DraftComment, DraftComment.draft_id == Draft.id)
        .where(Draft.proposed_save.is_(None))
        .order_by(Draft.id, DraftComment.id.desc())
    ).all()
    newest = [next(rows) for _id, rows in groupby(found, key=lambda row: row.Draft.id)]
    theirs = [(row.Draft, row.DraftComment) for row in newest if row.DraftComment.asked_by == to]
    return sorted(theirs, key=lambda pair: pair[1].at, reverse=True)
