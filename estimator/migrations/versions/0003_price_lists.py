"""Price lists with their drafts and previews, versions that cannot be changed, and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from estimator.migrations.protection import protect, unprotect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make lists of the versions that are there, and protect what was published."""
    op.create_table(
        "price_list",
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("slug", name="pk_price_list"),
    )
    op.execute(
        "INSERT INTO price_list (slug, created_at) SELECT slug, min(created_at) FROM table_version GROUP BY slug"
    )
    with op.batch_alter_table("table_version") as batch:
        batch.add_column(sa.Column("examples", sa.Text(), nullable=False, server_default="[]"))
        batch.add_column(
            sa.Column("published_by", sa.String(80), nullable=False, server_default="command line")
        )
        batch.create_foreign_key("fk_table_version_slug_price_list", "price_list", ["slug"], ["slug"])
    with op.batch_alter_table("table_version") as batch:
        batch.alter_column("examples", server_default=None)
        batch.alter_column("published_by", server_default=None)
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("examples", sa.Text(), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("based_on_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("changed_by", sa.String(80), nullable=False),
        sa.Column("proposed_by", sa.String(80), nullable=True),
        sa.Column("proposed_at", sa.DateTime(), nullable=True),
        sa.Column("proposed_save", sa.Integer(), nullable=True),
        sa.Column("acknowledged", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.ForeignKeyConstraint(
            ["based_on_id"],
            ["table_version.id"],
            name="fk_draft_based_on_id_table_version",
            ondelete="SET NULL",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_draft_slug", "draft", ["slug"])
    op.create_table(
        "draft_save",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.Column("saved_by", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft_save"),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name="fk_draft_save_draft_id_draft", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("draft_id", "number", name="uq_draft_save_draft_id_number"),
    )
    op.create_table(
        "preview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("save", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("plans", sa.Integer(), nullable=False),
        sa.Column("priced", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("lease", sa.String(32), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_preview"),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name="fk_preview_draft_id_draft", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "state in ('waiting', 'working', 'done', 'cancelled', 'failed')", name=op.f("ck_preview_state")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_preview_draft_id", "preview", ["draft_id"])
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entry"),
        sa.UniqueConstraint("previous", name="uq_audit_entry_previous"),
        sa.UniqueConstraint("hash", name="uq_audit_entry_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entry_action", "audit_entry", ["action"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject"])
    protect(op.get_bind(), one_a_day=True)


def downgrade() -> None:
    """Remove lists, drafts and the trail; the versions stay."""
    unprotect(op.get_bind())
    for table in ("audit_entry", "preview", "draft_save", "draft"):
        op.drop_table(table)
    with op.batch_alter_table("table_version") as batch:
        batch.drop_constraint("fk_table_version_slug_price_list", type_="foreignkey")
        batch.drop_column("published_by")
        batch.drop_column("examples")
    op.drop_table("price_list")
