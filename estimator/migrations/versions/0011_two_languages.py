"""Which second language the document of a quote is to have, chosen while the quote is prepared."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the column; a draft that is there already has no second language."""
    op.add_column("quote_draft", sa.Column("second_language", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Remove the column."""
    op.drop_column("quote_draft", "second_language")
