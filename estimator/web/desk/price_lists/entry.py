"""The form of one entry: a charge, a question, an answer, the head of the list; all of them are one template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from estimator import figures
from estimator.i18n import Reader, lazy_gettext
from estimator.i18n import gettext as _
from estimator.i18n import reader as reader_of
from estimator.models import Draft
from estimator.price_lists import drafts, editing
from estimator.price_lists.editing.parts import has_rows, typed_rows
from estimator.web import errors
from estimator.web.desk.price_lists.blueprint import (
    autosaved,
    conflict,
    data_at,
    head_of,
    number_in,
    pages,
    store,
    the_draft,
    to,
    typed,
    wants_json,
)
from estimator.web.desk.price_lists.first_day import FirstDayField
from estimator.web.desk.price_lists.in_forms import in_a_form
from estimator.web.desk.price_lists.labels import label_of, tags_of
from estimator.web.desk.price_lists.no_amount import not_an_amount
from estimator.web.desk.price_lists.problems import problems_in_words, warnings_of
from estimator.web.desk.price_lists.repeated import CHANGES_PRICES, still_said
from estimator.web.desk.price_lists.rows import RowsField, help_of, mending, rows_field
from estimator.web.desk.price_lists.undo import undo_of, undone
from estimator.web.fields import AreaField, ChoiceField, TextField
from estimator.web.forms import Form, lines_of, summary
from estimator.web.typed_figures import two_readings
from pricing import Problem
from pricing.problems import SENTENCES
from pricing.reading import CODE, LONGEST_CODE

MOST_NAMES = 300
"""Maximum number of names in a drop-down; where there are more, the code is typed."""


UNANSWERED = (
    "missing",
    "missing_main_text",
    "no_price",
    "no_choices",
    "rule_without_condition",
    "payment_amount_or_percent",
)
"""The kinds of problems that an entry has because nobody has filled it in yet; its form says what is needed."""


class CodeForm(Form):
    """The short name by which other entries call an entry."""

    code = TextField(lazy_gettext("Code"), render_kw={"dir": "ltr"})


@pages.route("/drafts/<whole:draft_id>/entry/<path:path>", methods=["GET", "POST"])
def entry(draft_id: int, path: str) -> ResponseReturnValue:
    """Show the form of an entry, or save what was typed into it."""
    draft = the_draft(draft_id)
    where = tuple(path.split("/"))
    if editing.section_of(where) is None:
        raise errors.Missing
    if request.method == "POST":
        return _post(draft, where)
    data = editing.look(draft.text).data
    if data is None:
        return to("text", draft_id=draft.id)
    if where not in (("header",), ("provider",)) and not isinstance(editing.get(data, where), dict):
        return to("text", draft_id=draft.id) if editing.get(data, where) is not None else _absent(draft)
    return render_template("desk/entry.html", **_shown(draft, data, where))


def _absent(draft: Draft) -> ResponseReturnValue:
    return to("overview", draft_id=draft.id)


def _post(draft: Draft, where: editing.Path) -> ResponseReturnValue:
    over, base = number_in("over"), number_in("base")
    act = request.form.get("act", "save")
    back = url_for("price_lists.entry", draft_id=draft.id, path="/".join(where))
    base_data = data_at(draft, base)
    now_data = editing.look(draft.text).data
    if now_data is None or over != draft.saves:
        start = base_data or now_data or {}
        mine = applied(start, start, where)
        return conflict(draft, editing.written(mine), base, back)
    data = applied(now_data, base_data, where)
    section, code = where[:-1], where[-1]
    if not section or not isinstance(editing.get(data, where), dict):
        act = "save"  # what is not an entry of a section can neither be copied nor removed
    kept = draft
    try:
        if act == "remove" and data is not now_data:
            # A save of its own, so that the one before the removal has what was typed.
            kept = store(draft, editing.written(data), over)
        data, where, problem = _done(draft, data, where, act)
        kept = store(kept, editing.written(data) if data is not now_data else draft.text, kept.saves)
    except drafts.ChangedMeanwhile as late:
        return conflict(late.draft, editing.written(data), base, back)
    if wants_json():
        return autosaved(kept, told(editing.look(kept.text), where))
    if act == "remove":
        return _without(kept, section, code)
    if problem is not None:
        shown = _shown(kept, editing.look(kept.text).data or {}, where)
        form = CodeForm()
        form.refuse(problem, form.code)
        return render_template(
            "desk/entry.html", **{**shown, "code_form": form, "errors": summary(form)}
        ), 422
    if act.startswith("more:"):
        key = act.removeprefix("more:")
        return to("entry", draft_id=kept.id, path="/".join(where), more=key, _anchor=f"f.{key}")
    if act == "add_answer":
        return to("add", draft_id=kept.id, path="/".join((*where, "choice")))
    return to("entry", draft_id=kept.id, path="/".join(where), saved=kept.saves)


def _done(
    draft: Draft, data: editing.Data, where: editing.Path, act: str
) -> tuple[editing.Data, editing.Path, str | None]:
    """Do what a button says; return the data, where the entry is then, and why its new code cannot be used."""
    section, code = where[:-1], where[-1]
    if act == "rename":
        new = CodeForm().code.data
        problem = bad_code(data, section, code, new)
        if problem is not None or new == code:
            return data, where, problem
        return editing.rename(data, section, code, new), (*section, new), None
    if act == "copy":
        new = editing.free_code(data, section, code)
        entry = editing.get(data, where) or {}
        return editing.add(data, section, new, entry, after=code), (*section, new), None
    if act == "remove":
        return editing.remove(data, section, code), where, None
    if act.startswith("undo:"):
        save, _colon, gone = act.removeprefix("undo:").partition(":")
        return undone(draft, data, (*where, "choice"), save, gone), where, None
    return data, where, None


def _without(kept: Draft, section: editing.Path, code: str) -> ResponseReturnValue:
    """Lead to where an entry was removed; that can be undone there."""
    asked = {"removed": code, "undo": kept.saves - 1}
    if len(section) > 1:
        return to("entry", draft_id=kept.id, path="/".join(section[:2]), **asked)
    return to("section", draft_id=kept.id, path=section[0], **asked)


def applied(data: editing.Data, base: editing.Data | None, where: editing.Path) -> editing.Data:
    """Return data with what was typed; an entry that somebody removed meanwhile is restored first."""
    if len(where) > 1 and base is not None and editing.get(data, where) is None:
        gone = editing.get(base, where)
        if isinstance(gone, dict):
            data = editing.add(data, where[:-1], where[-1], gone)
    return editing.typed_into(data, where, typed_rows(base or data, where, typed()), base)


def told(look: editing.Look, where: editing.Path) -> dict[str, Any]:
    """Return the errors and warnings of an entry's form for its script: "wrong" and "warned", sentences by control."""
    data = look.data or {}
    problems = _told_of(look, is_fresh=bool(request.form.get("fresh")))
    fields = [field_of(one, data) for one in editing.inputs(data, where, problems, warnings_of(look))]
    return {
        "wrong": {field.name: field.errors for field in fields},
        "warned": {field.name: field.warnings for field in fields},
    }


def _told_of(look: editing.Look, *, is_fresh: bool) -> list[Problem]:
    """Return the problems that a form tells: of a new entry that nobody has saved yet, not what is only missing."""
    return [one for one in look.problems if not (is_fresh and one.kind in UNANSWERED)]


def bad_code(data: editing.Data, section: editing.Path, old: str | None, new: str) -> str | None:
    """Return why a code cannot be used, None if it can."""
    if not CODE.match(new):
        return _(SENTENCES["bad_code"]).format(given=new[:LONGEST_CODE], most=LONGEST_CODE)
    if new != old and editing.free_code(data, section, new) != new:
        return _("The code “%(code)s” is used already. Choose another one.", code=new)
    return None


def _shown(draft: Draft, data: editing.Data, where: editing.Path) -> dict[str, Any]:
    look = editing.look(draft.text)
    section = editing.section_of(where)
    assert section is not None
    is_fresh = request.method == "GET" and request.args.get("fresh") == str(draft.saves)
    problems = _told_of(look, is_fresh=is_fresh)
    warnings = warnings_of(look)
    shown = editing.inputs(data, where, problems, warnings)
    rest = editing.elsewhere((*problems, *warnings), where, shown)
    alone = where in (("header",), ("provider",))
    own = editing.get(data, where) if not alone else None
    choices = (
        own.get("choice") if isinstance(own, dict) and where[0] == "driver" and len(where) == 2 else None
    )
    is_choice = isinstance(own, dict) and own.get("kind") == "choice" and len(where) == 2
    fields = [field_of(one, data) for one in shown]
    code_form = CodeForm(None, data={"code": "" if alone else where[-1]})
    return {
        "draft": head_of(draft),
        "section": section,
        "path": "/".join(where),
        "code": None if alone else where[-1],
        "title": _title(data, where, own),
        "fields": fields,
        "errors": lines_of(fields),
        "rest": problems_in_words(draft, rest),
        "answers": _answers(draft, where, choices, data) if is_choice or choices else None,
        "parent": _parent(draft, where, data),
        "saved": request.args.get("saved", "") == str(draft.saves),
        "is_fresh": is_fresh,
        "still_said": still_said(draft) if where[0] in CHANGES_PRICES else [],
        "undo": undo_of(draft, data, (*where, "choice")),
        "code_form": code_form,
        "neighbours": _neighbours(draft, where, data),
        "codes": _codes(_typed_kinds(shown, fields), data),
    }


def _title(data: editing.Data, where: editing.Path, own: Any) -> str:
    """What an entry is called; one that has no name of its own keeps the code that was made of what somebody typed."""
    label = editing.entry_label(own, editing.languages(data))
    has_name = editing.NAMED_BY.get(where[0], "label") is not None
    return label if has_name or not label else f"{where[-1]}: {label}"


def field_of(one: editing.Input, data: editing.Data, name: str | None = None) -> Any:
    """Return an input as a field with what stands in it, what is wrong with it, and what is unusual.

    It stands in no form, because what is typed is read into the text of the list, whatever its fields are.
    """
    tags = editing.languages(data)
    rows = rows_field(one, data, request.args.get("more", ""))
    if rows is not None:
        rows.label, rows.heading, rows.description = (
            str(one.field.label),
            one.field.heading,
            help_of(one.field.kind),
        )
        rows.place = f"{rows.label}:"
        return _told(rows, one, errors_of(one, data, mending(one.field.kind)), needed=one.field.required)
    reader = None if one.language is None else known_reader(one.language)
    options = _options(one, data) if one.control in ("select", "flag") else None
    label = str(one.field.label)
    if one.language is not None and len(tags) > 1:
        label = _("%(field)s, in %(language)s", field=label, language=reader.name if reader else one.language)
    kind: type[Any] = AreaField if one.control == "lines" else TextField
    attributes: dict[str, Any] = {
        "lang": one.language or False,
        "dir": reader.direction if reader else False,
        "spellcheck": False,
    }
    if one.control == "lines":
        attributes["rows"] = min(12, max(2, one.text.count("\n") + 1 + len(one.text) // 70))
        attributes["spellcheck"] = "true" if one.language else "false"
    elif one.control == "number":
        attributes |= {"class": "figure", "dir": "ltr"}
    if one.field.kind == "day":
        kind = FirstDayField
    values: dict[str, Any] = {}
    if options is not None:
        kind, values, attributes = ChoiceField, {"choices": options, "refusal": ""}, {}
    field = kind(
        label,
        name=name or f"f.{one.name}",
        description=one.field.help,
        render_kw=attributes,
        _form=None,
        _meta=Form.Meta(),
        **values,
    )
    field.process(None, one.text)
    field.heading = one.field.heading
    needed = one.field.required and (one.language is None or one.language == tags[0])
    field.place = f"{label}:"
    return _told(field, one, errors_of(one, data), needed=needed)


def _told(field: Any, one: editing.Input, problems: list[str], *, needed: bool) -> Any:
    """Put at a field what is said of it."""
    field.errors = problems
    field.warnings = [in_a_form(problem) for problem in one.warnings]
    field.is_needed = needed
    return field


def errors_of(one: editing.Input, data: editing.Data, help: Any = None) -> list[str]:
    """Return what is wrong with an input, each sentence once; `help` is what to write there, if not what it says."""
    help = help or one.field.help
    currency = editing.currency_of(data)
    problems = [in_a_form(problem, help) for problem in one.problems]
    if one.unreadable:
        both = figures.both(one.text, currency, percent=one.field.kind == "percent")
        if both is not None and one.control == "number":
            problems = [two_readings(one.text, both)]
        elif one.field.kind == "amount":
            problems = [not_an_amount(one.text, currency)]
        elif help:
            problems = [_("“%(typed)s” cannot be read here. %(help)s", typed=one.text[:60], help=help)]
    return list(dict.fromkeys(problems))


def _typed_kinds(shown: Sequence[editing.Input], fields: Sequence[Any]) -> set[str]:
    """The kinds of those fields in which codes are typed, because they cannot be filled in as rows."""
    both = zip(shown, fields, strict=True)
    return {one.field.kind for one, field in both if has_rows(one.field) and not isinstance(field, RowsField)}


def _codes(kinds: set[str], data: editing.Data) -> list[dict[str, Any]]:
    """The codes that fields of these kinds can name, with what each stands for."""
    tags = tags_of(data)
    found = []
    if kinds & {"condition", "factors"}:
        rows = []
        for code, part in editing.entries(data, ("driver",)).items():
            answers = editing.entries(data, ("driver", code, "choice"))
            named = [(own, editing.entry_label(answer, tags)) for own, answer in answers.items()]
            rows.append({"code": code, "label": editing.entry_label(part, tags), "answers": named})
        found.append({"heading": editing.SECTIONS["driver"].many, "rows": rows})
    if kinds & {"names", "covers"}:
        for name in ("group", "charge", "package"):
            entries = editing.entries(data, (name,))
            rows = [
                {"code": code, "label": editing.entry_label(part, tags), "answers": []}
                for code, part in list(entries.items())[:MOST_NAMES]
            ]
            found.append({"heading": editing.SECTIONS[name].many, "rows": rows})
    return [part for part in found if part["rows"]]


def known_reader(tag: str) -> Reader | None:
    """Return the reader of a language; None if nobody knows such a language."""
    try:
        return reader_of(tag)
    except ValueError:
        return None


def _options(one: editing.Input, data: editing.Data) -> list[tuple[str, str]] | None:
    """What can be chosen; what stands there now is always among it."""
    found: Mapping[str, Any]
    if one.control == "flag":
        found = {"yes": _("Yes"), "no": _("No")}
    elif one.field.words is not None:
        found = one.field.words
    else:
        entries = editing.entries(data, (one.field.names,))
        if len(entries) > MOST_NAMES:
            return None
        tags = tags_of(data)
        found = {code: editing.listed_label(part, tags) or code for code, part in entries.items()}
    options = [("", "–"), *((word, str(label)) for word, label in found.items())]
    if one.text and one.text not in found:
        options.append((one.text, one.text))
    return options


def _answers(draft: Draft, where: editing.Path, choices: Any, data: editing.Data) -> list[dict[str, Any]]:
    look = editing.look(draft.text)
    tags = tags_of(data)
    return [
        {
            "code": code,
            "label": editing.entry_label(part, tags),
            "offered": not (isinstance(part, dict) and part.get("offered") is False),
            "problems": len(editing.below(look.problems, ".".join((*where, "choice", code)))),
            "address": url_for(
                "price_lists.entry", draft_id=draft.id, path="/".join((*where, "choice", code))
            ),
        }
        for code, part in (choices.items() if isinstance(choices, dict) else ())
    ]


def _parent(draft: Draft, where: editing.Path, data: editing.Data) -> dict[str, str] | None:
    if len(where) == 1:
        return None
    if len(where) == 4:
        return {
            "address": url_for("price_lists.entry", draft_id=draft.id, path="/".join(where[:2])),
            "label": label_of(data, where[:2]),
        }
    return {
        "address": url_for("price_lists.section", draft_id=draft.id, path=where[0]),
        "label": str(editing.SECTIONS[where[0]].many),
    }


def _neighbours(draft: Draft, where: editing.Path, data: editing.Data) -> dict[str, str | None]:
    if len(where) == 1:
        return {}
    codes = list(editing.entries(data, where[:-1]))
    at = codes.index(where[-1]) if where[-1] in codes else -1
    found = {
        "before": codes[at - 1] if at > 0 else None,
        "after": codes[at + 1] if 0 <= at < len(codes) - 1 else None,
    }
    return {
        name: code and url_for("price_lists.entry", draft_id=draft.id, path="/".join((*where[:-1], code)))
        for name, code in found.items()
    }
