"""What somebody has answered in the form of a price list, in its words, for a page that cannot keep it otherwise."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from flask.typing import ResponseReturnValue

from estimator import price_lists
from estimator.i18n import Reader, with_colon
from estimator.i18n import gettext as _
from estimator.models import TableVersion
from estimator.web import errors, estimate_form
from estimator.web.fields import TextField
from estimator.web.forms import Form, printable
from estimator.web.language import current_reader


class Gone(errors.Missing):
    """What somebody was giving other answers to is gone."""

    def answer(self) -> ResponseReturnValue:
        """Return the page for whatever does not exist, with the answers."""
        return errors.missing(kept=kept(None) or errors.typed())


class GoneWithForm(errors.Missing):
    """What somebody was filling in a form about is gone."""

    def __init__(self, form: type[Form]) -> None:
        super().__init__()
        self.form = form

    def answer(self) -> ResponseReturnValue:
        """Return the page for whatever does not exist, with what was typed by hand."""
        return errors.missing(kept=by_hand(self.form))


@contextmanager
def keeping(form: type[Form] | None = None) -> Iterator[None]:
    """Keep what was sent for the page that says that something is missing; a decorator of what takes forms.

    Those are the answers to a price list; of another `form` it is what was typed by hand.
    """
    try:
        yield
    except errors.Missing as missing:
        if request.method == "POST" and type(missing) is errors.Missing:
            raise (Gone() if form is None else GoneWithForm(form)) from None
        raise


class Labelled(str):
    """What was typed into a field, with what the field is called."""

    __slots__ = ("label",)
    label: str


def by_hand(form: type[Form]) -> list[Labelled]:
    """Return what was typed into the text fields of a form, in their order; nothing chosen or carried along."""
    found = []
    fields = [(name, field) for name, field in inspect.getmembers(form) if hasattr(field, "field_class")]
    for name, field in sorted(fields, key=lambda one: one[1].creation_counter):
        typed = printable(errors.sent_form().get(name, ""))
        if issubclass(field.field_class, TextField) and typed.strip():
            text = Labelled(typed)
            text.label = str(field.args[0])
            found.append(text)
    return found


def kept(version: TableVersion | None) -> list[str]:
    """Return what was answered, as one text in the words of the form; it is empty where nothing was answered.

    The form is that of the version that it names itself; else, or if that is of another price list, that of `version`.
    """
    of_form = price_lists.of_hash(printable(errors.sent_form().get("table_sha256", "")))
    asked = of_form if of_form is not None and (version is None or of_form.slug == version.slug) else version
    lines = [] if asked is None else list(_lines(asked, current_reader()))
    return ["\n".join(lines)] if lines else []


def _lines(version: TableVersion, reader: Reader) -> Iterator[str]:
    """Yield each question that was answered with its answer, in the order of the form."""
    table = price_lists.parsed(version)
    form = estimate_form.build(table)
    for section in estimate_form.sections(form, table, reader, [driver.code for driver in table.drivers]):
        for question in section.questions:
            if question.only is not None:
                continue
            if question.options:
                answer = next((option.label.text for option in question.options if option.chosen), "")
            elif isinstance(question.typed, dict):
                answer = " ".join(filter(None, (str(part or "") for part in question.typed.values())))
            elif question.kind == "yes_no":
                answer = {"yes": _("Yes"), "no": _("No")}.get(question.typed, "")
            else:
                answer = str(question.typed or "")
            if answer := printable(answer)[: estimate_form.LONGEST_ANSWER].strip():
                yield with_colon(question.label.text.removesuffix(":").rstrip(), answer)
