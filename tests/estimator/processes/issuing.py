"""A process that issues whatever is prepared, as the desk's page does: one commit for each."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from estimator import config, create_app, quotes, requests
from estimator.clinic import Clinic
from estimator.config import Settings
from estimator.db import db, unavailable
from estimator.models import PatientRequest, QuoteDraft
from estimator.quotes import drafts
from tests.support.acts import acting


def issue(reference: str, settings: Settings) -> None:
    """Issue what is prepared for a request, unless somebody else did."""
    now = datetime.now(UTC)
    request = requests.get(reference)
    assert request is not None
    draft = drafts.for_request(request)
    if draft is None:
        return
    clinic = Clinic()
    prepared = drafts.preview(acting(clinic=clinic, now=now, settings=settings), draft)
    try:
        quotes.issue(
            acting(clinic=clinic, actor=f"user:{os.getpid()}", now=now, settings=settings),
            request,
            save=draft.save,
            fingerprint=prepared.fingerprint,
        )
    except drafts.ChangedMeanwhile:
        db.session.rollback()
        return
    db.session.commit()


def main() -> None:
    """Issue until nothing is prepared any more, in any order, beside others who do the same."""
    app = create_app(config.load(os.environ))
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        while True:
            waiting = list(
                db.session.scalars(
                    select(PatientRequest.reference).join(
                        QuoteDraft, QuoteDraft.request_id == PatientRequest.id
                    )
                )
            )
            db.session.rollback()
            random.shuffle(waiting)
            for reference in waiting:
                try:
                    issue(reference, settings)
                except DBAPIError as error:
                    db.session.rollback()
                    if unavailable(error) is None:
                        raise
                    continue  # busy: somebody tries again
            if not waiting:
                time.sleep(0.2)


if __name__ == "__main__":
    main()
