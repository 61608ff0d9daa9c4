"""What invented people have set for the clinic: it would count for somebody real too, after the demonstration."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from estimator import clinic
from estimator.act import Act
from estimator.clinic import exchange_rates
from estimator.db import db
from estimator.models import ClinicSetting, Rate, StaffUser


def names() -> list[str]:
    """Return what invented people have set: settings by their keys, and rates of exchange by their currencies."""
    return [*_keys(), *(f"{rate.base}/{rate.quoted}" for rate in _rates())]


def take_back(act: Act) -> list[str]:
    """Set all of it back to its default, remove the rates, and return what `names` returned before."""
    found = names()
    for key in _keys():
        if key == "logo":
            clinic.change_logo(act, None, basis=None)
        else:
            clinic.change(act, key, clinic.DEFAULTS[key])
    for rate in _rates():
        exchange_rates.remove(act, rate.id)
    return found


def _keys() -> Sequence[str]:
    found = select(ClinicSetting.key).where(
        ClinicSetting.changed_by.in_(_invented()), ClinicSetting.key.in_(clinic.DEFAULTS)
    )
    return db.session.scalars(found.order_by(ClinicSetting.key)).all()


def _rates() -> Sequence[Rate]:
    found = select(Rate).where(Rate.entered_by.in_(_invented()))
    return db.session.scalars(found.order_by(Rate.base, Rate.quoted, Rate.day)).all()


def _invented() -> list[str]:
    people = db.session.scalars(select(StaffUser).filter_by(demonstration=True))
    return [person.actor for person in people]
