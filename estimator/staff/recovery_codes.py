"""Recovery codes: each stands in for the second factor once. They are shown once and kept as HMACs."""

from __future__ import annotations

import secrets

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, select

from estimator import keys
from estimator.db import changed_rows, db
from estimator.models import RecoveryCode, StaffUser
from estimator.staff.one_change_at_a_time import lock

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER = 10
GROUPS, GROUP = 4, 4
"""Sixteen letters of thirty are 78 bits."""


def make(user: StaffUser, lookup_key: str) -> list[str]:
    """Replace the codes of a person by new ones and return those; nobody can see them again."""
    lock(user)
    forget(user)
    codes = [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
        for _ in range(NUMBER)
    ]
    db.session.add_all(
        RecoveryCode(user_id=user.id, code_hash=_hash(user, code, lookup_key)) for code in codes
    )
    db.session.flush()
    return codes


def use(user: StaffUser, typed: str, lookup_key: str) -> bool:
    """Use a code up; return whether it was still there: true for only one of two at the same moment."""
    lock(user)  # what signing in changes of it comes after the entry in the trail
    which = sql_delete(RecoveryCode).filter_by(user_id=user.id, code_hash=_hash(user, typed, lookup_key))
    return changed_rows(which) == 1


def left(user: StaffUser) -> int:
    """Return how many codes are still good."""
    return db.session.scalar(select(func.count()).select_from(RecoveryCode).filter_by(user_id=user.id)) or 0


def forget(user: StaffUser) -> None:
    """Remove every code of a person."""
    db.session.execute(
        sql_delete(RecoveryCode).filter_by(user_id=user.id), execution_options={"synchronize_session": False}
    )


def _hash(user: StaffUser, typed: str, lookup_key: str) -> str:
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    return keys.lookup(lookup_key, "recovery code", f"{user.id}:{code}")
