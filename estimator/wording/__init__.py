"""A stored breakdown and its table, as the plain rows and sentences that every medium shows.

Page, PDF and command line draw the same rows; none of them computes or words anything itself. Amounts in a
breakdown are text already rounded, None is on request; here they get their currency and the reader's
separators, nothing else.
"""

from __future__ import annotations

from estimator.wording import at_least, comparison, firm_plans, injury, past_bills
from estimator.wording.at_least import likely_total
from estimator.wording.breakdown import headline, item_said, likely_answer, not_counted, rows
from estimator.wording.certificate import SHOWN, Shown, StatedRow, stated
from estimator.wording.changes import changes
from estimator.wording.commissions import who_else_earns
from estimator.wording.differences import Difference, differences
from estimator.wording.firm import Before, FirmRows, SecondRows, changed_rows, firm_rows, number_follows
from estimator.wording.firm_options import Offered, changed_options, offered, option_rows
from estimator.wording.headings import EVIDENCE, NOTICES, SECTIONS
from estimator.wording.how_to_pay import in_fours, never_by_mail, other_account
from estimator.wording.keeping import as_json, from_json
from estimator.wording.plan_in_short import plan_in_short
from estimator.wording.price_list import PriceGroup, PriceListRows, PriceRow, price_list
from estimator.wording.range_sources import RangeSources, range_sources
from estimator.wording.ranges import may_have_range
from estimator.wording.rounding import About, about, for_orientation
from estimator.wording.rows import (
    AdjustmentRow,
    Change,
    ChangedRow,
    ComparedRow,
    DriverChanges,
    FactRow,
    Head,
    Headline,
    HowToPay,
    NotCounted,
    NoticeRow,
    NoticeSection,
    OptionRow,
    Rows,
    Sum,
)
from estimator.wording.sentences import (
    Refusal,
    answer_words,
    called_for,
    far_from_usual,
    head,
    is_too_fine,
    not_answered,
    notes_to,
    notice_sections,
    problem_sentence,
    problem_sentences,
    provider,
    refusals_of,
    refused,
    span,
    too_fine,
    typed_amount,
    usual,
    withdrawn_words,
)
from estimator.wording.since import difference, moved, other_answers
from estimator.wording.terms import not_before

__all__ = [
    "EVIDENCE",
    "NOTICES",
    "SECTIONS",
    "SHOWN",
    "About",
    "AdjustmentRow",
    "Before",
    "Change",
    "ChangedRow",
    "ComparedRow",
    "Difference",
    "DriverChanges",
    "FactRow",
    "FirmRows",
    "Head",
    "Headline",
    "HowToPay",
    "NotCounted",
    "NoticeRow",
    "NoticeSection",
    "Offered",
    "OptionRow",
    "PriceGroup",
    "PriceListRows",
    "PriceRow",
    "RangeSources",
    "Refusal",
    "Rows",
    "SecondRows",
    "Shown",
    "StatedRow",
    "Sum",
    "about",
    "answer_words",
    "as_json",
    "at_least",
    "called_for",
    "changed_options",
    "changed_rows",
    "changes",
    "comparison",
    "difference",
    "differences",
    "far_from_usual",
    "firm_plans",
    "firm_rows",
    "for_orientation",
    "from_json",
    "head",
    "headline",
    "in_fours",
    "injury",
    "is_too_fine",
    "item_said",
    "likely_answer",
    "likely_total",
    "may_have_range",
    "moved",
    "never_by_mail",
    "not_answered",
    "not_before",
    "not_counted",
    "notes_to",
    "notice_sections",
    "number_follows",
    "offered",
    "option_rows",
    "other_account",
    "other_answers",
    "past_bills",
    "plan_in_short",
    "price_list",
    "problem_sentence",
    "problem_sentences",
    "provider",
    "range_sources",
    "refusals_of",
    "refused",
    "rows",
    "span",
    "stated",
    "too_fine",
    "typed_amount",
    "usual",
    "who_else_earns",
    "withdrawn_words",
]
