"""The accounts that patients pay into, which quotes name which, and the pages about accepted quotes made for others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the tables; no quote that was issued names an account, and no page about one was made."""
    op.create_table(
        "payment_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_by", sa.String(length=80), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "state in ('proposed', 'confirmed', 'refused')", name=op.f("ck_payment_account_state")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_account"),
        sqlite_autoincrement=True,
    )
    proposed = sa.text("state = 'proposed'")
    op.create_index(
        "ix_payment_account_proposed",
        "payment_account",
        ["state"],
        unique=True,
        sqlite_where=proposed,
        postgresql_where=proposed,
    )
    op.create_table(
        "quote_account",
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("left_with_id", sa.Integer(), nullable=True),
        sa.Column("left_by", sa.String(length=80), nullable=True),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["quote_revision.id"], name="fk_quote_account_revision_id_quote_revision"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["payment_account.id"], name="fk_quote_account_account_id_payment_account"
        ),
        sa.ForeignKeyConstraint(
            ["left_with_id"], ["payment_account.id"], name="fk_quote_account_left_with_id_payment_account"
        ),
        sa.PrimaryKeyConstraint("revision_id", name="pk_quote_account"),
    )
    op.create_index("ix_quote_account_account_id", "quote_account", ["account_id"])
    op.create_table(
        "quote_certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.String(length=80), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["quote_revision.id"], name="fk_quote_certificate_revision_id_quote_revision"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_quote_certificate"),
        sa.UniqueConstraint("sha256", name="uq_quote_certificate_sha256"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quote_certificate_revision_id", "quote_certificate", ["revision_id"])


def downgrade() -> None:
    """Remove them."""
    op.drop_index("ix_quote_certificate_revision_id", table_name="quote_certificate")
    op.drop_table("quote_certificate")
    op.drop_index("ix_quote_account_account_id", table_name="quote_account")
    op.drop_table("quote_account")
    op.drop_index("ix_payment_account_proposed", table_name="payment_account")
    op.drop_table("payment_account")
