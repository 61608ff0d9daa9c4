"""Opening and saving a draft of a long price list: the server's time, and how much is sent."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from time import process_time
from typing import Any

import pricing
from benchmarks.acts import acting
from benchmarks.measure import Row, middle, milliseconds, ratio
from estimator import config, create_app, migrations, staff
from estimator.db import db
from estimator.price_lists import drafts, editing
from estimator.staff import invitations

CHARGES = (500, 5_000)
ROUNDS = 5


def rows() -> list[Row]:
    """Change one price of a long list, and open the pages on which that is done."""
    found = []
    for charges in CHARGES:
        with tempfile.TemporaryDirectory() as folder:
            found += _measured(Path(folder), charges)
    return found


def _measured(folder: Path, charges: int) -> list[Row]:
    config.prepare_secrets(folder)
    settings = config.load({"INSTANCE": str(folder), "DEMO": "1"})
    migrations.upgrade(settings.database_url)
    app = create_app(settings)
    now = datetime.now(UTC)
    with app.app_context():
        user = staff.demonstration("price_editor", language="en", now=now)
        _link, token = invitations.make(acting(now=now, settings=settings), user, "demonstration")
        text = pricing.write(pricing.read(_list(charges)))
        drafts.begin(acting(actor=user.actor, now=now), "delhi", text=text, examples="[]", based_on=None)
        db.session.commit()
    client = app.test_client()
    welcome = f"/staff/demonstration/{token}"
    client.post(welcome, data={"csrf_token": _token(client.get(welcome).text)})
    page = "/staff/tables/drafts/1/section/charge"
    csrf = _token(client.get(page).text)
    saved = [0]

    def save() -> Any:
        saved[0] += 1
        sent = {"csrf_token": csrf, "act": "save", "c.price.ward": str(50 + saved[0])}
        numbers = {"over": str(saved[0]), "base": str(saved[0])}
        answer = client.post(page, data={**sent, **numbers})
        assert answer.status_code == 303, answer.status_code
        return answer

    reading, _size = _times(lambda: pricing.read(text))
    what = f"a list of {charges:,} charges"
    sides: list[tuple[str, Callable[[], Any]]] = [
        (f"save one price in {what}", save),
        (f"open a page of 100 charges of {what}", lambda: client.get(page)),
        (f"open one charge of {what}", lambda: client.get("/staff/tables/drafts/1/entry/charge/ward")),
        (f"open the text of {what}", lambda: client.get("/staff/tables/drafts/1/text")),
    ]
    found = []
    for name, work in sides:
        seconds, size = _times(work)
        found.append(
            Row(
                name,
                f"{milliseconds(seconds)}, {size:,} bytes",
                f"read the list: {milliseconds(reading)}",
                ratio(seconds, reading),
            )
        )
    with app.app_context():
        db.engine.dispose()
    return found


def _times(work: Callable[[], Any]) -> tuple[float, int]:
    seconds, size = [], 0
    for _ in range(ROUNDS):
        began = process_time()
        answer = work()
        seconds.append(process_time() - began)
        size = len(getattr(answer, "data", b""))
    editing.look.cache_clear()
    return middle(seconds), size


def _list(charges: int) -> str:
    text = (resources.files("pricing.tables") / "delhi.toml").read_text(encoding="utf-8")
    before, package, after = text.partition("[package.")
    more = "".join(
        f'[charge.extra_{number}]\nlabel.en = "Extra {number}"\ngroup = "stay"\nper = "nights"\n'
        f'when = {{ room = "ward" }}\nprice = {number % 97 + 3}\nsource = "own list"\n\n'
        for number in range(charges)
    )
    return f"{before}{more}{package}{after}"


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]
