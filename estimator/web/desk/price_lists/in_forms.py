"""What is wrong with a list, for people who fill in forms and sheets: in their words, not in those of the notation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from estimator import figures, wording
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext
from estimator.price_lists import editing
from estimator.price_lists.editing.columns import NOTICES, PRINTED, ROLES, TERMS, TOTALS
from estimator.web.desk.price_lists.labels import label_of
from estimator.web.language import current_reader
from estimator.web.typed_figures import two_readings
from pricing import Problem

SENTENCES: Mapping[str, Any] = {
    "unknown_language": lazy_gettext("The list does not have the language “{given}”. It has: {allowed}."),
    "not_true_or_false": lazy_gettext("“{given}” is neither yes nor no. Write one of them."),
    "unknown_word": lazy_gettext("“{given}” is not possible here. Choose one of: {allowed}."),
    "misspelt_word": lazy_gettext(
        "“{given}” is not possible here. Did you mean “{near}”? Choose one of: {allowed}."
    ),
    "low_likely_high": lazy_gettext(
        "The three numbers have to rise: the lowest, the likely one, the highest. They are {low}, {likely} and {high}."
    ),
    "wrong_format": lazy_gettext("The format is always 1."),
    "bad_currency": lazy_gettext("“{given}” is no currency. Write its three letters, such as USD or JPY."),
    "bad_country": lazy_gettext("“{given}” is no country. Write its two capital letters, such as IN."),
    "bad_language": lazy_gettext("“{given}” is no language. Write it such as en, ar or pt-BR."),
    "bad_time_zone": lazy_gettext(
        "“{given}” is not the name of a time zone. Write one such as Asia/Kolkata."
    ),
    "role_missing": lazy_gettext(
        "No question belongs to “{role}”. A list needs a question for each of: {roles}."
    ),
    "least_above_most": lazy_gettext(
        "The minimum is {least} and the maximum is {most}. The minimum must not be above the maximum."
    ),
    "off_step": lazy_gettext(
        "{given} cannot be reached from the minimum, {least}, in steps of {step}. Write a number that can."
    ),
    "default_above_most": lazy_gettext(
        "{given} is used when there is no answer, and is above the maximum. Write {most} or less."
    ),
    "varies_empty": lazy_gettext("Say by how much the number may turn out lower or higher."),
    "no_choices": lazy_gettext("This question needs at least one answer that is offered."),
    "open_with_default": lazy_gettext(
        "A question that may be left open uses nothing when there is no answer. Empty one of the two."
    ),
    "only_with_usual": lazy_gettext(
        "It is said where the usual answer comes from, and there is none. Fill it in, or empty this."
    ),
    "choice_not_offered": lazy_gettext(
        "“{given}” is used when there is no answer, and is not offered. Name an answer that is, or none."
    ),
    "why_offered": lazy_gettext(
        "This is why the answer is not offered, and it is. Write no under “Offered”, or empty this."
    ),
    "condition_yes_no": lazy_gettext("“{given}” is no answer to this question. Write yes or no."),
    "bad_months": lazy_gettext(
        "“{given}” is no list of months. Write numbers from 1 to 12, such as 6, 7, 8."
    ),
    "from_after_to": lazy_gettext(
        "The first day is {start} and the last one {end}. The first must not be later."
    ),
    "rule_without_condition": lazy_gettext("A rule needs a condition: fill in “Only if” or “Not if”."),
    "name_below": lazy_gettext(
        "“{given}” does not stand above this row. A percent is only of what stands above it."
    ),
    "no_price": lazy_gettext("The charge has no price. Fill in one of: {allowed}."),
    "two_prices": lazy_gettext(
        "The charge has {given}. Only one of them can be its price; empty the others."
    ),
    "not_with_percent": lazy_gettext(
        "“{key}” cannot stand beside a percent, which has no quantity. Empty it."
    ),
    "only_with_percent": lazy_gettext(
        "“{key}” belongs to a percent, and this charge has none. Empty it, or fill in the percent."
    ),
    "on_request_false": lazy_gettext("Write yes, or nothing. If there is a price, empty this."),
    "tier_not_rising": lazy_gettext(
        "A tier ends at {given}, and the one before at {before}. Tiers have to rise."
    ),
    "tier_open": lazy_gettext("Only the last tier has no end. Write where this one ends."),
    "flat_stairstep": lazy_gettext(
        "A tier whose price is the whole amount has no flat part. Add that to its price."
    ),
    "at_least_above_at_most": lazy_gettext(
        "“At least” is {least} and “At most” is {most}. The first must not be above the second."
    ),
    "covers_nothing": lazy_gettext("A package pays for something: name a charge and how many units of it."),
    "covers_units": lazy_gettext("“{given}” is no number of units. Write a number above 0, or “all”."),
    "payment_amount_or_percent": lazy_gettext(
        "A payment needs either a fixed amount or a percent of the rest. Fill in one of the two."
    ),
    "commission_one_of": lazy_gettext(
        "Fill in exactly one of these: the charge on top of the price, an amount inside of it, a percent inside of it."
    ),
    "commission_of": lazy_gettext(
        "“Percent of what” belongs to a percent, and this commission has none. Empty it, or fill in the percent."
    ),
    "commission_condition": lazy_gettext(
        "“{key}” cannot stand beside a charge: the commission is there whenever the charge is. Write it at the charge."
    ),
    "term_twice": lazy_gettext("“{kind}” is said already, in another row. Keep one of the two."),
    "notice_missing": lazy_gettext("A list needs a notice under “{kind}”."),
    "code_twice": lazy_gettext("The code “{given}” is used already, in another row. Choose another one."),
    "zero_price": lazy_gettext(
        "The price is 0. If it is not known yet, it is on request; if it costs nothing, say so in a note."
    ),
    "percent_of_nothing": lazy_gettext(
        "Nothing of what this is a percent of ever has an amount, so this charge is never there."
    ),
    "choice_without_charge": lazy_gettext(
        "No charge depends on the answer “{choice}”. Is a price missing? Name the answer in the condition of a charge; "
        "if it is meant to cost nothing, say so at the answer."
    ),
    "no_charge_is_charged": lazy_gettext(
        "“{choice}” is meant to cost nothing, and a charge or package names it in its condition. Which is right?"
    ),
}
"""What is said otherwise than in the notation, by the kind of problem, with the same values."""

_WORDS: Mapping[str, Mapping[str, Any]] = {
    "role": ROLES,
    "roles": ROLES,
    "totals": TOTALS,
    "kind": {**TERMS, **NOTICES},
    "field": PRINTED,
}
"""The words of the notation that values have, with what they are called."""

_OF_KEYS = ("no_price", "two_prices", "not_with_percent", "only_with_percent", "commission_condition")
"""The kinds of problems whose values are keys."""


def in_a_form(problem: Problem, help: Any = "") -> str:
    """Return a problem's sentence without the words, quotation marks and braces of the notation.

    `help` is what belongs into the field in which it stands.
    """
    given = problem.values.get("given", "")
    if problem.kind in ("not_a_table", "condition_number", "condition_date", "no_tiers", "not_names"):
        return _("“%(typed)s” cannot be read here. %(help)s", typed=given, help=help)
    both = figures.both(given) if problem.kind == "not_a_number" else None
    if both is not None:
        return two_readings(given, both)
    if problem.kind == "not_a_number":
        return _("“%(typed)s” is not a number. Enter digits with a point, for example 480.50.", typed=given)
    if problem.kind == "not_a_date":
        return _("“%(typed)s” is not a day. Enter year, month and day, for example 2027-03-31.", typed=given)
    if problem.kind == "missing":
        return _("This is needed.")
    if problem.kind == "missing_main_text":
        return _("The text in the main language is needed.")
    said = SENTENCES.get(problem.kind)
    worded = replace(problem, values=_values(problem))
    return wording.problem_sentence(worded, current_reader(), None if said is None else str(said))


def split(place: str) -> tuple[editing.Path | None, str]:
    """Return the entry that a place stands in, and the keys below it; None if it is in none."""
    if '"' in place:
        return None, ""
    plain = [part.partition("[")[0] for part in place.split(".")]
    if plain[0] == "provider":
        return ("provider",), ".".join(plain[1:])
    if plain[0] in editing.SECTIONS and plain[0] not in ("header", "choice"):
        if len(plain) == 1:
            return None, ""
        deep = 4 if plain[0] == "driver" and len(plain) >= 4 and plain[2] == "choice" else 2
        return tuple(plain[:deep]), ".".join(plain[deep:])
    return (("header",), ".".join(plain)) if plain[0] else (None, "")


def _section_of(problem: Problem) -> editing.Section | None:
    path, _key = split(problem.place)
    return None if path is None else editing.section_of(path)


def field_of(problem: Problem) -> editing.Field | None:
    """Return the field in which a problem stands; None if that is none of a form."""
    section, key = _section_of(problem), split(problem.place)[1]
    if section is None:
        return None
    ends = (key, *(key.rsplit(".", parts)[0] for parts in range(1, key.count(".") + 1)))
    known = {one.key: one for one in section.fields}
    return next((known[end] for end in ends if end in known), None)


def entry_in_words(problem: Problem, data: editing.Data) -> str:
    """Say in which entry and field a problem stands, by what they are called."""
    path, key = split(problem.place)
    section, field = _section_of(problem), field_of(problem)
    if path is None or section is None:
        return (
            str(editing.SECTIONS[problem.place].many) if problem.place in editing.SECTIONS else _("the list")
        )
    name = str(section.many) if len(path) == 1 else f"{section.one} “{label_of(data, path)}”"
    return name if field is None else f"{name}, {named(field, key)}"


def named(field: editing.Field, key: str) -> str:
    """Return what a field is called, with the language of its text."""
    tag = key.removeprefix(f"{field.key}.") if field.by_language and key != field.key else ""
    return f"{field.label} ({tag})" if tag else str(field.label)


def _values(problem: Problem) -> dict[str, Any]:
    """Return the values of a problem, with what people read in place of keys and words."""
    field, section = field_of(problem), _section_of(problem)
    keys = {one.key: one.label for one in section.fields} if section and problem.kind in _OF_KEYS else {}
    possible = field.words if field and field.words and problem.kind.endswith("_word") else None
    found: dict[str, Any] = {}
    for name, value in problem.values.items():
        words = _WORDS.get(name, keys) if possible is None else possible
        if isinstance(value, Sequence) and not isinstance(value, str):
            found[name] = [str(words.get(one, one)) for one in value]
        else:
            found[name] = str(words.get(value, value)) if isinstance(value, str) else value
    return found
