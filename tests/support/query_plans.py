"""What is asked of a database, and how it goes about it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from estimator.db import db

Asked = tuple[str, Any]


class statements:
    """What is asked of the database inside the `with`."""

    def __enter__(self) -> list[Asked]:
        self.asked: list[Asked] = []
        event.listen(db.engine, "before_cursor_execute", self._heard)
        return self.asked

    def __exit__(self, *_error: object) -> None:
        event.remove(db.engine, "before_cursor_execute", self._heard)

    def _heard(self, _connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            self.asked.append((statement, values))


def plan_of(asked: Asked) -> str:
    """Return how the database would go about a statement, if it had very many rows."""
    statement, values = asked
    connection = db.session.connection()
    if connection.dialect.name == "sqlite":
        return "\n".join(
            str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        )
    # Two thousand rows are read faster without an index; a million are not.
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    return "\n".join(str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
