"""Requests, with everything that tells who it is encrypted from the first day on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "patient_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("submission", sa.String(length=64), nullable=False),
        sa.Column("link_hash", sa.String(length=64), nullable=False),
        sa.Column("link_serial", sa.Integer(), nullable=False),
        sa.Column("estimate_reference", sa.String(length=20), nullable=False),
        sa.Column("table_version_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.Column("at_least", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("full_name", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("email_lookup", sa.String(length=64), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("for_whom", sa.String(length=10), nullable=False),
        sa.Column("planned_month", sa.String(length=7), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("active_at", sa.DateTime(), nullable=False),
        sa.Column("erased_at", sa.DateTime(), nullable=True),
        sa.Column("message", sa.LargeBinary(), nullable=True),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("breakdown", sa.Text(), nullable=False),
        sa.CheckConstraint("for_whom in ('self', 'other')", name=op.f("ck_patient_request_for_whom")),
        sa.CheckConstraint("origin in ('page', 'staff')", name=op.f("ck_patient_request_origin")),
        sa.CheckConstraint(
            "state in ('new', 'in_work', 'waiting', 'quoted', 'accepted', 'declined', 'expired', 'closed')",
            name=op.f("ck_patient_request_state"),
        ),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["staff_user.id"], name=op.f("fk_patient_request_assignee_id_staff_user")
        ),
        sa.ForeignKeyConstraint(
            ["table_version_id"],
            ["table_version.id"],
            name=op.f("fk_patient_request_table_version_id_table_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_request")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_patient_request_link_hash")),
        sa.UniqueConstraint("name", name=op.f("uq_patient_request_name")),
        sa.UniqueConstraint("reference", name=op.f("uq_patient_request_reference")),
        sa.UniqueConstraint("submission", name=op.f("uq_patient_request_submission")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_patient_request_active_at", "patient_request", ["active_at"], unique=False)
    op.create_index(
        "ix_patient_request_assignee_id_id",
        "patient_request",
        ["assignee_id", "id", "state", "country", "slug"],
        unique=False,
    )
    op.create_index(
        "ix_patient_request_country_id",
        "patient_request",
        ["country", "id", "state", "assignee_id", "slug"],
        unique=False,
    )
    op.create_index(
        "ix_patient_request_due_at_id",
        "patient_request",
        ["due_at", "id", "state", "country", "assignee_id", "slug"],
        unique=False,
    )
    op.create_index(
        op.f("ix_patient_request_email_lookup"), "patient_request", ["email_lookup"], unique=False
    )
    op.create_index(
        op.f("ix_patient_request_estimate_reference"), "patient_request", ["estimate_reference"], unique=False
    )
    op.create_index(
        "ix_patient_request_slug_id",
        "patient_request",
        ["slug", "id", "state", "country", "assignee_id"],
        unique=False,
    )
    op.create_index(
        "ix_patient_request_state_due_at",
        "patient_request",
        ["state", "due_at", "id", "country", "assignee_id", "slug"],
        unique=False,
    )
    op.create_index(
        "ix_patient_request_state_id",
        "patient_request",
        ["state", "id", "country", "assignee_id", "slug"],
        unique=False,
    )
    op.create_index(
        "ix_patient_request_unassigned",
        "patient_request",
        ["id", "state", "country", "slug"],
        unique=False,
        sqlite_where=sa.text("assignee_id IS NULL"),
        postgresql_where=sa.text("assignee_id IS NULL"),
    )
    op.create_index(
        op.f("ix_patient_request_table_version_id"), "patient_request", ["table_version_id"], unique=False
    )
    op.create_table(
        "request_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("how", sa.String(length=10), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["patient_request.id"],
            name=op.f("fk_request_consent_request_id_patient_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_consent")),
    )
    op.create_index(op.f("ix_request_consent_request_id"), "request_consent", ["request_id"], unique=False)
    op.create_table(
        "request_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["patient_request.id"],
            name=op.f("fk_request_event_request_id_patient_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_event")),
        sa.UniqueConstraint("name", name=op.f("uq_request_event_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_request_event_request_id_id", "request_event", ["request_id", "id"], unique=False)
    op.create_table(
        "request_name_word",
        sa.Column("word", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["patient_request.id"],
            name=op.f("fk_request_name_word_request_id_patient_request"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("word", "request_id", name=op.f("pk_request_name_word")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_request_name_word_request_id", "request_name_word", ["request_id"], unique=False)


def downgrade() -> None:
    """Remove the tables."""
    op.drop_table("request_name_word")
    op.drop_table("request_event")
    op.drop_table("request_consent")
    op.drop_table("patient_request")
