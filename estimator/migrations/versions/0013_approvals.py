"""What an approver says who sends a draft back, and who asked for the approval of a quote's adjustments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the table and the columns; nothing was sent back yet, and nobody has asked for anything."""
    op.create_table(
        "draft_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("save", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name="fk_draft_comment_draft_id_draft", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_draft_comment"),
    )
    op.create_index("ix_draft_comment_draft_id", "draft_comment", ["draft_id"])
    op.add_column("quote_draft", sa.Column("proposed_by", sa.String(length=80), nullable=True))
    op.add_column("quote_draft", sa.Column("proposed_at", sa.DateTime(), nullable=True))
    op.add_column("quote_draft", sa.Column("returned_by", sa.String(length=80), nullable=True))
    op.add_column("quote_draft", sa.Column("returned_at", sa.DateTime(), nullable=True))
    op.add_column("quote_draft", sa.Column("returned_to", sa.String(length=80), nullable=True))
    op.add_column("quote_draft", sa.Column("returned_words", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    for name in (
        "returned_words",
        "returned_to",
        "returned_at",
        "returned_by",
        "proposed_at",
        "proposed_by",
    ):
        op.drop_column("quote_draft", name)
    op.drop_index("ix_draft_comment_draft_id", table_name="draft_comment")
    op.drop_table("draft_comment")
