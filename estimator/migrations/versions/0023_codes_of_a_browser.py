"""Which browser asked for a code, and from which network, as an HMAC."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None
additive = True


def upgrade() -> None:
    """Add the columns; a code that was sent before works in no browser, and is over in ten minutes."""
    op.add_column("quote_code", sa.Column("browser", sa.String(length=32), nullable=True))
    op.add_column("quote_code", sa.Column("asked_from", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Remove them."""
    op.drop_column("quote_code", "asked_from")
    op.drop_column("quote_code", "browser")
