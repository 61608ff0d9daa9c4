"""Ask for a quote and issue it, as the pages of patient and desk do; prints the link of the quote.

Run with the settings of an installation: `python issue_quote.py SLUG LANGUAGE ANSWERS [REFERENCE]`. With the
reference of a request its next revision is issued, 100 units cheaper.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from decimal import Decimal

from estimator import clinic, config, create_app, estimates, price_lists, quotes, requests
from estimator.db import db
from estimator.quotes import drafts
from pricing.quote import Adjustment
from tests.support.acts import acting

PERSON = requests.Person("Wilhelmina Quill", "mina@quillworth.org", None, "My stairs are steep.")


def main(slug: str, language: str, answers: str, reference: str = "") -> None:
    """Issue a quote."""
    settings = config.load(os.environ)
    app, now = create_app(settings), datetime.now(UTC)
    with app.app_context():
        patient = acting(now=now, settings=settings, clinic=clinic.current())
        coordinator = patient.by("user:1")
        if reference:
            request = requests.get(reference)
            assert request is not None
        else:
            token = estimates.make(
                patient,
                price_lists.in_force(slug, now),
                json.loads(answers),
                language=language,
                submission="",
            )
            estimate = estimates.find(patient, token)
            assert estimate is not None
            asked = requests.Asked(PERSON, "DE", language, "self", None, [])
            request = requests.ask(patient, estimate, asked, origin="page", submission="")
        draft = drafts.begin(coordinator, request)
        lines = [Adjustment(Decimal(-100), "Goodwill", "Agreed.")] if reference else []
        draft = drafts.change(coordinator, draft, save=draft.save, prices="keep", adjustments=lines)
        state = drafts.preview(coordinator, draft)
        assert not state.missing, state.missing
        revision = quotes.issue(coordinator, request, save=draft.save, fingerprint=state.fingerprint)
        db.session.commit()
        token = quotes.token_of(revision.quote, settings.link_key)
        print(
            json.dumps({"link": f"/q/{token}", "number": revision.quote.number, "request": request.reference})
        )
        app.extensions["jobs"].close()


main(*sys.argv[1:])
