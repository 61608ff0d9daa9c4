"""The price lists of the demonstration, with earlier versions for the months that it tells of."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import and_, not_, select, update

from estimator import price_lists
from estimator.act import Act
from estimator.db import changed_rows, db
from estimator.demonstration.answers import WANTED
from estimator.models import PriceList, TableVersion

EARLIER = (16, 7)
"""How many months ago the earlier versions of each list began."""

_VERSION = re.compile(r'^version = "[^"]*"$', re.MULTILINE)
_FIRST_DAY = re.compile(r"^valid_from = \S+$", re.MULTILINE)


_CLOSED_HERE = and_(PriceList.slug.in_(WANTED), PriceList.closed_at.is_not(None))
"""Lists of the demonstration that an earlier emptying closed: they are opened for its stories as new ones are."""


class ListIsReal(ValueError):
    """A price list of a clinic has the name of one of the demonstration's."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(slug)


def add(
    act: Act, texts: Sequence[str], import_shipped: Callable[[Act], object], *, real: bool
) -> tuple[list[int], list[str]]:
    """Publish what is not there of the shipped lists and of their earlier versions; return what goes with the cases.

    `texts` are the shipped lists, which `import_shipped` publishes; as each start of a demonstration does so, they go
    only where the installation is `real`. Raises ListIsReal.
    """
    for slug in WANTED:
        for version in price_lists.versions(slug):
            if not price_lists.parsed(version).demo:
                raise ListIsReal(slug)
    if not real:
        import_shipped(act)
    before = set(db.session.scalars(select(TableVersion.id)))
    lists = set(db.session.scalars(select(PriceList.slug).where(not_(_CLOSED_HERE))))
    if real:
        import_shipped(act)
    for months in EARLIER:
        first = _months_before(act.now, months)
        at = act.at(datetime(first.year, first.month, first.day, tzinfo=act.now.tzinfo) - timedelta(days=9))
        for text in texts:
            price_lists.import_(at, _from(text, first))
    db.session.flush()
    added = set(db.session.scalars(select(TableVersion.id))) - before
    return sorted(added), sorted(set(db.session.scalars(select(PriceList.slug))) - lists)


def close_opened(act: Act, began: datetime) -> list[str]:
    """Close the open lists that a filling brought, by the moment at which it began; return which they were."""
    opened = select(PriceList.slug).filter_by(created_at=began, closed_at=None).order_by(PriceList.slug)
    found = list(db.session.scalars(opened))
    for slug in found:
        price_lists.close(act, slug)
    return found


def close(slugs: Sequence[str], at: datetime | None) -> None:
    """Close lists that only the demonstration has, or open them for the length of a transaction."""
    changed_rows(update(PriceList).where(PriceList.slug.in_(slugs)).values(closed_at=at))
    db.session.expire_all()


def _from(text: str, first: date) -> str:
    """Return a list as a version of an earlier day."""
    named = _VERSION.sub(f'version = "{first:%Y-%m}"', text, count=1)
    return _FIRST_DAY.sub(f"valid_from = {first.isoformat()}", named, count=1)


def _months_before(now: datetime, months: int) -> date:
    count = now.year * 12 + now.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
