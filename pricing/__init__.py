"""Exact, explained prices from dated price tables.

Standard library only: no clock, no locale, no disk, no network, no float. docs/notation.md is the contract.
"""

from pricing import explore
from pricing.breakdown import Breakdown, canonical_json
from pricing.estimate import estimate
from pricing.left_open import unanswered
from pricing.lint import blocking, lint
from pricing.lowest import so_far
from pricing.notation import read, sha256, write
from pricing.problems import BadAnswers, BadTable, Problem
from pricing.slips import slips
from pricing.table import PriceTable
from pricing.warnings import Warning

__all__ = [
    "BadAnswers",
    "BadTable",
    "Breakdown",
    "PriceTable",
    "Problem",
    "Warning",
    "blocking",
    "canonical_json",
    "estimate",
    "explore",
    "lint",
    "read",
    "sha256",
    "slips",
    "so_far",
    "unanswered",
    "write",
]
