"""An index of when requests came, along which those of a year are counted."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_patient_request_created_at", "patient_request", ["created_at"])


def downgrade() -> None:
    """Remove it."""
    op.drop_index("ix_patient_request_created_at", table_name="patient_request")
