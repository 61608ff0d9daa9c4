"""Going back to an earlier version of a price list at once; several versions of a list may begin on one day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from estimator.migrations.protection import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None
additive = True

ONE_A_DAY = "uq_table_version_slug_valid_from"
NAMED = "uq_table_version_slug_valid_from_version"


def upgrade() -> None:
    """Add the table, and let versions of one day be told apart by their names."""
    op.create_table(
        "table_return",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_since", sa.DateTime(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("returned_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["slug"], ["price_list.slug"], name="fk_table_return_slug_price_list"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["table_version.id"], name="fk_table_return_version_id_table_version"
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_id"], ["table_version.id"], name="fk_table_return_withdrawn_id_table_version"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_table_return"),
    )
    for column in ("slug", "version_id", "withdrawn_id"):
        op.create_index(op.f(f"ix_table_return_{column}"), "table_return", [column], unique=False)
    with op.batch_alter_table("table_version") as version:
        version.drop_constraint(ONE_A_DAY, type_="unique")
        version.create_unique_constraint(NAMED, ["slug", "valid_from", "version"])
    protect(op.get_bind())  # on SQLite the table was made anew, without its triggers


def downgrade() -> None:
    """Remove the table; where two versions begin on one day, this fails and changes nothing."""
    with op.batch_alter_table("table_version") as version:
        version.drop_constraint(NAMED, type_="unique")
        version.create_unique_constraint(ONE_A_DAY, ["slug", "valid_from"])
    protect(op.get_bind(), one_a_day=True)
    for column in ("withdrawn_id", "version_id", "slug"):
        op.drop_index(op.f(f"ix_table_return_{column}"), table_name="table_return")
    op.drop_table("table_return")
