"""What Alembic runs: every step that is asked for, in one transaction, on the connection it is handed."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from estimator import migrations, models

LOCK = 7_361_005_284
"""The key of PostgreSQL's advisory lock that a process holds while it migrates."""


def migrate(connection: Connection) -> None:
    """Run the steps; whatever goes wrong, the database is as it was before."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # A batch migration makes a table anew, and dropping the old one would delete every row that refers to
        # it. The pragma opens a transaction of SQLAlchemy's; without this commit nothing would ever be kept.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
    with connection.begin():
        if sqlite:
            # The driver opens a transaction before a changed row, but not before a changed table.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        context.configure(connection=connection, target_metadata=models.metadata(), render_as_batch=True)
        context.run_migrations()
        migrations.mark(connection)
        if sqlite:
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if lost:
                raise RuntimeError(f"the migration would leave rows that refer to nothing: {lost}")
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()


migrate(context.config.attributes["connection"])
