"""Several plans in one quote, lines that a patient may take or leave, and which of them was accepted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the columns; what is there has one plan and no such lines."""
    op.add_column("quote_draft", sa.Column("alternatives", sa.LargeBinary(), nullable=True))
    op.add_column("quote_draft", sa.Column("options", sa.LargeBinary(), nullable=True))
    op.add_column("quote_decision", sa.Column("plan", sa.String(length=1), nullable=True))
    op.add_column("quote_decision", sa.Column("taken", sa.String(length=40), nullable=True))
    op.add_column("quote_decision", sa.Column("total", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Remove the columns."""
    for name in ("total", "taken", "plan"):
        op.drop_column("quote_decision", name)
    for name in ("options", "alternatives"):
        op.drop_column("quote_draft", name)
