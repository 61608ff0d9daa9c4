"""Staff: accounts, roles, recovery codes, links, sessions, and how often something was tried."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "staff_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password", sa.String(255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(64), nullable=False),
        sa.Column("tf_primary_method", sa.String(20), nullable=True),
        sa.Column("tf_totp_secret", sa.LargeBinary(), nullable=True),
        sa.Column("totp_counter", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_user"),
        sa.UniqueConstraint("name", name="uq_staff_user_name"),
        sa.UniqueConstraint("email", name="uq_staff_user_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_staff_user_fs_uniquifier"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_user_role",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "name", name="pk_staff_user_role"),
        _of_a_user("staff_user_role"),
        sa.CheckConstraint(
            "name in ('coordinator', 'price_editor', 'approver', 'administrator')",
            name=op.f("ck_staff_user_role_name"),
        ),
    )
    op.create_table(
        "staff_recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_recovery_code"),
        _of_a_user("staff_recovery_code"),
        sa.UniqueConstraint("code_hash", name="uq_staff_recovery_code_code_hash"),
    )
    op.create_table(
        "staff_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=True),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_link"),
        _of_a_user("staff_link"),
        sa.UniqueConstraint("token_hash", name="uq_staff_link_token_hash"),
        sa.CheckConstraint(
            "purpose in ('invitation', 'reset', 'demonstration')", name=op.f("ck_staff_link_purpose")
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_session"),
        _of_a_user("staff_session"),
        sa.UniqueConstraint("key_hash", name="uq_staff_session_key_hash"),
    )
    op.create_table(
        "staff_attempts",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_staff_attempts"),
    )
    op.create_index("ix_staff_attempts_since", "staff_attempts", ["since"])
    for table in ("staff_recovery_code", "staff_link", "staff_session"):
        op.create_index(f"ix_{table}_user_id", table, ["user_id"])


def downgrade() -> None:
    """Remove the accounts and everything about them."""
    for table in (
        "staff_attempts",
        "staff_session",
        "staff_link",
        "staff_recovery_code",
        "staff_user_role",
        "staff_user",
    ):
        op.drop_table(table)


def _of_a_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["staff_user.id"], name=f"fk_{table}_user_id_staff_user", ondelete="CASCADE"
    )
