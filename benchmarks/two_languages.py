"""What a second language costs a document: time, size and pages of an estimate's PDF in one language and in two.

The worked example and the largest plan of the list of Delhi are drawn in turns in one process, which has drawn one of
each before.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

import pikepdf

import pricing
from benchmarks import plan
from benchmarks.measure import Row, in_turns, middle, milliseconds, ratio
from benchmarks.paperwork import NOW
from benchmarks.screens import plans_of
from estimator import config, create_app, migrations, wording
from estimator.estimates.pdf_document import Side, document
from estimator.i18n import reader, speaking
from estimator.pdf import renderer
from pricing import PriceTable

LANGUAGES = ("ar", "hi", "bn", "ru")
SECOND = "en"
ROUNDS = 3


def rows() -> list[Row]:
    """Draw both plans in each language, with English below each line and without."""
    with tempfile.TemporaryDirectory(prefix="estimator-bench-") as name:
        config.prepare_secrets(Path(name))
        settings = config.load({"INSTANCE": name, "DEMO": "1"})
        migrations.upgrade(settings.database_url)
        app = create_app(settings, pages=False)
        try:
            with app.app_context():
                plans = plans_of(plan.SLUG)
                return [row for kind in ("default", "largest") for row in _drawn(kind, plans[kind])]
        finally:
            renderer.close()
            app.extensions["jobs"].close()


def _drawn(kind: str, answers: pricing.answers.Answers) -> Iterator[Row]:
    table = plan.table()
    draws = {
        (tag, second): partial(_timed, table, answers, tag, second)
        for tag in LANGUAGES
        for second in (None, SECOND)
    }
    for draw in draws.values():
        draw()
    found = in_turns({f"{tag} {second}": draw for (tag, second), draw in draws.items()}, ROUNDS)
    for tag in LANGUAGES:
        one, two = (found[f"{tag} {second}"] for second in (None, SECOND))
        took = [middle(seconds for seconds, _content in each) for each in (two, one)]
        size, alone = (f"{len(each[0][1]) / 1000:.0f} kB, {_pages(each[0][1])} pages" for each in (two, one))
        yield Row(
            f"{tag} with {SECOND}: PDF of the {kind} plan",
            f"{milliseconds(took[0])}, {size}",
            f"{milliseconds(took[1])}, {alone}",
            ratio(*took),
        )


def _timed(
    table: PriceTable, answers: pricing.answers.Answers, tag: str, second: str | None
) -> tuple[float, bytes]:
    breakdown = pricing.estimate(table, answers).as_dict()
    begin = perf_counter()
    side = _side(table, tag)
    below = None if second is None else _side(table, second)
    content = document(breakdown, table, side.head, side.reader, list(answers), NOW, second=below)
    return perf_counter() - begin, content


def _side(table: PriceTable, tag: str) -> Side:
    reading = reader(tag)
    until = NOW.date() + timedelta(days=table.quote_valid_days)
    with speaking(reading):
        head = wording.head(table, reading, reference="EST-2222-BNCH", created=NOW, valid_until=until)
    return Side(reading, head)


def _pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content)) as opened:
        return len(opened.pages)
