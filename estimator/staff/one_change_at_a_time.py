"""The lock of an account: changes of one person's roles, state, links or recovery codes wait for each other."""

from __future__ import annotations

from estimator.db import advisory_lock, db
from estimator.models import StaffUser


def lock(user: StaffUser) -> None:
    """Lock an account until the transaction ends, and read it anew: what was read before may have changed since.

    Take it before anything of the account is changed, and so before the lock of the audit trail.
    """
    advisory_lock(f"account {user.id}")
    db.session.refresh(user, with_for_update={"key_share": True})
