"""The worked examples of a draft: plans whose totals somebody knows, beside what the draft makes of them."""

from __future__ import annotations

from typing import TypedDict

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import wording
from estimator.i18n import Reader, lazy_gettext
from estimator.i18n import gettext as _
from estimator.models import Draft
from estimator.price_lists import drafts, editing, worked_examples
from estimator.price_lists.worked_examples import BadExamples, Compared, Expected
from estimator.web import estimate_form
from estimator.web.desk.price_lists import tried
from estimator.web.desk.price_lists.blueprint import (
    conflict,
    head_of,
    number_in,
    pages,
    store,
    the_draft,
    to,
)
from estimator.web.desk.price_lists.try_it import driver_words, item_words, questions_of
from estimator.web.estimate_form import EstimateForm
from estimator.web.fields import TextField
from estimator.web.forms import Form, printable, summary
from estimator.web.language import current_reader
from pricing.table import PriceTable


class NameForm(Form):
    """What an example is called."""

    name = TextField(lazy_gettext("Name of the example"))


@pages.get("/drafts/<whole:draft_id>/examples")
def examples(draft_id: int) -> ResponseReturnValue:
    """Show the worked examples of a draft beside what it makes of them."""
    return _examples(the_draft(draft_id), NameForm(), None)


@pages.post("/drafts/<whole:draft_id>/examples")
def change_examples(draft_id: int) -> ResponseReturnValue:
    """Add an example, take over a new sum, or remove one."""
    draft = the_draft(draft_id)
    over = number_in("over")
    table = editing.look(draft.text).table
    back = url_for("price_lists.examples", draft_id=draft.id)
    named, form = NameForm(), None if table is None else estimate_form.build(table)
    act, _colon, name = printable(request.form.get("act", "")).partition(":")
    if over != draft.saves:
        return conflict(draft, draft.text, over, back)
    try:
        found = worked_examples.parsed(draft.examples)
        if act == "remove":
            found = worked_examples.removed(found, name)
        elif act == "take" and table is not None:
            kept = next((one for one in found if one.name == name), None)
            if kept is not None:
                found = worked_examples.put(found, worked_examples.made(name, kept.answers, table))
        elif act == "add" and table is not None:
            reader = current_reader()
            assert form is not None
            read = estimate_form.read(form, table, reader)
            if read.unreadable:
                form.refuse_answers(read.unreadable)
                return _examples(draft, named, form), 422
            found = worked_examples.put(found, worked_examples.made(named.name.data, read.answers, table))
        text = worked_examples.written(found)
    except BadExamples as bad:
        for sentence in bad.sentences:
            named.refuse(sentence, named.name)
        return _examples(draft, named, form), 422
    try:
        store(draft, draft.text, over, text)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, late.draft.text, over, back)
    return to("examples", draft_id=draft_id)


def _examples(draft: Draft, named: NameForm, form: EstimateForm | None) -> str:
    reader = current_reader()
    table = editing.look(draft.text).table
    broken: list[str] = []
    rows: list[ExampleRow] = []
    try:
        found = worked_examples.parsed(draft.examples)
    except BadExamples as bad:
        found, broken = [], list(bad.sentences)
    if table is not None:
        rows = [_example(row, table, reader) for row in worked_examples.compared(found, table)]
    if table is not None and form is None:
        form = estimate_form.build(table, tried.answers_of(draft, table))
    return render_template(
        "desk/examples.html",
        draft=head_of(draft),
        sound=table is not None,
        rows=rows,
        broken=broken,
        off=len([row for row in rows if not row["equal"]]),
        questions=[] if table is None or form is None else questions_of(form, table, reader),
        form=named,
        most=worked_examples.MOST,
        longest=worked_examples.LONGEST_NAME,
        errors=summary(named) if form is None else summary(named, form),
    )


class ExampleRow(TypedDict):
    """A worked example beside what the draft makes of it."""

    name: str
    answers: list[tuple[str, str]]
    equal: bool
    expected: str
    found: str
    problems: list[str]


def _example(row: Compared, table: PriceTable, reader: Reader) -> ExampleRow:
    drivers = {driver.code: driver for driver in table.drivers}
    answers = []
    for code, answer in row.example.answers.items():
        try:
            words = str(wording.answer_words(drivers[code], answer, table, reader))
        except (KeyError, ValueError):
            words = str(answer)
        answers.append((driver_words(table, code, reader), words))
    return {
        "name": row.example.name,
        "answers": answers,
        "equal": row.equal,
        "expected": _expected(row.example.expected, table, reader),
        "found": _expected(row.found, table, reader),
        "problems": [wording.problem_sentence(problem, reader) for problem in row.problems],
    }


def _expected(expected: Expected, table: PriceTable, reader: Reader) -> str:
    if expected.total is None:
        return _("refused")
    low, likely, high = expected.total
    words = reader.money(likely, table.currency)
    if low != high:
        words = _(
            "%(likely)s (%(low)s to %(high)s)", likely=words, low=reader.number(low), high=reader.number(high)
        )
    if expected.on_request:
        requests = ", ".join(item_words(table, code, reader) for code in expected.on_request)
        words = _("%(amount)s, on request: %(items)s", amount=words, items=requests)
    return words
