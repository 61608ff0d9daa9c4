"""Problems of a price table as lines that an editor can jump to."""

from __future__ import annotations

from collections.abc import Iterable

from estimator.messages import gettext as _
from pricing import Problem
from pricing.problems import SENTENCES, say


def problem_lines(name: str, problems: Iterable[Problem]) -> list[str]:
    """Return a line for each problem: file, line, place, and what is wrong."""
    return [
        f"{name}:{'' if problem.line is None else f'{problem.line}:'} "
        f"{problem.place + ': ' if problem.place else ''}{say(problem, _(SENTENCES[problem.kind]))}"
        for problem in problems
    ]
