"""The columns of the sheets of a price list, and the fields of its forms, as data: of each section in canonical order.

One template draws all of them. `docs/price-tables.md` explains them to coordinators.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from estimator.i18n import lazy_gettext as _

Words = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One field: the key it stands for (`varies.less` is inside another), what it is called, and how it is read.

    `by_language` fields have one input for each of the list's languages. `kinds` are the kinds of entry that
    have the field, all of them if empty. `words` are the possible words with their names; of a "name",
    `names` says of which section.
    """

    key: str
    kind: str
    label: Any
    help: Any = ""
    required: bool = False
    by_language: bool = False
    kinds: tuple[str, ...] = ()
    words: Words | None = None
    names: str = ""
    heading: Any = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The keys that lead to the value."""
        return tuple(self.key.split("."))


@dataclass(frozen=True)
class Section:
    """One kind of entry: what one and what several are called, what they are for, and their fields."""

    name: str
    one: Any
    many: Any
    about: Any
    fields: tuple[Field, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in the order of the canonical text."""
        return tuple(dict.fromkeys(field.path[0] for field in self.fields))


ROUNDING: Words = {
    "half-up": _("half up (0.5 becomes 1)"),
    "half-even": _("half to the even digit"),
    "up": _("always up"),
    "down": _("always down"),
}
ROLES: Words = {
    "cell_type": _("Type of cells"),
    "sessions": _("Sessions"),
    "hospital_stay": _("Hospital stay"),
    "rehabilitation": _("Rehabilitation"),
    "extras": _("Travel and extras"),
    "about_you": _("About you"),
}
QUESTIONS: Words = {
    "choice": _("one of several answers"),
    "number": _("a number"),
    "yes_no": _("yes or no"),
    "date": _("a day"),
}
EVIDENCE: Words = {
    "established": _("established treatment"),
    "conditional": _("approved under conditions"),
    "trial": _("being studied in trials"),
    "unproven": _("unproven"),
}
TOTALS: Words = {
    "provider": _("what the provider charges"),
    "others": _("what is paid to somebody else"),
    "reserve": _("a suggested reserve, not part of the price"),
}
NOTICES: Words = {
    "evidence": _("What is known about this treatment"),
    "legal": _("What the law says"),
    "risk": _("Risks and side effects"),
    "not_included": _("What is not included"),
    "suitability": _("Who may benefit"),
    "questions": _("Questions to ask any provider"),
    "before_you_pay": _("Before you pay"),
    "about_this_estimate": _("About this estimate"),
}

TERMS: Words = {
    "accept_after": _("days that pass before a quote may be accepted"),
    "take_back": _("days in which an acceptance may be taken back"),
    "text_form": _("costs are told in text form before the treatment"),
    "overrun": _("share from which a higher bill must be told"),
    "notice": _("a notice that must be there"),
    "print": _("something that must be printed"),
}
PRINTED: Words = {
    "units": _("unit and quantity of each item"),
    "package_contents": _("what is in a package, and what is not"),
    "registration": _("the provider’s registration number"),
    "tax_number": _("the provider’s tax number"),
    "address": _("the provider’s address"),
}

CONDITION_HELP = _(
    "One a line, all must hold: “cells = umbilical, marrow” (one of them), “sessions >= 3”, “sessions 3 to 5”, "
    "“visa = yes”, “arrival month = 6, 7”, “arrival from 2027-06-01 to 2027-08-31”."
)
TIERS_HELP = _("One a line: “up to 7: 310”, “up to 14: 280 + 50 flat”, the last one “above: 260”.")
AMOUNT_HELP = _("One number such as 310, or low, likely and high such as 280 | 310 | 360.")


def _when() -> tuple[Field, ...]:
    return (
        Field("when", "condition", _("Only if"), CONDITION_HELP),
        Field("unless", "condition", _("Not if"), _("Written in the same way; it then does not apply.")),
    )


def _label(help: Any = "") -> Field:
    return Field("label", "plain", _("Name"), help, required=True, by_language=True)


def _stage() -> Field:
    help_ = _("In which part of the treatment it is paid. Without one it counts to the last.")
    return Field("stage", "name", _("Stage"), help_, names="stage")


def _group() -> Field:
    return Field("group", "name", _("Group"), _("The heading it stands under."), required=True, names="group")


SOURCE_HELP = _(
    "Where the price comes from. Patients read it with the price, so write nothing that is only for staff."
)

_NOTE = Field("note", "lines", _("Note"), _("Printed small beside it."), by_language=True)
_SOURCE = Field("source", "lines", _("Source"), SOURCE_HELP)
_OF_HELP = _("Codes of charges, packages or groups, with commas between them.")

SECTIONS: Mapping[str, Section] = {
    section.name: section
    for section in (
        Section(
            "header",
            _("About the list"),
            _("About the list"),
            _("Its date, currency and languages."),
            (
                Field("format", "number", _("Format"), _("Always 1."), required=True),
                Field(
                    "table",
                    "plain",
                    _("Name of the list"),
                    _("Small letters, digits and hyphens, at most 80. Stays the same in every version."),
                    required=True,
                ),
                Field(
                    "version",
                    "plain",
                    _("Name of this version"),
                    _("Printed on every estimate. At most 40 characters."),
                    required=True,
                ),
                Field(
                    "valid_from",
                    "day",
                    _("In force from"),
                    _("Pick a day, or type it, such as 2027-03-01 or 31.12.2027."),
                    required=True,
                ),
                Field("currency", "plain", _("Currency"), _("Three letters, such as USD."), required=True),
                Field(
                    "round_to",
                    "number",
                    _("Amounts are rounded to"),
                    _("Empty: to the smallest unit of the currency."),
                ),
                Field("rounding", "word", _("How amounts are rounded"), _("Empty: half up."), words=ROUNDING),
                Field(
                    "languages",
                    "names",
                    _("Languages"),
                    _(
                        "Such as en, ar; at most 100. The first is the main one, in which every text must be there."
                    ),
                    required=True,
                ),
                Field("title", "plain", _("Title"), required=True, by_language=True),
                Field(
                    "demo",
                    "flag",
                    _("Demonstration"),
                    _("Yes: the figures are examples, and every page says so."),
                ),
                Field("quote_valid_days", "number", _("Days a quote holds"), _("At most 3,650. Empty: 30.")),
                Field(
                    "time_zone",
                    "plain",
                    _("Time zone"),
                    _("Where its days begin and end, such as Asia/Kolkata."),
                    required=True,
                ),
                Field("source", "lines", _("Source"), _("Where the figures come from.")),
                Field(
                    "note", "lines", _("What is new"), _("What changed in this version, for your colleagues.")
                ),
            ),
        ),
        Section(
            "provider",
            _("Provider"),
            _("Provider"),
            _("Who charges the prices."),
            (
                Field("name", "plain", _("Name"), required=True),
                Field("country", "plain", _("Country"), _("Two letters, such as IN."), required=True),
                Field("address", "lines", _("Address")),
                Field("email", "plain", _("Email")),
                Field("phone", "plain", _("Phone")),
                Field("registration", "plain", _("Licence or registration number")),
                Field("tax_number", "plain", _("Tax number")),
            ),
        ),
        Section(
            "driver",
            _("Question"),
            _("Questions"),
            _("What patients are asked, in the order of the form."),
            (
                Field("kind", "word", _("Answer"), required=True, words=QUESTIONS),
                Field("role", "word", _("Part of the form"), required=True, words=ROLES),
                Field("label", "plain", _("Question"), required=True, by_language=True),
                Field("help", "lines", _("Help"), _("A sentence under the question."), by_language=True),
                *_when(),
                Field(
                    "open",
                    "flag",
                    _("May be left open"),
                    _("Yes: without an answer, what depends on it is not counted. It has no default then."),
                ),
                Field(
                    "unit",
                    "unit",
                    _("Unit"),
                    _("Such as “one: night, other: nights”, or one word."),
                    by_language=True,
                    kinds=("number",),
                ),
                Field(
                    "money",
                    "flag",
                    _("An amount of money"),
                    _("Yes: it is typed in the currency of the list."),
                    kinds=("number",),
                ),
                Field("least", "number", _("Minimum"), required=True, kinds=("number",)),
                Field("most", "number", _("Maximum"), required=True, kinds=("number",)),
                Field(
                    "step",
                    "number",
                    _("Step"),
                    _("Empty: 1, of money the smallest amount."),
                    kinds=("number",),
                ),
                Field(
                    "default",
                    "default",
                    _("Used when there is no answer"),
                    _("The code of an answer, a number, yes or no, or a day. Empty: an answer is needed."),
                ),
                Field(
                    "varies.less",
                    "number",
                    _("May turn out lower by"),
                    _("For the low case."),
                    kinds=("number",),
                ),
                Field(
                    "varies.more",
                    "number",
                    _("May turn out higher by"),
                    _("For the high case."),
                    kinds=("number",),
                ),
                Field("usual.low", "number", _("Usual, at the low end"), kinds=("number",)),
                Field(
                    "usual.likely",
                    "number",
                    _("Usual"),
                    _("What most people answer. All three are needed, or none."),
                    kinds=("number",),
                ),
                Field("usual.high", "number", _("Usual, at the high end"), kinds=("number",)),
                Field("source", "lines", _("Where what is usual comes from"), kinds=("number",)),
            ),
        ),
        Section(
            "choice",
            _("Answer"),
            _("Answers"),
            _("The possible answers to this question."),
            (
                _label(),
                _NOTE,
                Field("offered", "flag", _("Offered"), _("No: it is shown with the reason below.")),
                Field("why", "lines", _("Why it is not offered"), by_language=True),
                Field(
                    "no_charge",
                    "flag",
                    _("Costs nothing"),
                    _(
                        "Yes: this answer is meant to cost nothing. A type of cells, a stay or a rehabilitation that "
                        "no charge names cannot be published without it."
                    ),
                ),
                Field("evidence", "word", _("What is known about it"), words=EVIDENCE),
                Field(
                    "basis",
                    "lines",
                    _("Regulatory basis"),
                    _("The approval or trial registration under which it may be given."),
                    by_language=True,
                ),
            ),
        ),
        Section(
            "rule",
            _("Rule"),
            _("Rules"),
            _("Answers that are refused, and why."),
            (*_when(), Field("why", "lines", _("What patients read"), required=True, by_language=True)),
        ),
        Section(
            "group",
            _("Group"),
            _("Groups"),
            _("The headings of the estimate, and the total that each belongs to."),
            (
                _label(),
                Field(
                    "total", "word", _("Counts towards"), _("Empty: what the provider charges."), words=TOTALS
                ),
                Field("payee", "plain", _("Paid to"), _("If it is paid to somebody else."), by_language=True),
            ),
        ),
        Section(
            "stage",
            _("Stage"),
            _("Stages"),
            _("Parts of the treatment, in order. The estimate says what it has cost if it stops after each."),
            (_label(),),
        ),
        Section(
            "charge",
            _("Charge"),
            _("Charges"),
            _("What is charged, one line of the estimate each."),
            (
                _label(_("What patients read.")),
                _group(),
                _stage(),
                *_when(),
                Field(
                    "per",
                    "factors",
                    _("For each"),
                    _(
                        "The code of a number that is asked, such as nights. Several are multiplied, at most 20. "
                        "Empty: once."
                    ),
                    heading=_("How many"),
                ),
                Field("times", "number", _("Times"), _("A fixed factor, such as 2 for both ways.")),
                Field("included", "number", _("Free units"), _("This many units cost nothing.")),
                Field("block", "number", _("Sold in blocks of"), _("Started blocks are paid in full.")),
                Field(
                    "price",
                    "amount",
                    _("Price of a unit"),
                    AMOUNT_HELP,
                    heading=_("Price: fill in one of these"),
                ),
                Field(
                    "graduated",
                    "tiers",
                    _("Tiers: each unit at the price of its own tier"),
                    TIERS_HELP,
                ),
                Field(
                    "volume",
                    "tiers",
                    _("Tiers: all units at the price of the tier that the number falls in"),
                    _("Written in the same way."),
                ),
                Field(
                    "stairstep",
                    "tiers",
                    _("Tiers: the tier’s price is the whole amount"),
                    _("Written in the same way, without flat."),
                ),
                Field("percent", "percent", _("Percent of other charges"), _("Needs the next field.")),
                Field("of", "names", _("Percent of what"), _OF_HELP),
                Field(
                    "on_request",
                    "flag",
                    _("On request"),
                    _("Yes: there is no price yet. It is never counted as 0."),
                ),
                Field("at_least", "amount", _("At least"), AMOUNT_HELP, heading=_("Limits and notes")),
                Field("at_most", "amount", _("At most"), AMOUNT_HELP),
                _NOTE,
                Field("billing_code", "plain", _("Billing code"), _("A public or own code that is printed.")),
                _SOURCE,
            ),
        ),
        Section(
            "package",
            _("Package"),
            _("Packages"),
            _(
                "One price for several charges. Patients get the cheapest package, if it is cheaper than none."
            ),
            (
                _label(),
                _group(),
                _stage(),
                *_when(),
                Field("price", "amount", _("Price"), AMOUNT_HELP, required=True),
                Field(
                    "covers",
                    "covers",
                    _("Pays for"),
                    _("A charge and how many units of it, one a line: “ward: 7”, “tests: all”."),
                    required=True,
                ),
                _NOTE,
                _SOURCE,
            ),
        ),
        Section(
            "tax",
            _("Tax"),
            _("Taxes"),
            _("Taxes on charges, packages and groups."),
            (
                _label(),
                *_when(),
                Field("percent", "percent", _("Percent"), required=True),
                Field("of", "names", _("Percent of what"), _OF_HELP, required=True),
                Field(
                    "above",
                    "number",
                    _("Only what costs more than"),
                    _("Counts only amounts whose unit price is above this."),
                ),
                Field("included", "flag", _("Included"), _("Yes: the prices contain it already.")),
            ),
        ),
        Section(
            "commission",
            _("Commission"),
            _("Commissions"),
            _(
                "What somebody gets for having led the patient here; patients read it. The notice of a starting list "
                "that nobody does is a warning that has to be accepted by its name; better change that notice or "
                "remove it. Fill in a charge on top of the price, or an amount or a percent inside of it."
            ),
            (
                Field("payee", "plain", _("Who gets it"), required=True, by_language=True),
                Field(
                    "charge",
                    "name",
                    _("On top: the charge that it is"),
                    _("It stands in the estimate like any other charge, with its own conditions."),
                    names="charge",
                ),
                *_when(),
                Field("amount", "number", _("Inside: amount"), _("It is taken out of the price.")),
                Field("percent", "percent", _("Inside: percent"), _("At most 100. Needs the next field.")),
                Field("of", "names", _("Percent of what"), _OF_HELP),
                Field(
                    "source", "lines", _("Source"), _("The contract, for example. Patients do not see it.")
                ),
            ),
        ),
        Section(
            "payment",
            _("Payment"),
            _("Payments"),
            _(
                "The payment schedule. Fixed amounts come off first; the percents share the rest and add up to 100."
            ),
            (
                _label(),
                Field("due", "plain", _("When it is due"), required=True, by_language=True),
                Field("amount", "number", _("Fixed amount"), _("Fill in this or the percent.")),
                Field("percent", "percent", _("Percent of the rest")),
                Field(
                    "day_of",
                    "name",
                    _("Due by the day of"),
                    _(
                        "A question for a day, such as that of arrival. Quotes then say the date, once it is answered."
                    ),
                    names="driver",
                ),
                Field(
                    "days_before",
                    "number",
                    _("Days before that day"),
                    _("Empty: on the day itself. At most 365."),
                ),
            ),
        ),
        Section(
            "notice",
            _("Notice"),
            _("Notices"),
            _("Texts that stand beside the price."),
            (
                Field("kind", "word", _("Shown under"), required=True, words=NOTICES),
                *_when(),
                Field("text", "lines", _("Text"), required=True, by_language=True),
                Field(
                    "link",
                    "plain",
                    _("Link"),
                    _("A web address that begins with https://, at most 500 characters."),
                ),
            ),
        ),
        Section(
            "terms",
            _("Term"),
            _("Terms of quotes"),
            _(
                "What the law of the clinic’s country asks of a quote, or the clinic promises; each with its source."
            ),
            (
                Field("kind", "word", _("What is asked"), required=True, words=TERMS),
                Field(
                    "days",
                    "number",
                    _("Days"),
                    _("Whole days after the day of issue, or of acceptance; at most 365."),
                    required=True,
                    kinds=("accept_after", "take_back"),
                ),
                Field(
                    "percent",
                    "percent",
                    _("Percent above the quote"),
                    required=True,
                    kinds=("overrun",),
                ),
                Field("notice", "name", _("Notice"), required=True, kinds=("notice",), names="notice"),
                Field("field", "word", _("What is printed"), required=True, kinds=("print",), words=PRINTED),
                Field(
                    "source",
                    "lines",
                    _("Source"),
                    _("The law and its article, or where else it stands. Patients read it."),
                    required=True,
                ),
                Field(
                    "as_of", "day", _("As of"), _("The day as of which the source said so."), required=True
                ),
            ),
        ),
    )
}
"""The sections by name, in the order of the canonical text; "choice" stands inside of "driver"."""

NAMED_BY: Mapping[str, str | None] = {"rule": "why", "notice": "text", "commission": "payee", "terms": None}
"""The text by language that an entry of a section is called by, where that is not its label; None if it has none."""

ORDER: Mapping[str, Sequence[str]] = {name: section.keys for name, section in SECTIONS.items()}
"""The keys of each section in the order of the canonical text."""
