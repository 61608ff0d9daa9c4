"""An invented clinic: a year and more of requests, quotes and answers, marked as such, and how all of it goes again."""

from __future__ import annotations

from estimator.demonstration.emptying import Emptied, empty
from estimator.demonstration.filling import fill
from estimator.demonstration.invented_settings import names as set_by_somebody_invented
from estimator.demonstration.lists import ListIsReal
from estimator.demonstration.registry import (
    EmptiedMeanwhile,
    HereAlready,
    Kept,
    belongs_to_somebody,
    keep_tried,
    kept,
)

__all__ = [
    "Emptied",
    "EmptiedMeanwhile",
    "HereAlready",
    "Kept",
    "ListIsReal",
    "belongs_to_somebody",
    "empty",
    "fill",
    "keep_tried",
    "kept",
    "set_by_somebody_invented",
]
