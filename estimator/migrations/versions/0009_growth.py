"""Indexes for what grows: documents by age, quotes by their last day and by month, decisions by month."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Make the indexes."""
    op.create_index(op.f("ix_document_created_at"), "document", ["created_at"], unique=False)
    op.create_index(
        "ix_quote_revision_state_valid_until", "quote_revision", ["state", "valid_until", "id"], unique=False
    )
    op.create_index(
        "ix_quote_revision_time_zone_issued_at",
        "quote_revision",
        ["time_zone", "issued_at", "number", "currency"],
        unique=False,
    )
    op.create_index(op.f("ix_quote_decision_at"), "quote_decision", ["at"], unique=False)


def downgrade() -> None:
    """Remove the indexes."""
    op.drop_index(op.f("ix_quote_decision_at"), table_name="quote_decision")
    op.drop_index("ix_quote_revision_time_zone_issued_at", table_name="quote_revision")
    op.drop_index("ix_quote_revision_state_valid_until", table_name="quote_revision")
    op.drop_index(op.f("ix_document_created_at"), table_name="document")
