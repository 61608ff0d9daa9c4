"""Prices that the desk gives for one quote, kept with what is prepared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("quote_draft", sa.Column("priced", sa.Text(), nullable=True))


def downgrade() -> None:
    """Remove it."""
    op.drop_column("quote_draft", "priced")
