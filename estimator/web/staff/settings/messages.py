"""Templates of messages to whoever asks: a name for staff, words in each language, and whether one then waits."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import TypedDict

from flask import render_template, request
from flask.typing import ResponseReturnValue

from estimator import clinic
from estimator.clinic import LONGEST_NAME, LONGEST_TEXT, MOST_MESSAGES, PLACEHOLDERS, Clinic, MessageTemplate
from estimator.i18n import gettext as _
from estimator.i18n import lazy_gettext, reader
from estimator.web import errors, request_context
from estimator.web.fields import AreaField, LineField, TickField
from estimator.web.forms import Form, summary
from estimator.web.staff.paid_elsewhere import NotPaidElsewhere
from estimator.web.staff.settings.blueprint import MEANWHILE, change, done, pages

NEW = "new"
"""What stands in the address of a template that is not there yet."""


@lru_cache(maxsize=4)
def form_class(languages: tuple[str, ...]) -> type[Form]:
    """Return the form with a field for the words in each language: text-en."""
    fields = {
        "name": LineField(lazy_gettext("Name, for staff alone")),
        "waits": TickField(lazy_gettext("After it the request waits for the patient")),
        **{f"text-{tag}": AreaField(lazy_gettext("The message"), [NotPaidElsewhere()]) for tag in languages},
    }
    return type("MessageForm", (Form,), fields)


@pages.route("/messages/<code>", methods=["GET", "POST"])
def message(code: str) -> ResponseReturnValue:
    """Show a template, change it, add one, or remove it."""
    languages = request_context.settings().languages
    message_form = form_class(tuple(languages))
    stored = dict(clinic.current().messages)
    here = stored.get(code)
    if here is None and code != NEW and request.method != "POST":
        raise errors.Missing
    if request.method != "POST":
        return _form(code, message_form(None, data=_typed(here)))
    form = message_form()
    removing = request.form.get("act") == "remove"
    number = secrets.token_hex(5) if code == NEW else code
    if removing:
        stored.pop(code, None)
    else:
        # Words in a language that is not offered at the moment stay.
        hidden = (
            {} if here is None else {tag: text for tag, text in here.texts.items() if tag not in languages}
        )
        texts = {**hidden, **{tag: form[f"text-{tag}"].data for tag in languages}}
        form.validate()
        stored[number] = MessageTemplate(form["name"].data, texts, form["waits"].data)
    status = change(form, {"messages": stored})
    if status != 303:
        return _form(code, form, status)
    if removing and here is not None:
        return done(_("Removed: %(what)s.", what=here.name))
    return done(_("Saved: %(what)s.", what=form["name"].data))


class MessageRow(TypedDict):
    """One template, and the languages in which it has words."""

    code: str
    name: str
    languages: list[str]
    waits: bool


def overview(stored: Clinic) -> list[MessageRow]:
    """Return the templates, by their names."""
    found: list[MessageRow] = []
    for code, one in sorted(stored.messages.items(), key=lambda each: each[1].name.casefold()):
        languages = [reader(tag).name for tag in request_context.settings().languages if tag in one.texts]
        found.append({"code": code, "name": one.name, "languages": languages, "waits": one.waits})
    return found


def _typed(template: MessageTemplate | None) -> Mapping[str, object]:
    if template is None:
        return {}
    texts = {f"text-{tag}": text for tag, text in template.texts.items()}
    return {"name": template.name, "waits": template.waits, **texts}


def _form(code: str, form: Form, status: int = 200) -> ResponseReturnValue:
    theirs = clinic.current().messages.get(code) if status == MEANWHILE else None
    page = render_template(
        "staff/settings/message.html",
        form=form,
        new=code == NEW,
        theirs={} if theirs is None else theirs.texts,
        languages_here=[reader(tag) for tag in request_context.settings().languages],
        basis=clinic.bases()["messages"],
        placeholders=_meanings(),
        most=LONGEST_TEXT,
        longest_name=LONGEST_NAME,
        most_messages=MOST_MESSAGES,
        errors=summary(form),
    )
    return page, status


def _meanings() -> list[tuple[str, str]]:
    """Return every placeholder with what it stands for."""
    meanings = {
        "name": _("the name of whoever asks"),
        "patient": _("the name of the patient"),
        "reference": _("the reference of the request"),
        "provider": _("the name of the provider"),
    }
    return [(f"{{{name}}}", meanings[name]) for name in PLACEHOLDERS]
