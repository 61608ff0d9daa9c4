"""Answers of a plan that is not finished: what is known counts, and nothing is supposed about the rest."""

from __future__ import annotations

from pricing.answers import Answers, look, normal_form, refusals
from pricing.conditions import Value
from pricing.plans import named
from pricing.problems import BadAnswers
from pricing.table import PriceTable


def check_unfinished(table: PriceTable, answers: Answers) -> tuple[dict[str, Value], frozenset[str]]:
    """Return the values of answers, some of which may be missing, and the drivers of which nothing is known yet.

    Those are the drivers without a needed answer, and the ones without an answer that are asked, or not, because of
    them: such a one does not take its default. Raises BadAnswers with everything else that is wrong.
    """
    values, problems = look(table, answers)
    missing = {problem.driver for problem in problems if problem.kind == "answer_missing"}
    wrong = [problem for problem in problems if problem.kind != "answer_missing"]
    for driver in table.drivers:
        if answers.get(driver.code) is None and missing.intersection(named(driver.when, driver.unless)):
            missing.add(driver.code)
            values.pop(driver.code, None)
    unknown = frozenset(missing)
    wrong = wrong or refusals(table, values, unknown)
    if wrong:
        raise BadAnswers(wrong)
    return values, unknown


def read_unfinished(table: PriceTable, answers: Answers) -> dict[str, str | bool]:
    """Return the answers that were given in normal form, by driver, also where a rule refuses them together.

    Raises BadAnswers with each that cannot be read.
    """
    values, problems = look(table, answers)
    if wrong := [problem for problem in problems if problem.kind != "answer_missing"]:
        raise BadAnswers(wrong)
    return {code: said for code, said in normal_form(values).items() if answers.get(code) is not None}
