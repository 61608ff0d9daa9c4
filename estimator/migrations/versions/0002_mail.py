"""The outbox of mail, with addresses encrypted from the first day on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of mail."""
    op.create_table(
        "mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("template", sa.String(40), nullable=False),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("submission", sa.String(64), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("address_lookup", sa.String(64), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("handed_over_at", sa.DateTime(), nullable=True),
        sa.Column("perhaps_twice", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mail"),
        sa.UniqueConstraint("name", name="uq_mail_name"),
        sa.UniqueConstraint("submission", name="uq_mail_submission"),
        sa.CheckConstraint("state in ('waiting', 'working', 'sent', 'failed')", name=op.f("ck_mail_state")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_mail_about", "mail", ["about"])
    op.create_index("ix_mail_address_lookup", "mail", ["address_lookup"])
    op.create_index("ix_mail_created_at", "mail", ["created_at"])
    op.create_index("ix_mail_state_due_at", "mail", ["state", "due_at"])


def downgrade() -> None:
    """Remove the table of mail."""
    op.drop_table("mail")
