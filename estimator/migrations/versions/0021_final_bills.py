"""Final bills, and what an estimate says of those before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the table and the column; no bill was entered, and older estimates say nothing of any."""
    op.create_table(
        "final_bill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("estimate_reference", sa.String(length=20), nullable=True),
        sa.Column("table_version_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("cells", sa.String(length=1000), nullable=False),
        sa.Column("low", sa.String(length=40), nullable=True),
        sa.Column("likely", sa.String(length=40), nullable=True),
        sa.Column("high", sa.String(length=40), nullable=True),
        sa.Column("quoted", sa.String(length=40), nullable=True),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("overruns", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("billed_on", sa.Date(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("ended_as", sa.String(length=10), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("ended_as in ('corrected', 'withdrawn')", name=op.f("ck_final_bill_ended_as")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["patient_request.id"],
            name="fk_final_bill_request_id_patient_request",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["quote_revision.id"], name="fk_final_bill_revision_id_quote_revision"
        ),
        sa.ForeignKeyConstraint(
            ["table_version_id"], ["table_version.id"], name="fk_final_bill_table_version_id_table_version"
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["final_bill.id"], name="fk_final_bill_corrects_id_final_bill"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_final_bill"),
        sa.UniqueConstraint("name", name="uq_final_bill_name"),
        sa.UniqueConstraint("corrects_id", name="uq_final_bill_corrects_id"),
        sqlite_autoincrement=True,
    )
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_final_bill_standing",
        "final_bill",
        ["request_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_final_bill_request_id", "final_bill", ["request_id"])
    op.create_index("ix_final_bill_slug", "final_bill", ["slug", "cells", "currency", "billed_on"])
    op.add_column("estimate", sa.Column("past_bills", sa.Text(), nullable=True))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("estimate", "past_bills")
    op.drop_index("ix_final_bill_slug", table_name="final_bill")
    op.drop_index("ix_final_bill_request_id", table_name="final_bill")
    op.drop_index("ix_final_bill_standing", table_name="final_bill")
    op.drop_table("final_bill")
