"""What somebody says who asks for a quote: for whom, about the injury, how and when to be reached; and mere questions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
additive = True

SEALED = (
    "patient_name",
    "injury_level",
    "injury_completeness",
    "injury_month",
    "age_group",
    "answer_hours",
)


def upgrade() -> None:
    """Add the columns; a request that is there already has said nothing in them."""
    for name in SEALED:
        op.add_column("patient_request", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.add_column("patient_request", sa.Column("answer_by", sa.String(length=10), nullable=True))
    op.add_column(
        "patient_request", sa.Column("kind", sa.String(length=10), server_default="quote", nullable=False)
    )


def downgrade() -> None:
    """Remove the columns."""
    op.drop_column("patient_request", "kind")
    op.drop_column("patient_request", "answer_by")
    for name in reversed(SEALED):
        op.drop_column("patient_request", name)
