"""`python -m benchmarks.server estimator|minimal FOLDER PORT [STATIC]`: one of the two sides, until it is ended.

Both run in the server of the app itself: gunicorn's sync workers, two of them, on a SQLite file each.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from benchmarks import minimal, plan
from benchmarks.acts import acting
from estimator import config, create_app, migrations
from estimator.db import db
from estimator.processes import demonstration
from estimator.processes.server import bind, run


def main(side: str, folder: str, port: str, static: str | None = None) -> None:
    """Make a side ready in its folder and serve it."""
    config.prepare_secrets(config.instance_folder({}, INSTANCE=folder))
    limits = {
        "ESTIMATES_PER_NETWORK": "1000000",
        "PDFS_PER_NETWORK": "1000000",
        "MAILS_PER_NETWORK": "10000",
        "MAILS_PER_HOUR": "100000",
        "MAILS_PER_ADDRESS": "10000",
        "MAILS_PER_ESTIMATE": "10000",
    }  # as if each client came from a network of its own
    settings = config.load({}, INSTANCE=folder, PORT=port, DEMO="1", **limits)
    if side == "minimal":
        app = minimal.create_app(settings, plan.table())
    else:
        migrations.upgrade(settings.database_url)
        app = create_app(settings)
        with app.app_context():
            demonstration.import_tables(acting(actor="command line", now=datetime.now(UTC)))
            db.session.commit()
        app.static_folder = static or app.static_folder
    run(app, bind(settings), lambda: None)


if __name__ == "__main__":
    main(*sys.argv[1:])
