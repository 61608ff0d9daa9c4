"""Fingerprints of keys, heartbeats of workers, and facts about the installation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "key_fingerprint",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("seals", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", "key_id", name=op.f("pk_key_fingerprint")),
    )
    op.create_table(
        "worker_heartbeat",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("clock_ahead", sa.Float(), nullable=False),
        sa.Column("queue_length", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_heartbeat")),
    )
    op.create_table(
        "installation_state",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation_state")),
    )


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("installation_state")
    op.drop_table("worker_heartbeat")
    op.drop_table("key_fingerprint")
