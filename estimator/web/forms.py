"""The base of every form: what a browser sent, whether it is of this visit, and what is wrong at each field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Self

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm
from wtforms.widgets import HiddenInput

from estimator.i18n import with_colon
from estimator.marked_text import joined
from estimator.web.compression import FormTokens

_NONCHARACTERS = "".join(
    chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
_UNPRINTABLE = re.compile(f"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]")

_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]$")


def printable(text: str) -> str:
    """Return a text with U+FFFD for every character that a page cannot contain."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def sent(texts: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return what was sent, as a page can show it again."""
    return MultiDict([(name, printable(text)) for name, text in texts.items(multi=True)])


class Form(FlaskForm):  # type: ignore[misc]
    """Reads what a browser's form sends, and nothing else; an error belongs to one of its fields or to it as a whole.

    Flask-WTF would take JSON as well, whose values need not be texts.
    """

    form_errors: list[str]

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How a form comes to its data, and how its controls are drawn."""

        csrf_class = FormTokens

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """Return what was sent in this request, or what stands in its address, printable; None if nothing was."""
            if formdata is not _Auto:
                return None if formdata is None else sent(formdata)
            return sent(request.form) if request.method == "POST" else None

        def get_translations(self, form: FlaskForm) -> None:
            """Return none: no page shows a word of WTForms itself, and loading them costs every request."""

        def render_field(self, field: Field, render_kw: Mapping[str, Any]) -> Any:
            """Draw a control with the attributes that its kind of field always has, unless a page says otherwise."""
            own = {**getattr(field, "attributes", {}), **(field.render_kw or {})}
            return super().render_field(field, {**own, **render_kw})

    def is_of_this_visit(self) -> bool:
        """Whether the CSRF token is valid, if the form has one; a form for which it is not must not be processed."""
        token = self._fields.get(self.meta.csrf_field_name)
        return token is None or bool(token.validate(self))

    def answers_are_right(self) -> bool:
        """Validate all fields without the CSRF token; errors are put at their fields."""
        self.validate()
        return not any(field.errors for field in self if field.type != "CSRFTokenField")

    def refuse(self, sentence: str, field: Field | None = None) -> Self:
        """Add an error to a field, or to the form as a whole, and return the form, to be shown again."""
        refuse(self, sentence, field)
        return self


def all_forms(of: type[Form] = Form) -> Iterator[type[Form]]:
    """Yield every class of forms that was loaded."""
    for form in of.__subclasses__():
        yield form
        yield from all_forms(form)


def refuse(form: BaseForm, sentence: str, field: Field | None = None) -> None:
    """Add an error to a field of any form, or to the form as a whole."""
    if field is None:
        form.form_errors = [*form.form_errors, sentence]
    else:
        field.errors = [*field.errors, sentence]


class Unnamed(str):
    """A sentence about a field that does not say which; the summary puts the field's name before it."""

    __slots__ = ()


class Line(NamedTuple):
    """One line of the summary above a page: what is wrong, and the id of the control that it is about."""

    target: str | None
    sentence: str


def summary(*forms: BaseForm) -> list[Line]:
    """Return every error of a page's forms, in the order of the page; what no control is about comes first."""
    whole = [Line(None, str(sentence)) for form in forms for sentence in form.form_errors]
    return [*whole, *(line for form in forms for line in lines_of(form))]


def lines_of(fields: Iterable[Field]) -> list[Line]:
    """Return the errors of fields that stand in no form of a class of its own."""
    return [line for field in fields for line in _lines(field)]


def _lines(field: Field) -> Iterable[Line]:
    if field.type == "CSRFTokenField":
        return []
    target = None if isinstance(field.widget, HiddenInput) else field.id
    return [Line(target, _named(field, sentence)) for sentence in field.errors]


def _named(field: Field, sentence: str) -> str:
    """Return what is wrong with a field, behind what the field is called where the sentence does not say so.

    That it is not required, which stands in brackets, says nothing about what is wrong. A field of a line or a row has
    a `place`, with its colon; one that is `called` something names itself whatever the sentence says.
    """
    if place := getattr(field, "place", ""):
        return joined(" ", (place, sentence))
    called = getattr(field, "called", None)
    if called is None and isinstance(sentence, Unnamed):
        called = _BRACKETS.sub("", str(field.label.text)).rstrip(":").rstrip()
    return with_colon(called, sentence) if called else sentence
