"""`python -m benchmarks.issuing FOLDER DATABASE CLIENTS FIRST COUNT`: clients who issue prepared quotes, all at once.

It waits for a line on the standard input before the first is issued, and writes what became of each as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from sqlalchemy import select

from benchmarks.acts import acting
from estimator import config, create_app, quotes, requests
from estimator.clinic import Clinic
from estimator.config import Settings
from estimator.db import db
from estimator.models import PatientRequest
from estimator.quotes import drafts

CLINIC = Clinic()


def settings_of(folder: str, database: str, **others: str) -> Settings:
    """Return the settings of the installation that is measured."""
    chosen = {"INSTANCE": folder, "DATABASE_URL": database, "DEMO": "1", **others}
    config.prepare_secrets(config.instance_folder({}, INSTANCE=folder))
    return config.load({}, **{name: value for name, value in chosen.items() if value})


def issue(reference: str, settings: Settings) -> int:
    """Issue what is prepared for a request, as the desk's page does, and return the revision."""
    now = datetime.now(UTC)
    request = requests.get(reference)
    assert request is not None
    draft = drafts.for_request(request)
    assert draft is not None
    prepared = drafts.preview(acting(clinic=CLINIC, now=now, settings=settings), draft)
    revision = quotes.issue(
        acting(clinic=CLINIC, actor="user:1", now=now, settings=settings),
        request,
        save=draft.save,
        fingerprint=prepared.fingerprint,
    )
    number = revision.id
    db.session.commit()
    return number


def main(folder: str, database: str, clients: str, first: str, count: str) -> None:
    """Run a number of clients, each with a thread and a connection of its own."""
    settings = settings_of(folder, database)
    app = create_app(settings)
    with app.app_context():
        found = (
            select(PatientRequest.reference).order_by(PatientRequest.id).offset(int(first)).limit(int(count))
        )
        references = list(db.session.scalars(found))
        db.session.remove()
    took: list[float] = []
    refused: list[str] = []

    def client(number: int) -> None:
        with app.app_context():
            for reference in references[number :: int(clients)]:
                begin = perf_counter()
                try:
                    issue(reference, settings)
                except Exception as error:
                    # Whatever it was, it is counted.
                    refused.append(type(error).__name__)
                    db.session.rollback()
                took.append(perf_counter() - begin)
            db.session.remove()

    print("ready", flush=True)
    sys.stdin.readline()
    threads = [threading.Thread(target=client, args=(number,)) for number in range(int(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result: dict[str, Any] = {"took": took, "refused": refused}
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
