"""Until when a question has to be answered, and since when the desk has not been told of something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
additive = True

COLUMNS = ("question_due_at", "untold_since")


def upgrade() -> None:
    """Add the columns, each with an index of the few requests that have it; who asked a mere question still waits."""
    for name in COLUMNS:
        op.add_column("patient_request", sa.Column(name, sa.DateTime(), nullable=True))
        has_it = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_patient_request_{name}",
            "patient_request",
            [name],
            sqlite_where=has_it,
            postgresql_where=has_it,
        )
    op.execute(
        """
        UPDATE patient_request SET question_due_at = due_at
        WHERE kind = 'question' AND state IN ('new', 'in_work') AND NOT EXISTS (
            SELECT 1 FROM request_event AS answer
            WHERE answer.request_id = patient_request.id AND answer.kind = 'answer' AND answer.id > (
                SELECT max(question.id) FROM request_event AS question
                WHERE question.request_id = patient_request.id AND question.kind = 'question'
            )
        )
        """
    )


def downgrade() -> None:
    """Remove them."""
    for name in reversed(COLUMNS):
        op.drop_index(f"ix_patient_request_{name}", table_name="patient_request")
        op.drop_column("patient_request", name)
