"""A stored breakdown and its table, as the plain rows and sentences that every medium shows.

Page, PDF and command line draw the same rows; none of them computes or words anything itself. Amounts in a
breakdown are text already rounded, None is on request; here they get their currency and the reader's
separators, nothing else.
"""

from __future__ import annotations

from estimator.wording.breakdown import headline, rows
from estimator.wording.changes import changes
from estimator.wording.differences import Difference, differences
from estimator.wording.headings import EVIDENCE, NOTICES, SECTIONS
from estimator.wording.rows import Breakdown, Change, DriverChanges, Head, Headline, NoticeSection, Rows, Sum
from estimator.wording.sentences import (
    answer_words,
    head,
    notice_sections,
    problem_sentence,
    problem_sentences,
    span,
)

__all__ = [
    "EVIDENCE",
    "NOTICES",
    "SECTIONS",
    "Breakdown",
    "Change",
    "Difference",
    "DriverChanges",
    "Head",
    "Headline",
    "NoticeSection",
    "Rows",
    "Sum",
    "answer_words",
    "changes",
    "differences",
    "head",
    "headline",
    "notice_sections",
    "problem_sentence",
    "problem_sentences",
    "rows",
    "span",
]
