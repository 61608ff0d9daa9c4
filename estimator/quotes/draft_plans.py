"""The plans of a draft: the first one stands in columns of its own, further ones in a sealed text beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from estimator import price_lists
from estimator.config import Settings
from estimator.models import QuoteDraft
from estimator.quotes.plans import Alternative
from pricing.quote import Adjustment
from pricing.quote_options import Option
from pricing.quote_plans import LETTERS
from pricing.stored import read_answers

TABLE = QuoteDraft.__tablename__


@dataclass(frozen=True)
class Line:
    """One adjustment, and the actor who wrote it or changed it last."""

    adjustment: Adjustment
    by: str


@dataclass(frozen=True)
class DraftPlan:
    """One plan of a draft: its answers in normal form, by driver, and its adjustments with their authors."""

    answers: Mapping[str, str | bool]
    lines: Sequence[Line]
    #: the letter of the plan of the newest revision whose place it takes, A of an only one; None of a new plan
    replaces: str | None = None
    #: what tells it from every other plan that the draft ever had, whatever its letter becomes; None while in no draft
    key: str | None = None

    @property
    def alternative(self) -> Alternative:
        """The plan without its authors."""
        return Alternative(self.answers, [line.adjustment for line in self.lines])

    def written_by(self, actor: str) -> DraftPlan:
        """Return the same plan with somebody as the author of every adjustment."""
        return replace(self, lines=[replace(line, by=actor) for line in self.lines])


def all_of(draft: QuoteDraft, settings: Settings) -> list[DraftPlan]:
    """Return every plan of a draft, the first one first. Raises keys.Unreadable."""
    beside = _opened(draft, "alternatives", settings)
    of_first: Mapping[str, str | None] = next((each for each in beside if "answers" not in each), {})
    lines = _lines(_opened(draft, "adjustments", settings), draft)
    others = [each for each in beside if "answers" in each]
    return [
        DraftPlan(
            read_answers(draft.given),
            lines,
            of_first.get("replaces", LETTERS[0]),
            of_first.get("key", LETTERS[0]),
        ),
        *(
            DraftPlan(
                each["answers"],
                _lines(each["adjustments"], draft),
                each.get("replaces", letter),
                each.get("key", letter),
            )
            for letter, each in zip(LETTERS[1:], others, strict=False)
        ),
    ]


def of(draft: QuoteDraft, settings: Settings, letter: str) -> DraftPlan | None:
    """Return the plan of a letter, empty for the first one; None if there is none. Raises keys.Unreadable."""
    found = dict(zip(LETTERS, all_of(draft, settings), strict=False))
    return found.get(letter or LETTERS[0])


def values(plans: Sequence[DraftPlan], name: str, settings: Settings) -> dict[str, Any]:
    """Return the columns of a draft of this name that has these plans.

    Whose place the first plan takes, and its key, stand beside the others, unless they are those of the first one.
    """
    plans = [replace(each, key=each.key or letter) for letter, each in zip(LETTERS, plans, strict=False)]
    first, *others = plans
    alternatives: list[dict[str, Any]] = [
        {
            "answers": dict(each.answers),
            "adjustments": _written(each.lines),
            "replaces": each.replaces,
            "key": each.key,
        }
        for each in others
    ]
    if (first.replaces, first.key) != (LETTERS[0], LETTERS[0]):
        alternatives.append({"replaces": first.replaces, "key": first.key})
    return {
        "given": json.dumps(dict(first.answers)),
        "adjustments": _sealed(_written(first.lines), "adjustments", name, settings),
        "alternatives": _sealed(alternatives, "alternatives", name, settings),
    }


def options_of(draft: QuoteDraft, settings: Settings) -> list[Option]:
    """Return the lines of a draft that the patient may take or leave. Raises keys.Unreadable."""
    return [
        Option(Decimal(each["net"]), each["label"], tuple(each["taxes"]), _currency(each, draft))
        for each in _opened(draft, "options", settings)
    ]


def sealed_options(options: Sequence[Option], name: str, settings: Settings) -> bytes | None:
    """Return the column of a draft of this name that has these lines."""
    said = [
        {
            "net": format(each.net, "f"),
            "label": each.label,
            "taxes": list(each.taxes),
            **({"currency": each.currency} if each.currency else {}),
        }
        for each in options
    ]
    return _sealed(said, "options", name, settings)


def _opened(draft: QuoteDraft, column: str, settings: Settings) -> list[Any]:
    sealed: bytes | None = getattr(draft, column)
    if sealed is None:
        return []
    found: list[Any] = json.loads(settings.data_keys.open(sealed, TABLE, column, draft.name))
    return found


def _sealed(said: list[Any], column: str, name: str, settings: Settings) -> bytes | None:
    return settings.data_keys.seal(json.dumps(said), TABLE, column, name) if said else None


def _lines(said: Sequence[Mapping[str, Any]], draft: QuoteDraft) -> list[Line]:
    return [
        Line(
            Adjustment(
                Decimal(line["amount"]),
                line["label"],
                line["reason"],
                line.get("told", False),
                _currency(line, draft),
            ),
            line["by"],
        )
        for line in said
    ]


def _currency(line: Mapping[str, Any], draft: QuoteDraft) -> str:
    """Return the currency of a line; before it was kept with each, all were in that of the draft's price list."""
    said: str | None = line.get("currency")
    return said or price_lists.parsed(draft.table_version).currency


def _written(lines: Sequence[Line]) -> list[dict[str, str | bool]]:
    return [
        {
            "amount": format(line.adjustment.amount, "f"),
            "label": line.adjustment.label,
            "reason": line.adjustment.reason,
            "by": line.by,
            **({"told": True} if line.adjustment.told else {}),
            **({"currency": line.adjustment.currency} if line.adjustment.currency else {}),
        }
        for line in lines
    ]
