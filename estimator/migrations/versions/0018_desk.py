"""Words to the patient beside a quote, reminders of its last day, a list of who was silent, and names of staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None
additive = True

SILENT = "ix_patient_request_state_active_at"


def upgrade() -> None:
    """Add the columns, all empty, and an index along which silent requests are found."""
    op.add_column("quote_draft", sa.Column("words", sa.LargeBinary(), nullable=True))
    op.add_column("quote_revision", sa.Column("reminded_at", sa.DateTime(), nullable=True))
    op.add_column("patient_request", sa.Column("no_reminders_at", sa.DateTime(), nullable=True))
    op.add_column("staff_user", sa.Column("full_name", sa.String(length=60), nullable=True))
    op.create_index(SILENT, "patient_request", ["state", "active_at", "id"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index(SILENT, table_name="patient_request")
    op.drop_column("staff_user", "full_name")
    op.drop_column("patient_request", "no_reminders_at")
    op.drop_column("quote_revision", "reminded_at")
    op.drop_column("quote_draft", "words")
