"""The document of an estimate as HTML for A4, and the cache key of its PDF."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import pricing
from estimator import clinic, price_lists, wording
from estimator.act import Act
from estimator.clinic import Logo
from estimator.estimates import lifecycle, other_currency, pdf_cache
from estimator.estimates.other_currency import Beside, Chosen
from estimator.folders import templates_folder
from estimator.i18n import Reader, gettext, speaking
from estimator.i18n import reader as reader_of
from estimator.models import Estimate
from estimator.paper import Paper
from estimator.pdf import fonts, page_foot, qr, renderer, side_by_side
from estimator.template_environment import environment
from estimator.wording import DriverChanges, Head, RangeSources, Rows, Sum
from pricing import PriceTable, canonical_json
from pricing.explore import sensitivity
from pricing.stored import StoredBreakdown, counts_nothing

APP = Path(__file__).parent.parent


@dataclass(frozen=True)
class Look:
    """What a document shows besides its record: the clinic's logo, its totals in another currency, where it can be

    checked, the paper it is made for, a second language below each line, and when its price list was withdrawn. `check`
    is the address of the page where anybody can ask about a document, the same for all of them: it opens nothing.
    """

    logo: Logo | None = None
    rate: Chosen | None = None
    check: str | None = None
    paper: Paper = "A4"
    second: str | None = None
    withdrawn: datetime | None = None

    def key(self) -> list[str]:
        """Return its parts of the cache key, for `pdf_cache.key_of`; empty for a plain document."""
        logo = [] if self.logo is None else [f"logo {self.logo.sha256}"]
        check = [] if self.check is None else [f"check {self.check}"]
        paper = [] if self.paper == "A4" else [f"paper {self.paper}"]
        rate = [] if self.rate is None else [self.rate.key()]
        second = [] if self.second is None else [f"second {self.second}"]
        withdrawn = [] if self.withdrawn is None else [f"withdrawn {self.withdrawn.isoformat()}"]
        return [*logo, *check, *paper, *rate, *second, *withdrawn]


PLAIN = Look()
"""A document without any of this, on A4."""


def look_of(logo: Logo | None, public_url: str) -> Look:
    """Return how the documents of an installation look, on A4."""
    return Look(logo, check=f"{public_url}/verify/EST")


def key_of(token: str, look: Look) -> str:
    """Return the cache key of the PDF of the estimate that a link opens."""
    return pdf_cache.key_of(token, fingerprint(), *look.key())


def drawn_once(act: Act, record: Estimate, second: str | None = None) -> bytes:
    """Return the PDF of an estimate with the clinic's logo, kept from before or drawn and kept now.

    With a `second` language, that stands below each line. Raises renderer.RenderingFailed. The caller commits.
    """
    plain = look_of(clinic.current().logo, act.settings.public_url)
    look = replace(plain, second=second, withdrawn=lifecycle.withdrawn_at(record))
    key = key_of(lifecycle.token_of(record, act.settings.link_key), look)
    kept = pdf_cache.find(key, made_after=record.created_at - timedelta(seconds=1), even_withdrawn=True)
    if kept is not None:
        return kept[1]
    content = pdf_of(record, look)
    pdf_cache.keep(key, record, content, act.now)
    return content


def html(
    rows: Rows,
    changes: Sequence[DriverChanges],
    head: Head,
    reader: Reader,
    logo: bytes | None = None,
    beside: Beside | None = None,
    check: str | None = None,
    paper: Paper = "A4",
    second: Reader | None = None,
    ranges: RangeSources | None = None,
) -> str:
    """Return the HTML of an estimate's PDF; the same rows give the same text.

    The foot of its pages is in the `second` language too, where there is one; `document` puts the rest beside it.
    """
    kinds = in_each(lambda: gettext("Cost estimate, not a firm price"), reader, second)
    return (
        environment()
        .get_template("pdf/estimate.html")
        .render(
            rows=rows,
            answers=[row for section in rows.answers for row in section.rows],
            changes=changes,
            ranges=ranges,
            changed=[(driver.label, row) for driver in changes for row in driver.rows if row.matters],
            totals=_totals(rows),
            check=check,
            code=None
            if check is None
            else qr.svg(check, gettext("QR code of the page where documents are checked")),
            record=head,
            reader=reader,
            logo=inline(logo),
            beside=beside,
            sheet=page_foot.sheet((head.provider, head.reference, *kinds), reader, paper, second),
        )
    )


def inline(logo: bytes | None) -> str | None:
    """Return a PNG as a data: URL, because a document may fetch nothing."""
    return None if logo is None else f"data:image/png;base64,{base64.b64encode(logo).decode()}"


def name_of(record: Estimate, second: str | None) -> str:
    """Return what the file of a document is called; one in two languages names both."""
    return "-".join([record.reference, *([record.language, second] if second else [])]) + ".pdf"


def pdf_of(record: Estimate, look: Look = PLAIN) -> bytes:
    """Return the PDF of a stored estimate in the language it was made in; raises RenderingFailed."""
    table = price_lists.parsed(record.table_version)
    side = _side(record, reader_of(record.language), look)
    return document(
        lifecycle.breakdown_of(record),
        table,
        side.head,
        side.reader,
        list(lifecycle.answers_of(record)),
        record.created_at,
        None if look.logo is None else clinic.logo_content(look.logo),
        side.beside,
        look.check,
        look.paper,
        None if look.second is None else _side(record, reader_of(look.second), look),
    )


@dataclass(frozen=True)
class Side:
    """What one language says that is not in the breakdown: the head, and the totals in another currency."""

    reader: Reader
    head: Head
    beside: Beside | None = None


def _side(record: Estimate, reader: Reader, look: Look) -> Side:
    table = price_lists.parsed(record.table_version)
    with speaking(reader):
        head = wording.head(
            table,
            reader,
            reference=record.reference,
            created=record.created_at,
            valid_until=record.valid_until,
            withdrawn=look.withdrawn,
            past_bills=lifecycle.past_bills_of(record),
        )
        rate = look.rate
        breakdown = lifecycle.breakdown_of(record)
        beside = None
        if rate is not None and not counts_nothing(breakdown):
            beside = other_currency.beside(breakdown, table, rate, reader)
    return Side(reader, head, beside)


def document(
    breakdown: StoredBreakdown,
    table: PriceTable,
    head: Head,
    reader: Reader,
    answered: Sequence[str],
    created: datetime,
    logo: bytes | None = None,
    beside: Beside | None = None,
    check: str | None = None,
    paper: Paper = "A4",
    second: Side | None = None,
) -> bytes:
    """Return a breakdown as PDF with its canonical JSON attached; raises RenderingFailed.

    With a `second` side, each line has the same line in that language below it.
    """

    one = Side(reader, head, beside)
    text = page(breakdown, table, one, answered, logo, check, paper, second)
    if second is not None:
        other = page(breakdown, table, second, answered, logo, check, paper)
        text = side_by_side.paired(text, other, second.reader)
    with speaking(reader):
        description = gettext("The same breakdown for programs, as canonical JSON")
    return renderer.document(
        text,
        attachment=canonical_json(breakdown),
        attachment_name="estimate.json",
        attachment_description=description,
        created=created,
    )


def page(
    breakdown: StoredBreakdown,
    table: PriceTable,
    side: Side,
    answered: Sequence[str],
    logo: bytes | None = None,
    check: str | None = None,
    paper: Paper = "A4",
    second: Side | None = None,
) -> str:
    """Return the HTML of a breakdown as one language says it, with feet for the `second` one where there is one."""
    reader, other = side.reader, None if second is None else second.reader
    with speaking(reader):
        rows = wording.rows(breakdown, table, reader, answered)
        changes = wording.changes(sensitivity(table, breakdown["answers"]), breakdown, table, reader)
        ranges = wording.range_sources(breakdown, table, reader, answered)
        return html(rows, changes, side.head, reader, logo, side.beside, check, paper, other, ranges)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """Return a hash of all that a document depends on besides its record: templates, wording, renderer, fonts."""
    made_by = hashlib.sha256(
        " ".join(version(name) for name in ("weasyprint", "pydyf", "babel", "jinja2")).encode()
    )
    files = [
        *sorted(templates_folder().glob("pdf/*")),
        templates_folder() / "components.html",
        APP / "i18n.py",
        APP / "marked_text.py",
        APP / "paper.py",
        APP / "template_environment.py",
        APP / "clinic" / "exchange_rates.py",
        *sorted(APP.glob("estimates/*.py")),
        *sorted(APP.glob("wording/*.py")),
        *sorted(APP.glob("pdf/*.py")),
        *sorted(APP.glob("translations/**/*.mo")),
        *sorted(Path(pricing.__file__).parent.glob("*.py")),
    ]
    made_by.update(fonts.installed().encode())
    for path in files:
        made_by.update(hashlib.sha256(path.read_bytes()).digest())
    return made_by.hexdigest()


def _totals(rows: Rows) -> list[tuple[str, Sum]]:
    """Say of each total whether it is a part of the sum, the sum itself, or a reserve beside it."""
    kinds = ["part", "part", "sum", "reserve"]
    if len(rows.totals) < 3:  # the provider's is the sum where nothing is paid to others
        kinds = kinds[2:]
    return list(zip(kinds, rows.totals, strict=False))


def in_each(said: Callable[[], str], reader: Reader, second: Reader | None) -> list[str]:
    """Return what is said in the reader's language, and in a second one where there is one that says it otherwise."""
    found = []
    for one in filter(None, (reader, second)):
        with speaking(one):
            found.append(said())
    return list(dict.fromkeys(found))
