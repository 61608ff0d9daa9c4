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
from typing import Any

from estimator import clinic, config, create_app, estimates, price_lists, quotes, requests
from estimator.db import db
from estimator.quotes import drafts
from pricing.quote import Adjustment

PERSON = requests.Person("Wilhelmina Quill", "mina@quillworth.org", None, "My stairs are steep.")


def main(slug: str, language: str, answers: str, reference: str = "") -> None:
    """Issue a quote."""
    settings = config.load(os.environ)
    app, now = create_app(settings), datetime.now(UTC)
    common: dict[str, Any] = {"settings": settings, "now": now}
    with app.app_context():
        terms = clinic.current()
        if reference:
            request = requests.get(reference)
            assert request is not None
        else:
            token = estimates.make(
                price_lists.in_force(slug, now),
                json.loads(answers),
                language=language,
                submission="",
                link_key=settings.link_key,
                now=now,
            )
            estimate = estimates.find(token, kept_days=settings.kept_days, now=now)
            assert estimate is not None
            asked = requests.Asked(PERSON, "DE", language, "self", None, [])
            request = requests.ask(
                estimate, asked, origin="page", submission="", clinic=terms, actor="patient", **common
            )
        draft = drafts.begin(request, actor="user:1", **common)
        lines = [Adjustment(Decimal(-100), "Goodwill", "Agreed.")] if reference else []
        draft = drafts.change(
            draft, save=draft.save, prices="keep", adjustments=lines, actor="user:1", **common
        )
        state = drafts.preview(draft, clinic=terms, **common)
        assert not state.missing, state.missing
        revision = quotes.issue(
            request, save=draft.save, fingerprint=state.fingerprint, clinic=terms, actor="user:1", **common
        )
        db.session.commit()
        app.extensions["jobs"].ring("quote", revision.id)
        token = quotes.token_of(revision.quote, settings.link_key)
        print(
            json.dumps({"link": f"/q/{token}", "number": revision.quote.number, "request": request.reference})
        )
        app.extensions["jobs"].close()


main(*sys.argv[1:])
