"""Price table versions, estimates, and the documents made of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "table_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_table_version"),
        sa.UniqueConstraint("slug", "valid_from", name="uq_table_version_slug_valid_from"),
        sa.UniqueConstraint("sha256", name="uq_table_version_sha256"),
    )
    op.create_table(
        "estimate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(20), nullable=False),
        sa.Column("table_version_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("breakdown", sa.Text(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("link_hash", sa.String(64), nullable=False),
        sa.Column("link_serial", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_estimate"),
        sa.ForeignKeyConstraint(
            ["table_version_id"], ["table_version.id"], name="fk_estimate_table_version_id_table_version"
        ),
        sa.UniqueConstraint("reference", name="uq_estimate_reference"),
        sa.UniqueConstraint("submission", name="uq_estimate_submission"),
        sa.UniqueConstraint("link_hash", name="uq_estimate_link_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_estimate_table_version_id", "estimate", ["table_version_id"])
    op.create_index("ix_estimate_created_at", "estimate", ["created_at"])
    op.create_table(
        "document",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("estimate_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_document"),
        sa.ForeignKeyConstraint(
            ["estimate_id"], ["estimate.id"], name="fk_document_estimate_id_estimate", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_document_estimate_id", "document", ["estimate_id"])


def downgrade() -> None:
    """Remove the first tables."""
    op.drop_table("document")
    op.drop_table("estimate")
    op.drop_table("table_version")
