"""Mail that somebody set aside, and acceptances upon which nobody of the desk has acted yet."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
additive = True

INDEX = "ix_patient_request_acceptance_waits_since"


def upgrade() -> None:
    """Add the columns; what was accepted in the last 30 days in which anything happened waits, unless the desk has done something since."""
    op.add_column("mail", sa.Column("set_aside_at", sa.DateTime(), nullable=True))
    op.add_column("patient_request", sa.Column("acceptance_waits_since", sa.DateTime(), nullable=True))
    waits = sa.text("acceptance_waits_since IS NOT NULL")
    op.create_index(
        INDEX, "patient_request", ["acceptance_waits_since"], sqlite_where=waits, postgresql_where=waits
    )
    active_at = sa.column("active_at", sa.DateTime())
    newest = op.get_bind().scalar(sa.select(sa.func.max(active_at)).select_from(sa.table("patient_request")))
    if newest is None:
        return
    since = newest - timedelta(days=30)
    op.execute(
        sa.text(
            """
            UPDATE patient_request SET acceptance_waits_since = active_at
            WHERE state = 'accepted' AND active_at >= :since AND NOT EXISTS (
                SELECT 1 FROM request_event AS done
                WHERE done.request_id = patient_request.id AND done.actor LIKE 'user:%' AND done.kind <> 'seen'
                AND done.id > (
                    SELECT max(said.id) FROM request_event AS said
                    WHERE said.request_id = patient_request.id AND said.kind = 'accepted'
                )
            )
            """
        ).bindparams(sa.bindparam("since", since, sa.DateTime()))
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_index(INDEX, table_name="patient_request")
    op.drop_column("patient_request", "acceptance_waits_since")
    op.drop_column("mail", "set_aside_at")
