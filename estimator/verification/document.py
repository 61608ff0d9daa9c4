"""Is this document ours, does it hold, and do its figures follow from the price list that it names?

A number tells one of four words to whoever has it. A PDF tells more, because who has it has read it: whether it is
byte for byte what was issued, and what its data come to when they are computed again. A PDF is never kept, and
nothing that it says is believed before it was compared.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple, cast

from sqlalchemy import select

import pricing
from estimator import price_lists, quote_numbers, quotes
from estimator.db import db
from estimator.i18n import folded_digits
from estimator.models import Certificate, Quote, QuoteRevision, TableVersion
from estimator.pdf import reader
from estimator.pdf.reader import Carried
from pricing import PriceTable, canonical_json, quote_plans
from pricing import quote as quote_content
from pricing.quote import Recomputed
from pricing.stored import StoredBreakdown, StoredQuote, is_at_least

Word = Literal["current", "replaced", "expired", "unknown"]

OPEN = frozenset({"current", "accepted"})
"""States that are reported as "current" until the last day of a revision: an acceptance is not disclosed."""

LARGEST = 10_000_000
"""Maximum size of a PDF that is read, in bytes; ours have a tenth of it at most."""

LONGEST = 60
"""Maximum number of characters of a typed number of a document."""

_OTHER = re.compile(r"(EST|REQ)\W{0,3}[0-9A-Z]{4}\W{0,3}[0-9A-Z]{4}\Z")
_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,12})?\Z")


class Reference(NamedTuple):
    """The number of a quote, and which revision of it; None for whichever is the newest."""

    number: str
    revision: int | None

    def __str__(self) -> str:
        return self.number if self.revision is None else f"{self.number}/{self.revision}"


@dataclass(frozen=True)
class Difference:
    """One place where a document says something else than the price list.

    `place` is a code: "item", "tax", "total", "adjustment", or the part of the data that differs. `label` is what
    the list calls it. `written` and `computed` are plain amounts; None where there is no such line, or no amount.
    """

    place: str
    code: str = ""
    label: Mapping[str, str] | None = None
    written: str | None = None
    computed: str | None = None
    #: the letter of the plan that it is about, where there are several
    plan: str = ""


class PlanTotals(NamedTuple):
    """What one of several plans comes to: as it is written, and as it is computed again."""

    plan: str
    written: str | None
    computed: str


@dataclass(frozen=True)
class Computed:
    """What the data of a document come to. `why` says what kept them from being computed, if something did:

    "no_data": they are no data of ours. "no_table": they name a price list that was never published here.
    "refused": that list does not take their answers.
    """

    why: Literal["no_data", "no_table", "refused"] | None = None
    table: PriceTable | None = None
    currency: str = ""
    written: str | None = None
    computed: str | None = None
    differences: list[Difference] = field(default_factory=list)
    #: whether something in it is on request, so that both totals leave it out
    at_least: bool = False
    has_range: bool = False
    #: when the price list of an estimate was withdrawn; a quote stands as it was issued
    withdrawn: datetime | None = None
    #: of a quote with several plans, each of them; the totals above are those of the first
    plans: list[PlanTotals] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether everything in the data is what the list makes of the answers in them."""
        return self.why is None and not self.differences


@dataclass(frozen=True)
class Checked:
    """What can be said of a file. `genuine`: it is byte for byte a quote that was issued.

    `same_data`: it is not, but the data in it are those of the quote whose number it bears. `word` is of that
    number, None for what is no quote. `carried` says how its data were found, `computed` what they come to. `confirms`
    is only of a confirmation for others that we made: whether the quote that it is about is still accepted.
    """

    genuine: bool
    same_data: bool
    carried: Carried
    kind: Literal["quote", "estimate"] | None
    reference: Reference | None
    word: Word | None
    computed: Computed | None
    confirms: bool | None = None


def reference_of(typed: str) -> Reference | Literal["EST", "REQ"] | None:
    """Return what somebody typed or scanned: the number of a quote, or of which other kind it is, or None."""
    text = folded_digits(typed[: LONGEST + 1]).strip().upper()
    if len(text) > LONGEST:
        return None
    found = quote_numbers.typed(text)
    if found is not None:
        return Reference(*found)
    other = _OTHER.match(text)
    if other is None:
        return None
    return "EST" if other[1] == "EST" else "REQ"


def word_for(reference: Reference, now: datetime) -> Word:
    """Return what a number tells to anybody: one of four words, and not what the patient or the clinic decided."""
    newest = _revision(Reference(reference.number, None))
    asked = newest if reference.revision is None else _revision(reference)
    if newest is None or asked is None:
        return "unknown"
    if asked.number < newest.number:
        return "replaced"
    # Once its last day is over every revision is called expired: one that was accepted must not stand out.
    is_over = price_lists.day_of(now, asked.time_zone) > asked.valid_until
    return "current" if quotes.state_at(asked, now) in OPEN and not is_over else "expired"


def is_accepted_no_more(reference: Reference, now: datetime) -> bool:
    """Whether a confirmation for others was made of a revision that is not accepted now.

    Who has one on paper knows of the acceptance, and has no PDF to check; of any other revision nothing is told.
    """
    revision = _revision(reference)
    if revision is None or quotes.state_at(revision, now) == "accepted":
        return False
    return db.session.scalar(select(Certificate.id).filter_by(revision_id=revision.id).limit(1)) is not None


def check(content: bytes, now: datetime) -> Checked:
    """Say what can be said of a PDF; it takes a few seconds at most, whoever made it, and nothing is kept."""
    sha256 = hashlib.sha256(content).hexdigest()
    issued = db.session.scalar(select(QuoteRevision).filter_by(pdf_sha256=sha256))
    made = None if issued is not None else quotes.certificates.made_as(sha256)
    if made is not None:
        return _confirmation(made, now)
    carried = reader.read(content)
    data = data_of(carried.data) if carried.kind == "data" else None
    kind: Literal["quote", "estimate"] | None = None
    if issued is not None or carried.name == "quote.json":
        kind = "quote"
    elif carried.name == "estimate.json":
        kind = "estimate"
    reference = Reference(issued.quote.number, issued.number) if issued is not None else _borne_by(kind, data)
    bears = None if reference is None else _revision(reference)
    return Checked(
        genuine=issued is not None,
        same_data=issued is None and bears is not None and _is_content_of(bears, data),
        carried=carried,
        kind=kind,
        reference=reference,
        word=None if reference is None else word_for(reference, now),
        computed=None if carried.kind != "data" else compute(kind, data, now),
    )


def _confirmation(made: Certificate, now: datetime) -> Checked:
    """Return what is said of a confirmation for others: whoever has one knows that the quote was accepted."""
    reference = Reference(made.revision.quote.number, made.revision.number)
    return Checked(
        genuine=True,
        same_data=False,
        carried=Carried("nothing"),
        kind="quote",
        reference=reference,
        word=word_for(reference, now),
        computed=None,
        confirms=quotes.certificates.still_holds(made, now),
    )


def data_of(text: bytes) -> dict[str, Any] | None:
    """Return data that stand in a document, None for what is no JSON object."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def compute(
    kind: Literal["quote", "estimate"] | None, data: Mapping[str, Any] | None, now: datetime
) -> Computed:
    """Compute data again with the price list that they name, as it is stored."""
    if data is None or kind is None:
        return Computed("no_data")
    named = data.get("table_sha256")
    if kind == "quote":
        table_named = data.get("table")
        named = table_named.get("sha256") if isinstance(table_named, dict) else None
    if not isinstance(named, str) or not re.fullmatch(r"[0-9a-f]{64}", named):
        return Computed("no_data")
    version = db.session.scalar(select(TableVersion).filter_by(sha256=named))
    if version is None:
        return Computed("no_table")
    table = price_lists.parsed(version)
    if kind == "quote":
        return quote_again(data, table)
    return replace(estimate_again(data, table), withdrawn=price_lists.returns.withdrawn_at(version.id, now))


def quote_again(data: Mapping[str, Any], table: PriceTable) -> Computed:
    """Compute the data of a quote again, every plan of it."""
    try:
        again = quote_plans.recompute_all(data, table)
    except quote_content.NotAQuote:
        return Computed("no_data", table)
    except pricing.BadAnswers:
        return Computed("refused", table)
    contents: Mapping[str, Mapping[str, Any]] = quote_plans.by_plan(cast(StoredQuote, data))
    found = [
        replace(difference, plan=letter)
        for letter, recomputed in again.items()
        if recomputed.differences
        for difference in _of_quote(recomputed, contents[letter], table)
    ]
    totals = [
        PlanTotals(letter, amount(contents[letter]["total"]), recomputed.text)
        for letter, recomputed in again.items()
    ]
    first = totals[0]
    return Computed(
        None,
        table,
        table.currency,
        first.written,
        first.computed,
        found,
        plans=totals if len(totals) > 1 else [],
    )


def _of_quote(again: Recomputed, data: Mapping[str, Any], table: PriceTable) -> Iterator[Difference]:
    """Say what differs in one plan of a quote."""
    amounts = [Decimal(line["amount"]) for line in data["adjustments"]]
    firm = quote_content.compute(table, data["answers"], amounts, quote_content.prices_in(data))
    sums = {"total": firm.total, "price": firm.price, "adjusted": firm.adjusted}
    for place in again.differences:
        if place in sums:
            yield Difference(place, "", None, amount(data[place]), firm.text(sums[place]))
        elif place == "breakdown":
            yield Difference("more")
        elif place.startswith("breakdown."):
            yield from _of_part(place.removeprefix("breakdown."), data["breakdown"], firm.breakdown)
        else:
            yield Difference(place)


def estimate_again(data: Mapping[str, Any], table: PriceTable) -> Computed:
    """Compute the data of an estimate again."""
    answers = data.get("answers")
    if not isinstance(answers, dict) or not all(isinstance(each, (str, bool)) for each in answers.values()):
        return Computed("no_data", table)
    try:
        ours = pricing.estimate(table, answers, unfinished=True).as_dict()
    except pricing.BadAnswers:
        return Computed("refused", table)
    computed: Mapping[str, object] = ours
    # Only what an estimate has is looked for: whatever else stands in the data is one difference, however much it is.
    found = [
        difference
        for part in sorted(computed)
        if part not in data or data[part] != computed[part]
        for difference in _of_part(part, data, ours)
    ]
    if not data.keys() <= computed.keys():
        found.append(Difference("more"))
    written = amount(_at(data, "totals", "total", "likely"))
    total = ours["totals"]["total"]
    has_range = len(set(total.values())) > 1
    return Computed(
        None, table, table.currency, written, total["likely"], found, is_at_least(ours), has_range
    )


def amount(given: object) -> str | None:
    """Return what may be shown as an amount; None for anything else that a stranger wrote there."""
    return given if isinstance(given, str) and _AMOUNT.match(given) else None


def _revision(reference: Reference) -> QuoteRevision | None:
    found = (
        select(QuoteRevision)
        .join(Quote, Quote.id == QuoteRevision.quote_id)
        .where(Quote.number == reference.number)
        .order_by(QuoteRevision.number.desc())
        .limit(1)
    )
    if reference.revision is not None:
        found = found.where(QuoteRevision.number == reference.revision)
    return db.session.scalar(found)


def _borne_by(kind: str | None, data: Mapping[str, Any] | None) -> Reference | None:
    """Return the number that data bear, whether we gave it or not."""
    if kind != "quote" or data is None:
        return None
    number, revision = data.get("number"), data.get("revision")
    if not isinstance(number, str) or type(revision) is not int or not 0 < revision < 10_000:
        return None
    found = reference_of(number)
    return Reference(found.number, revision) if isinstance(found, Reference) else None


def _is_content_of(revision: QuoteRevision, data: Mapping[str, Any] | None) -> bool:
    try:
        return canonical_json(data) == revision.content.encode()
    except (ValueError, RecursionError):  # a half of a character, or too many brackets
        return False


def _of_part(part: str, theirs: Mapping[str, Any], ours: StoredBreakdown) -> list[Difference]:
    """Say of one part of a breakdown which of its lines differ, or only that it does."""
    found: list[Difference] = []
    if part == "totals":
        found = [
            Difference("totals", code, None, written, computed)
            for code in ours["totals"]
            if (written := amount(_at(theirs, part, code, "likely")))
            != (computed := _at(ours, part, code, "likely"))
        ]
    elif part in ("items", "taxes"):
        place = "item" if part == "items" else "tax"
        their_lines, our_lines = (
            _lines(theirs.get(part)),
            _lines(ours["items"] if part == "items" else ours["taxes"]),
        )
        for code in [*our_lines, *(code for code in their_lines if code not in our_lines)]:
            written = amount(_at(their_lines.get(code), "amount", "likely"))
            computed = _at(our_lines.get(code), "amount", "likely")
            if len(found) == MOST_SHOWN:
                break
            if written != computed or (code in their_lines) != (code in our_lines):
                label = our_lines[code]["label"] if code in our_lines else None
                found.append(Difference(place, code if label else "", label, written, computed))
    return found or [Difference(part)]


MOST_SHOWN = 40
"""Maximum number of differing lines named for one part of a breakdown."""


def _lines(lines: object) -> dict[str, Mapping[str, Any]]:
    if not isinstance(lines, list):
        return {}
    return {
        line["code"]: line for line in lines if isinstance(line, dict) and isinstance(line.get("code"), str)
    }


def _at(part: object, *keys: str) -> Any:
    for key in keys:
        part = part.get(key) if isinstance(part, Mapping) else None
    return part
