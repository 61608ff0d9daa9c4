"""Accepting a quote: a name, the exact words that are agreed to, and a page to check them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal, get_args

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from estimator import price_lists, quotes
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, listed_apart, speaking, with_colon
from estimator.i18n import reader as reader_of
from estimator.models import QuoteRevision
from estimator.web import client_network, errors, request_context, whole_numbers
from estimator.web.fields import CarriedField, SignatureField, TickField, TicksField
from estimator.web.forms import Form, summary
from estimator.web.language import current_reader, is_switching
from estimator.web.patient.quote import accepted_lines, blueprint
from estimator.web.patient.quote.blueprint import Opened, Short, pages
from estimator.web.request_context import act
from estimator.web.transaction import committing
from estimator.web.validators import Filled, NotTooLong, PrintableLine
from estimator.wording import FirmRows, OptionRow
from estimator.wording.rows import AnswerRow
from pricing import PriceTable, quote_options, quote_plans
from pricing.left_open import depending
from pricing.stored import StoredQuote

LONGEST_NAME = 200
LONGEST_SENTENCE = 10_000

PLAN_LINES = 5
"""Maximum number of lines in which the plan is repeated; the part about the person comes after them."""

Mark = Literal["wholly", "partly"]
"""How much of what is paid for an answer is paid to others."""

MARKS: tuple[Mark, ...] = get_args(Mark)


class AcceptForm(Form):
    """A name and a tick, for one revision, one of its plans where it has several, and one sentence.

    `option` are the lines that are ticked to be taken, `taken` their numbers as the following pages carry them.
    """

    revision = CarriedField()
    plan = CarriedField()
    option = TicksField(lazy_gettext("Tick what you want to take"))
    taken = CarriedField()
    sentence = CarriedField(most=LONGEST_SENTENCE)
    typed_name = SignatureField(
        lazy_gettext("Your full name"),
        [
            Filled(lazy_gettext("Enter your full name.")),
            NotTooLong(LONGEST_NAME, lazy_gettext("Shorten the name to %(most)s characters.")),
            PrintableLine(),
        ],
    )
    agreed = TickField(validators=[Filled(lazy_gettext("Tick the sentence if you agree to it."))])
    act = CarriedField()

    def carried_lines(self) -> list[int]:
        """Return the numbers of the lines that the last page carries to be taken."""
        return _numbers(sorted(set((self.taken.data or "").split())))


@pages.route("/quote/<number>/accept", methods=["GET", "POST"])
def accept(number: str) -> ResponseReturnValue:
    """Ask for a name and a tick, show both once more, and accept the newest revision."""
    found = blueprint.let_in(number)
    rows = blueprint.rows_of(found.newest)
    form = AcceptForm()
    posted = request.method == "POST"
    if not posted:
        form.plan.data = request.args.get("plan", "")
    worded = rows.by_plan().get(form.plan.data or "")
    barred = _barred(found, form, worded, posted)
    if barred is not None or worded is None:
        return blueprint.no_plan(found) if barred is None else barred
    asked = _Asked(found, rows, worded, form)
    return _step(found, asked) if posted else asked.page()


def _barred(
    found: Opened, form: AcceptForm, worded: FirmRows | None, posted: bool
) -> ResponseReturnValue | None:
    """Return what is said in place of the question where it cannot be asked; None where it can.

    Also None for a form that names no plan of the quote.
    """
    if posted and found.state == "accepted" and blueprint.is_the_newest(found, form.revision.data):
        return _already(
            found, form.plan.data or "", form.carried_lines() if form.act.data == "accept" else None
        )
    if found.state != "current" or (posted and not blueprint.is_the_newest(found, form.revision.data)):
        return blueprint.refused(found)
    first = quotes.waits_until(found.newest, request_context.now())
    if first is not None:
        return blueprint.not_yet(found, first)
    if worded is None and not posted:
        return redirect(url_for("quote.page", number=found.quote.number, _anchor="plans"), code=303)
    return None


def _step(found: Opened, asked: _Asked) -> ResponseReturnValue:
    """Read what was sent, and show the question again, what was answered, or accept."""
    form = asked.form
    if asked.taken is None:
        if not is_switching() and not form.is_of_this_visit():
            form.refuse(blueprint.ended_visit())
            return asked.page(400)
        return asked.page()
    if is_switching():
        form.agreed.data = False  # its words are now others
        return asked.page()
    if not form.is_of_this_visit():
        form.refuse(blueprint.ended_visit())
        return asked.page(400)
    if form.act.data in ("change", "choose"):
        return asked.page()
    if not form.validate():
        return asked.page(422)
    if form.act.data != "accept":
        return asked.page(checking=True)
    if form.sentence.data != asked.sentence:
        form.refuse(_("The sentence is now in another language. Read it before you go on."))
        return asked.page(409, checking=True)
    return _accept(found, asked)


@pages.post("/quote/<number>/accept/total")
def total(number: str) -> ResponseReturnValue:
    """Say what the lines that are ticked come to together, for the panel of the page."""
    found = blueprint.let_in(number)
    rows = blueprint.rows_of(found.newest)
    form = AcceptForm()
    worded = rows.by_plan().get(form.plan.data or "")
    if worded is None or not rows.options:
        raise errors.Missing
    form.act.data = "total"
    panel = _Asked(found, rows, worded, form).panel()
    html = render_template("patient/_options_total.html", total=panel)
    return jsonify(
        {"html": html, "spoken": _("With what you have ticked: %(total)s", total=panel["together"])}
    )


class _Asked:
    """The question whether a revision is accepted, with what was answered; asks the database nothing more."""

    def __init__(self, found: Opened, rows: FirmRows, plan: FirmRows, form: AcceptForm) -> None:
        short: Short = blueprint.short(found.newest, rows, plan.plan)
        content = quote_plans.by_plan(quotes.content_of(found.newest))[plan.plan]
        self.content, self.options = content, rows.options
        self.taken = _taken(form, self.options)
        short = blueprint.with_taken(short, content, rows, self.taken or [])
        self.form, self.short = form, short
        self.plan_in = reader_of(found.newest.language)
        with speaking(self.plan_in):
            self.plan = list(_plan(plan, _Payees(content, price_lists.parsed(found.newest.table_version))))
        self.links = {"back": found.link, "action": url_for("quote.accept", number=short.number)}
        self.language = current_reader().tag
        self.name = form.typed_name.data
        self.sentence = _sentence(short)
        self.first = [row.text for row in rows.first]
        self.evidence = [section.rows[0].in_short for section in rows.notice("evidence")]
        self.not_included = rows.notice("not_included")
        self.terms = list(_terms(found.newest, bool(plan.beside)))
        if plan.plan:
            self.terms.insert(0, _("The other plans of this quote are closed when you accept this one."))

    def page(self, status: int = 200, checking: bool = False) -> ResponseReturnValue:
        """Show the question, or what was answered once more; first of all, what may be taken with it."""
        if self.taken is None:
            return self._choosing(status)
        return render_template(
            "patient/quote_accept.html",
            errors=summary(self.form),
            form=self.form,
            checking=checking,
            short=self.short,
            plan=self.plan,
            not_included=self.not_included,
            first=self.first,
            evidence=self.evidence,
            plan_in=None if self.plan_in.tag == self.language else self.plan_in,
            terms=self.terms,
            sentence=self.sentence,
            links=self.links,
            taken=" ".join(map(str, self.taken)) if self.options else None,
        ), status

    def _choosing(self, status: int) -> ResponseReturnValue:
        return render_template(
            "patient/quote_options.html",
            errors=summary(self.form),
            form=self.form,
            short=self.short,
            options=self.options,
            plan_in=None if self.plan_in.tag == self.language else self.plan_in,
            total=self.panel(),
            links={
                **self.links,
                "total": url_for("quote.total", number=self.short.number),
            },
        ), status

    def panel(self) -> dict[str, str]:
        """Return what the page says of the total while lines are ticked: without them, and with them."""
        ticked = _numbers(self.form.option.ticked)
        return {"firm": self.short.firm, "together": _money(self.content, ticked)}


def _money(content: StoredQuote, taken: Sequence[int]) -> str:
    """Say what a plan comes to with some of the lines that may be taken."""
    total = quote_options.written(quote_options.total_with(content, taken), content)
    return current_reader().money(total, content["currency"])


def _taken(form: AcceptForm, options: Sequence[OptionRow]) -> list[int] | None:
    """Return the numbers of the lines that are taken; None while nobody has chosen, empty where none is offered."""
    if not options:
        return []
    form.option.choices = [(str(row.number), with_colon(row.label, row.amount)) for row in options]
    offered = {str(row.number) for row in options}
    if request.method != "POST" or form.act.data in ("total", "options"):
        if form.act.data == "options":
            form.option.data = (form.taken.data or "").split()
        return None
    if form.act.data == "choose":
        return _numbers(form.option.ticked)
    sent = (form.taken.data or "").split()
    if "taken" not in request.form or not offered.issuperset(sent):
        return None
    return _numbers(sorted(set(sent)))


def _numbers(ticked: Sequence[str]) -> list[int]:
    """Return the numbers of lines that are offered."""
    return [number for number in map(whole_numbers.read, ticked) if number is not None]


def _sentence(short: Short) -> str:
    """Return the words that are agreed to."""
    if short.taken:
        alone = _sentence(replace(short, taken=[]))
        lines = _("With it I take: %(lines)s.", lines=listed_apart(line.label for line in short.taken))
        return f"{alone} {lines}"
    said = {key: getattr(short, key) for key in ("number", "revision", "provider", "total")}
    if short.plan:
        return _(
            "I accept plan %(plan)s of the firm quote %(number)s, revision %(revision)s, of %(provider)s for "
            "%(total)s. I have read what is included and what is not.",
            plan=short.plan,
            **said,
        )
    return _(
        "I accept the firm quote %(number)s, revision %(revision)s, of %(provider)s for %(total)s. "
        "I have read what is included and what is not.",
        **said,
    )


def _already(found: Opened, plan: str, lines: Sequence[int] | None) -> ResponseReturnValue:
    """Say what was accepted before; a button that was pressed twice leads to the same page as once.

    `lines` are those that were to be taken with the last press, None before it.
    """
    agreed = quotes.agreed(found.newest)
    if agreed is not None and agreed.plan != plan:
        return blueprint.other_plan(found, agreed.plan)
    if agreed is not None and lines is not None and sorted(lines) != sorted(agreed.taken):
        taken = next(accepted_lines.sentences(found.newest), _("Nothing was taken with it."))
        return blueprint.other_lines(found, taken)
    return redirect(url_for("quote.answered", number=found.quote.number), code=303)


def _plan(rows: FirmRows, payees: _Payees) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the plan in a few lines: what each part of the form was answered, but for the person's health.

    Where several answers of a part are paid to others that is said once, in sentences of their own.
    """
    for section in rows.answers[:PLAN_LINES]:
        marks = {row.driver: payees.mark(row.driver) for row in section.rows}
        told = [mark for mark in MARKS if list(marks.values()).count(mark) > 1]
        answers = [
            _answer(row, None if (mark := marks[row.driver]) in told else mark) for row in section.rows
        ]
        if len(answers) > 1:
            answers = [
                with_colon(row.label, answer) for row, answer in zip(section.rows, answers, strict=True)
            ]
        once = [
            _once(mark, listed_apart(row.label for row in section.rows if marks[row.driver] == mark))
            for mark in told
        ]
        yield section.heading, listed_apart(answers), once


def _once(mark: Mark, names: str) -> str:
    """Say of several answers what of them is not part of the price that is agreed to."""
    if mark == "partly":
        return _("What is paid to others for these is not part of this price: %(names)s", names=names)
    return _("Paid to others, not part of this price: %(names)s", names=names)


class _Payees:
    """Whom the answers to a question are paid to, in one plan."""

    def __init__(self, content: StoredQuote, table: PriceTable) -> None:
        self._table = table
        totals = {group["code"]: group["total"] for group in content["breakdown"]["groups"]}
        self._total_of = {
            item["code"]: totals[item["group"]]
            for item in content["breakdown"]["items"]
            if item["amount"]["high"] is None or Decimal(item["amount"]["high"])
        }

    def mark(self, driver: str) -> Mark | None:
        """Return whether what is paid for an answer is paid to others, wholly or partly; None if nothing of it is."""
        charged = depending(self._table, [driver])
        totals = {self._total_of[code] for code in charged if code in self._total_of}
        if "others" not in totals:
            return None
        return "partly" if "provider" in totals else "wholly"


def _answer(row: AnswerRow, mark: Mark | None) -> str:
    """Say an answer, and what of it is not part of the price that is agreed to."""
    said = _("%(answer)s (not answered)", answer=row.answer) if row.assumed else row.answer.marked
    if mark is None:
        return said
    if mark == "partly":
        return _("%(answer)s (what is paid to others for it is not part of this price)", answer=said)
    return _("%(answer)s (paid to others, not part of this price)", answer=said)


def _terms(revision: QuoteRevision, beside: bool) -> list[str]:
    days = quotes.days_to_take_back(act(), revision)
    found = []
    if days:
        found += [
            _(
                "If you accept today, you can take it back until %(until)s, without giving a reason.",
                until=blueprint.last_day(revision, days),
            ),
            _("Nothing is to be paid before that."),
        ]
    else:
        found.append(
            _("There are no days in which it could be taken back here: ask first if you are not sure.")
        )
    if beside:
        found.append(_("What is paid to others, and the reserve, are not part of it."))
    return found


def _accept(found: Opened, asked: _Asked) -> ResponseReturnValue:
    revision = found.newest
    try:
        with committing():
            quotes.accept(
                act(),
                revision,
                typed_name=asked.name,
                agreed_to=str(asked.sentence),
                language=asked.language,
                network=client_network.recorded(),
                pdf_sha256=revision.pdf_sha256,
                plan=asked.short.plan or None,
                taken=asked.taken or (),
            )
    except (quotes.NotCurrent, quotes.AlreadyDecided) as refusal:
        if isinstance(refusal, quotes.AlreadyDecided) and refusal.kind == "accepted":
            return _already(blueprint.let_in(asked.short.number), asked.short.plan, asked.taken or [])
        return blueprint.refused(replace(found))
    except quotes.TooEarly as early:
        return blueprint.not_yet(found, early.day)
    except quotes.TooOften:
        asked.form.refuse(
            _(
                "You have accepted this quote and taken that back too often today. Try again tomorrow, or write to us."
            )
        )
        return asked.page(429, checking=True)
    except DBAPIError as error:
        asked.form.refuse(blueprint.kept_here(error))
        return asked.page(503, checking=True)
    return redirect(url_for("quote.answered", number=asked.short.number), code=303)
