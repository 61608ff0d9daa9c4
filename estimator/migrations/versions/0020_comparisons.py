"""Estimates that somebody laid side by side."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the tables, empty."""
    op.create_table(
        "comparison",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
        sa.UniqueConstraint("submission", name=op.f("uq_comparison_submission")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_comparison_link_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "comparison_column",
        sa.Column("comparison_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comparison_id"],
            ["comparison.id"],
            name=op.f("fk_comparison_column_comparison_id_comparison"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["estimate_id"],
            ["estimate.id"],
            name=op.f("fk_comparison_column_estimate_id_estimate"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("comparison_id", "place", name=op.f("pk_comparison_column")),
    )
    op.create_index(op.f("ix_comparison_column_estimate_id"), "comparison_column", ["estimate_id"])


def downgrade() -> None:
    """Remove them."""
    op.drop_table("comparison_column")
    op.drop_table("comparison")
