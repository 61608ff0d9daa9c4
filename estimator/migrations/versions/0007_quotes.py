"""Quotes: drafts, numbers, issued revisions that never change, decisions, codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from estimator.migrations.protection import protect_quotes, unprotect_quotes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "counter",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_counter")),
    )
    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("link_serial", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["patient_request.id"], name=op.f("fk_quote_request_id_patient_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_quote_link_hash")),
        sa.UniqueConstraint("number", name=op.f("uq_quote_number")),
        sa.UniqueConstraint("request_id", name=op.f("uq_quote_request_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "quote_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["patient_request.id"],
            name=op.f("fk_quote_code_request_id_patient_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_code")),
        sa.UniqueConstraint("name", name=op.f("uq_quote_code_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quote_code_request_id"), "quote_code", ["request_id"], unique=False)
    op.create_table(
        "quote_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("prices", sa.String(length=10), nullable=True),
        sa.Column("table_version_id", sa.Integer(), nullable=False),
        sa.Column("adjustments", sa.LargeBinary(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_hash", sa.String(length=64), nullable=True),
        sa.Column("save", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["patient_request.id"],
            name=op.f("fk_quote_draft_request_id_patient_request"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["table_version_id"],
            ["table_version.id"],
            name=op.f("fk_quote_draft_table_version_id_table_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_draft")),
        sa.UniqueConstraint("name", name=op.f("uq_quote_draft_name")),
        sa.UniqueConstraint("request_id", name=op.f("uq_quote_draft_request_id")),
    )
    op.create_table(
        "quote_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("quote_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("table_version_id", sa.Integer(), nullable=False),
        sa.Column("table_sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.Column("adjusted", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(length=80), nullable=False),
        sa.Column("issued_at", sa.DateTime(), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("patient", sa.LargeBinary(), nullable=True),
        sa.Column("rows", sa.LargeBinary(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("state_since", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "state in ('current', 'replaced', 'withdrawn', 'expired', 'accepted', 'declined')",
            name=op.f("ck_quote_revision_state"),
        ),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_quote_revision_quote_id_quote")),
        sa.ForeignKeyConstraint(
            ["table_version_id"],
            ["table_version.id"],
            name=op.f("fk_quote_revision_table_version_id_table_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_revision")),
        sa.UniqueConstraint("name", name=op.f("uq_quote_revision_name")),
        sa.UniqueConstraint("pdf_sha256", name=op.f("uq_quote_revision_pdf_sha256")),
        sa.UniqueConstraint("quote_id", "number", name=op.f("uq_quote_revision_quote_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quote_revision_issued_at"), "quote_revision", ["issued_at"], unique=False)
    op.create_index("ix_quote_revision_state_id", "quote_revision", ["state", "id"], unique=False)
    op.create_index(
        op.f("ix_quote_revision_table_version_id"), "quote_revision", ["table_version_id"], unique=False
    )
    op.create_table(
        "quote_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("typed_name", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("agreed_to", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("network", sa.String(length=50), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("reversible_until", sa.DateTime(), nullable=True),
        sa.Column("taken_back_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind in ('accepted', 'declined')", name=op.f("ck_quote_decision_kind")),
        sa.ForeignKeyConstraint(
            ["revision_id"], ["quote_revision.id"], name=op.f("fk_quote_decision_revision_id_quote_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_decision")),
        sa.UniqueConstraint("name", name=op.f("uq_quote_decision_name")),
    )
    op.create_index(op.f("ix_quote_decision_revision_id"), "quote_decision", ["revision_id"], unique=False)
    op.create_index(
        "ix_quote_decision_standing",
        "quote_decision",
        ["revision_id"],
        unique=True,
        sqlite_where=sa.text("taken_back_at IS NULL"),
        postgresql_where=sa.text("taken_back_at IS NULL"),
    )
    # The list of all mail is read along this.
    op.create_index("ix_mail_state_id", "mail", ["state", "id"], unique=False)
    protect_quotes(op.get_bind())


def downgrade() -> None:
    """Remove the tables."""
    unprotect_quotes(op.get_bind())
    op.drop_index("ix_mail_state_id", table_name="mail")
    op.drop_table("quote_decision")
    op.drop_table("quote_revision")
    op.drop_table("quote_draft")
    op.drop_table("quote_code")
    op.drop_table("quote")
    op.drop_table("counter")
