"""A stored breakdown and its table, as the plain rows and sentences that every medium shows.

Page, PDF and command line draw the same rows; none of them computes or words anything itself. Amounts in a
breakdown are text already rounded, None is on request; here they get their currency and the reader's
separators, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from estimator.i18n import Reader, Words, lazy_gettext
from estimator.i18n import gettext as _
from pricing import BadAnswers, Problem
from pricing.problems import SENTENCES, say
from pricing.table import ChoiceDriver, DateDriver, Driver, NumberDriver, PriceTable

Breakdown = Mapping[str, Any]
"""A breakdown in the form of `pricing.Breakdown.as_dict`."""

SECTIONS = {
    "cell_type": lazy_gettext("Type of cells"),
    "sessions": lazy_gettext("Sessions"),
    "hospital_stay": lazy_gettext("Hospital stay"),
    "rehabilitation": lazy_gettext("Rehabilitation"),
    "extras": lazy_gettext("Travel and extras"),
    "about_you": lazy_gettext("About you"),
}
"""What the part of the form with the drivers of a role is called, in the order of the form."""

EVIDENCE = {
    "established": lazy_gettext("Established treatment"),
    "conditional": lazy_gettext("Approved under conditions"),
    "trial": lazy_gettext("Being studied in trials"),
    "unproven": lazy_gettext("Unproven"),
}

NOTICES = {
    "evidence": lazy_gettext("What is known about this treatment"),
    "legal": lazy_gettext("What the law says"),
    "risk": lazy_gettext("Risks and side effects"),
    "suitability": lazy_gettext("Who may benefit, and what it depends on"),
    "not_included": lazy_gettext("What is not included"),
    "before_you_pay": lazy_gettext("Before you pay"),
    "about_this_estimate": lazy_gettext("About this estimate"),
    "questions": lazy_gettext("Questions to ask any provider before you pay"),
}
"""The heading of each kind of notice, in the order in which a document shows them."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One question with its answer; `assumed` if nobody gave it and the table's default was used."""

    driver: str
    label: Words
    answer: Words
    assumed: bool
    evidence: str | None
    basis: Words | None


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """The answers of one part of the form."""

    heading: str
    rows: Sequence[AnswerRow]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of the itemised table.

    `amount` is an amount, "included" or "on request"; `span` is its range where low and high differ;
    `steps` are the sentences that work it out.
    """

    code: str
    package: bool
    discount: bool
    label: Words
    note: Words | None
    quantity: str
    unit: Words | None
    unit_price: str
    amount: str
    priced: bool
    span: str | None
    covered_by: Words | None
    steps: Sequence[str]
    billing_code: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class GroupRows:
    """The lines of one group. `share` is 0 to 1000: the length of its bar against the longest."""

    code: str
    total: str
    label: Words
    payee: Words | None
    rows: Sequence[ItemRow]
    amount: str
    span: str | None
    share: int


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax; `included` if the prices contain it already and nothing is added."""

    label: Words
    rate: str
    base: str
    amount: str
    included: bool
    span: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A labelled amount; `span` is its range, None where there is none."""

    label: Words
    amount: str
    span: str | None = None
    note: Words | None = None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice with its optional link."""

    text: Words
    link: str | None


@dataclass(frozen=True, slots=True)
class NoticeSection:
    """All notices of one kind under their heading."""

    kind: str
    heading: str
    rows: Sequence[NoticeRow]


@dataclass(frozen=True, slots=True)
class Headline:
    """The likely total in words, with its range and the reasons for the range.

    `at_least` is True while anything is on request: the amount is then not the whole amount.
    """

    amount: str
    at_least: bool
    span: str | None
    reasons: Sequence[str]
    on_request: Sequence[Words]


@dataclass(frozen=True, slots=True)
class Change:
    """What one other answer would do; `amount` is a signed amount, None if the answer would be refused.

    `remarks` say why it would be, and what else changes; `requests` only what would then be on request.
    """

    answer: Words
    instead_of: Words
    amount: str | None
    differs: bool
    remarks: Sequence[str]
    requests: Sequence[str]


@dataclass(frozen=True, slots=True)
class DriverChanges:
    """The nearest other answers to one question."""

    label: Words
    rows: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Rows:
    """A whole breakdown in the order in which a document shows it."""

    title: Words
    currency: str
    demo: bool
    headline: Headline
    answers: Sequence[AnswerSection]
    groups: Sequence[GroupRows]
    saving: str | None
    taxes: Sequence[TaxRow]
    totals: Sequence[Sum]
    stages: Sequence[Sum]
    payments: Sequence[Sum]
    notices: Sequence[NoticeSection]

    def notice(self, *kinds: str) -> list[NoticeSection]:
        """The notices of some kinds, in the order of NOTICES."""
        return [section for section in self.notices if section.kind in kinds]

    def notices_besides(self, *kinds: str) -> list[NoticeSection]:
        """All other notices."""
        return [section for section in self.notices if section.kind not in kinds]


def rows(breakdown: Breakdown, table: PriceTable, reader: Reader, given: Sequence[str] | None = None) -> Rows:
    """Word a whole breakdown for one reader.

    `given` are the drivers that somebody answered; the others took the table's default and say so. None
    means that every answer was given.
    """
    return _Wording(breakdown, table, reader).rows(given)


def headline(breakdown: Breakdown, table: PriceTable, reader: Reader) -> tuple[Headline, list[Sum]]:
    """Word only the likely total of a breakdown and the sums it is made of."""
    found = _Wording(breakdown, table, reader)
    return found.headline(), list(found.totals())


def notice_sections(
    codes: Sequence[str], table: PriceTable, reader: Reader, kinds: Sequence[str] = tuple(NOTICES)
) -> list[NoticeSection]:
    """Word notices by kind, in the order of NOTICES."""
    sections = []
    for kind in kinds:
        section = [
            NoticeRow(reader.words(notice.text, table.main_language), notice.link)
            for notice in table.notices
            if notice.kind == kind and notice.code in codes
        ]
        if section:
            sections.append(NoticeSection(kind, str(NOTICES[kind]), section))
    return sections


def problem_sentence(problem: Problem, reader: Reader) -> str:
    """Say one problem in the reader's language."""
    return say(problem, _(SENTENCES[problem.kind]), (reader.tag, "en"))


def problem_sentences(refusal: BadAnswers, reader: Reader) -> dict[str, list[str]]:
    """Say the problems of refused answers, by driver."""
    sentences: dict[str, list[str]] = {}
    for problem in refusal.problems:
        sentences.setdefault(problem.driver, []).append(problem_sentence(problem, reader))
    return sentences


def span(amounts: Mapping[str, str | None], currency: str, reader: Reader) -> str | None:
    """Say the range from the lowest to the highest of three amounts, None if they are all the same."""
    known = {amount for amount in amounts.values() if amount is not None}
    if len(known) < 2:
        return None
    ordered = sorted(known, key=Decimal)
    return _(
        "%(low)s to %(high)s",
        low=reader.money(ordered[0], currency),
        high=reader.number(ordered[-1]),
    )


def answer_words(driver: Driver, answer: str | bool, table: PriceTable, reader: Reader) -> Words:
    """Say an answer in normal form: a choice's label, a number with its unit, yes or no, a day."""
    main = table.main_language
    if isinstance(driver, ChoiceDriver):
        labels = {choice.code: choice.label for choice in driver.choices}
        return reader.words(labels[str(answer)], main)
    if isinstance(driver, NumberDriver):
        number = reader.number(str(answer))
        if driver.unit is None:
            return Words(number)
        unit = reader.unit(driver.unit, str(answer), main)
        return Words(f"{number} {unit}", unit.language, unit.direction)
    if isinstance(driver, DateDriver):
        return Words(reader.day(str(answer)))
    return Words(_("Yes") if answer else _("No"))


class _Wording:
    def __init__(self, breakdown: Breakdown, table: PriceTable, reader: Reader) -> None:
        self.breakdown = breakdown
        self.table = table
        self.reader = reader
        self.currency: str = breakdown["currency"]
        self.charges = {charge.code: charge for charge in table.charges}
        self.packages = {package.code: package for package in table.packages}
        self.labels: dict[str, Mapping[str, str]] = {
            row["code"]: row["label"] for row in (*breakdown["groups"], *breakdown["items"])
        }

    def rows(self, given: Sequence[str] | None) -> Rows:
        return Rows(
            title=self.words(self.table.title),
            currency=self.currency,
            demo=self.breakdown["demo"],
            headline=self.headline(),
            answers=list(self.answers(given)),
            groups=list(self.groups()),
            saving=self.saving(),
            taxes=[self.tax(tax) for tax in self.breakdown["taxes"]],
            totals=list(self.totals()),
            stages=[
                Sum(self.words(stage["label"]), *self.at_least(stage["cost_by_then"]))
                for stage in self.breakdown["stages"]
            ],
            payments=[
                Sum(
                    self.words(payment["label"]),
                    self.money(payment["amount"]),
                    note=self.words(payment["due"]),
                )
                for payment in self.breakdown["payments"]
            ],
            notices=notice_sections(self.breakdown["notices"], self.table, self.reader),
        )

    def words(self, text: Mapping[str, str]) -> Words:
        return self.reader.words(text, self.table.main_language)

    def money(self, amount: str) -> str:
        return self.reader.money(amount, self.currency)

    def at_least(self, amounts: Mapping[str, str]) -> tuple[str, str | None]:
        """A total and its range; "at least" while anything is on request."""
        amount = self.money(amounts["likely"])
        if self.breakdown["on_request"]:
            amount = _("at least %(amount)s", amount=amount)
        return amount, span(amounts, self.currency, self.reader)

    def headline(self) -> Headline:
        totals = self.breakdown["totals"]["total"]
        return Headline(
            amount=self.money(totals["likely"]),
            at_least=bool(self.breakdown["on_request"]),
            span=span(totals, self.currency, self.reader),
            reasons=list(self.reasons()),
            on_request=[self.words(self.labels[code]) for code in self.breakdown["on_request"]],
        )

    def reasons(self) -> Iterator[str]:
        """Why the total is a range: numbers that may turn out differently, and prices given as ranges."""
        for driver in self.table.drivers:
            if isinstance(driver, NumberDriver) and driver.code in self.breakdown["answers"]:
                less, more = driver.less or Decimal(0), driver.more or Decimal(0)
                if less or more:
                    yield self.variation(driver, less, more)
        reserve = {group["code"] for group in self.breakdown["groups"] if group["total"] == "reserve"}
        ranged = [
            str(self.words(item["label"]))
            for item in self.breakdown["items"]
            if item["group"] not in reserve
            and len(set(item["quantity"].values())) == 1
            and len(set(item["amount"].values())) > 1
            and item["steps"]
            and item["steps"][0]["kind"] != "percent"
        ]
        if ranged:
            yield _("These prices are given as a range: %(labels)s.", labels=_list(ranged))

    def variation(self, driver: NumberDriver, less: Decimal, more: Decimal) -> str:
        label = str(self.words(driver.label))
        number = self.reader.number
        if not less:
            return _("%(label)s: it may turn out up to %(more)s more.", label=label, more=number(more))
        if not more:
            return _("%(label)s: it may turn out up to %(less)s fewer.", label=label, less=number(less))
        return _(
            "%(label)s: it may turn out up to %(less)s fewer or %(more)s more.",
            label=label,
            less=number(less),
            more=number(more),
        )

    def answers(self, given: Sequence[str] | None) -> Iterator[AnswerSection]:
        answers = self.breakdown["answers"]
        for role, heading in SECTIONS.items():
            section = [
                self.answer(driver, answers[driver.code], given is not None and driver.code not in given)
                for driver in self.table.drivers
                if driver.role == role and driver.code in answers
            ]
            if section:
                yield AnswerSection(str(heading), section)

    def answer(self, driver: Driver, answer: str | bool, assumed: bool) -> AnswerRow:
        evidence = basis = None
        if isinstance(driver, ChoiceDriver):
            choice = next(choice for choice in driver.choices if choice.code == answer)
            evidence = None if choice.evidence is None else str(EVIDENCE[choice.evidence])
            basis = None if choice.basis is None else self.words(choice.basis)
        return AnswerRow(
            driver=driver.code,
            label=self.words(driver.label),
            answer=answer_words(driver, answer, self.table, self.reader),
            assumed=assumed,
            evidence=evidence,
            basis=basis,
        )

    def groups(self) -> Iterator[GroupRows]:
        paid = [group for group in self.breakdown["groups"] if group["total"] != "reserve"]
        longest = max((Decimal(group["amount"]["likely"]) for group in paid), default=Decimal(0))
        for group in self.breakdown["groups"]:
            likely = Decimal(group["amount"]["likely"])
            in_total = group["total"] != "reserve"
            yield GroupRows(
                code=group["code"],
                total=group["total"],
                label=self.words(group["label"]),
                payee=None if group["payee"] is None else self.words(group["payee"]),
                rows=[self.item(item) for item in self.breakdown["items"] if item["group"] == group["code"]],
                amount=self.money(group["amount"]["likely"]),
                span=span(group["amount"], self.currency, self.reader),
                share=int(1000 * likely / longest) if in_total and longest > 0 and likely > 0 else 0,
            )

    def item(self, item: Mapping[str, Any]) -> ItemRow:
        entry = self.packages.get(item["code"]) or self.charges[item["code"]]
        charge = self.charges.get(item["code"])
        likely = item["amount"]["likely"]
        covered = item["covered_by"]
        if likely is None:
            amount = _("on request")
        elif item["steps"] and all(step["kind"] in ("included", "covered") for step in item["steps"]):
            amount = _("included")
        else:
            amount = self.money(likely)
        unit = None
        if item["unit"] is not None:
            unit = self.reader.unit(item["unit"], item["quantity"]["likely"], self.table.main_language)
        return ItemRow(
            code=item["code"],
            package=item["kind"] == "package",
            discount=likely is not None and Decimal(likely) < 0,
            label=self.words(item["label"]),
            note=None if entry.note is None else self.words(entry.note),
            quantity=self.reader.number(item["quantity"]["likely"]),
            unit=unit,
            unit_price=self.unit_price(item),
            amount=amount,
            priced=likely is not None,
            span=span(item["amount"], self.currency, self.reader),
            covered_by=None if covered is None else self.words(self.labels[covered]),
            steps=[self.step(step) for step in item["steps"]],
            billing_code=None if charge is None else charge.billing_code,
            source=entry.source,
        )

    def unit_price(self, item: Mapping[str, Any]) -> str:
        """What stands in the column of unit prices; empty where there is no one price of a unit."""
        prices = [step for step in item["steps"] if step["kind"] in ("unit", "tier", "percent")]
        if len(prices) != 1:
            return _("by tier") if prices else ""
        step = prices[0]
        if step["kind"] == "percent":
            return self.reader.percent(step["percent"])
        if step["kind"] == "tier" and (step["mode"] == "stairstep" or step["flat"] is not None):
            return _("by tier")
        return self.money(step["price"])

    def step(self, step: Mapping[str, Any]) -> str:
        """One step of the arithmetic as a sentence."""
        number, money = self.reader.number, self.money
        match step["kind"]:
            case "included":
                return _("%(quantity)s included at no extra cost.", quantity=number(step["quantity"]))
            case "covered":
                return _(
                    "%(quantity)s paid by “%(package)s”.",
                    quantity=number(step["quantity"]),
                    package=self.label(step["by"]),
                )
            case "blocks":
                return _(
                    "Sold in blocks of %(size)s: %(quantity)s to pay for, each started one counts.",
                    size=number(step["size"]),
                    quantity=number(step["quantity"]),
                )
            case "unit":
                return _(
                    "%(quantity)s × %(price)s = %(amount)s",
                    quantity=number(step["quantity"]),
                    price=money(step["price"]),
                    amount=money(step["amount"]),
                )
            case "tier":
                return self.tier(step)
            case "percent":
                return _(
                    "%(percent)s of %(base)s (%(names)s) = %(amount)s",
                    percent=self.reader.percent(step["percent"]),
                    base=money(step["base"]),
                    names=_list([self.label(code) for code in step["of"]]),
                    amount=money(step["amount"]),
                )
            case "at_least":
                return _("It is never less than %(bound)s.", bound=money(step["bound"]))
            case "at_most":
                return _("It is never more than %(bound)s.", bound=money(step["bound"]))
            case "rounded":
                return _(
                    "%(exact)s is rounded to %(rounded)s.",
                    exact=money(step["from"]),
                    rounded=money(step["to"]),
                )
        return _("The provider names this price on request. It is not 0.")

    def tier(self, step: Mapping[str, Any]) -> str:
        number, money = self.reader.number, self.money
        if step["up_to"] is None:
            where = _("Above %(start)s", start=number(step["from"]))
        elif Decimal(step["from"]) == 0:
            where = _("Up to %(end)s", end=number(step["up_to"]))
        else:
            where = _("Above %(start)s, up to %(end)s", start=number(step["from"]), end=number(step["up_to"]))
        if step["mode"] == "stairstep":
            return _("%(where)s: %(amount)s in all", where=where, amount=money(step["amount"]))
        if step["flat"] is None:
            return _(
                "%(where)s: %(quantity)s × %(price)s = %(amount)s",
                where=where,
                quantity=number(step["quantity"]),
                price=money(step["price"]),
                amount=money(step["amount"]),
            )
        return _(
            "%(where)s: %(quantity)s × %(price)s + %(flat)s = %(amount)s",
            where=where,
            quantity=number(step["quantity"]),
            price=money(step["price"]),
            flat=money(step["flat"]),
            amount=money(step["amount"]),
        )

    def label(self, code: str) -> str:
        """The label of a charge, package or group, whether it stands in the breakdown or not."""
        if code in self.labels:
            return str(self.words(self.labels[code]))
        table = self.table
        labels = {charge.code: charge.label for charge in table.charges}
        labels |= {package.code: package.label for package in table.packages}
        labels |= {group.code: group.label for group in table.groups}
        return str(self.words(labels[code]))

    def saving(self) -> str | None:
        code, saves = self.breakdown["package"], self.breakdown["package_saves"]
        if code is None:
            return None
        return _(
            "“%(package)s” is used because it is cheaper here. It saves %(amount)s "
            "against the single prices.",
            package=self.label(code),
            amount=self.money(saves),
        )

    def tax(self, tax: Mapping[str, Any]) -> TaxRow:
        return TaxRow(
            label=self.words(tax["label"]),
            rate=self.reader.percent(tax["percent"]),
            base=self.money(tax["base"]["likely"]),
            amount=self.money(tax["amount"]["likely"]),
            included=tax["included"],
            span=span(tax["amount"], self.currency, self.reader),
        )

    def totals(self) -> Iterator[Sum]:
        """The three totals and their sum; others and reserve only where the table has such groups."""
        present = {group["total"] for group in self.breakdown["groups"]}
        totals = self.breakdown["totals"]
        provider = _("To %(provider)s", provider=self.table.provider.name)
        yield Sum(Words(provider), *self.at_least(totals["provider"]))
        if "others" in present:
            yield Sum(Words(_("To others, such as hotel and airline")), *self.at_least(totals["others"]))
            yield Sum(Words(_("All together")), *self.at_least(totals["total"]))
        if "reserve" in present:
            amount = self.money(totals["reserve"]["likely"])
            label = Words(_("To keep in reserve; not part of the price"))
            yield Sum(label, amount, span(totals["reserve"], self.currency, self.reader))


def changes(
    alternatives: Sequence[Any], breakdown: Breakdown, table: PriceTable, reader: Reader
) -> list[DriverChanges]:
    """Word `pricing.explore.sensitivity`: what the nearest other answers would do to the likely total."""
    main, currency = table.main_language, breakdown["currency"]
    labels = {entry.code: entry.label for entry in table.charges}
    sections = []
    for driver in table.drivers:
        found = [row for row in alternatives if row.driver == driver.code]
        if not found:
            continue
        before = answer_words(driver, breakdown["answers"][driver.code], table, reader)
        section = []
        for row in found:
            remarks = [problem_sentence(problem, reader) for problem in row.problems]
            for code, answer in row.assumed.items():
                other = next(entry for entry in table.drivers if entry.code == code)
                remarks.append(
                    _(
                        "This asks one more question, “%(label)s”; we used: %(answer)s.",
                        label=reader.words(other.label, main),
                        answer=answer_words(other, answer, table, reader),
                    )
                )
            requests = [
                _("“%(label)s” is then on request.", label=reader.words(labels[code], main))
                for code in row.on_request
            ]
            likely = None if row.change is None else row.change[1]
            section.append(
                Change(
                    answer=answer_words(driver, row.answer, table, reader),
                    instead_of=before,
                    amount=None if likely is None else reader.money(likely, currency, sign=True),
                    differs=bool(likely),
                    remarks=[*remarks, *requests],
                    requests=requests,
                )
            )
        sections.append(DriverChanges(reader.words(driver.label, main), section))
    return sections


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands at the head of a document: which one it is, whose, and until when it holds.

    `created` is the moment as ISO text. A document that is not `saved` has no reference and no link.
    """

    reference: str
    saved: bool
    provider: str
    address: str | None
    registration: str | None
    contact: str | None
    made_on: str
    valid_until: str
    time_zone: str
    version: str
    valid_from: str
    created: str


def head(
    table: PriceTable, reader: Reader, *, reference: str | None, created: datetime, valid_until: date
) -> Head:
    """Word the head of an estimate; days are those of the table's time zone."""
    provider = table.provider
    return Head(
        reference=reference or _("not saved"),
        saved=reference is not None,
        provider=provider.name,
        address=provider.address,
        registration=provider.registration,
        contact=provider.email,
        made_on=reader.moment(created, table.time_zone),
        valid_until=reader.day(valid_until),
        time_zone=table.time_zone,
        version=table.version,
        valid_from=reader.day(table.valid_from),
        created=created.isoformat(timespec="seconds"),
    )
