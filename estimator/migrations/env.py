"""What Alembic runs: it migrates the engine that `estimator.migrations` hands over."""

from __future__ import annotations

from alembic import context

from estimator import models  # noqa: F401  (the tables must be known)
from estimator.db import Base

engine = context.config.attributes["engine"]

with engine.connect() as connection:
    if connection.dialect.name == "sqlite":
        # A batch migration makes a table anew, and deleting the old one would delete what refers to it. The
        # pragma opens a transaction; without this commit Alembic would join it and never commit anything.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()
        if broken:
            raise RuntimeError(f"the migration left rows that refer to nothing: {broken}")
