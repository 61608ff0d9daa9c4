"""A price list that was closed, told to whoever opens its form, or was filling it in, with all that they typed."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists
from estimator.i18n import Reader
from estimator.i18n import gettext as _
from estimator.models import TableVersion
from estimator.web import errors, estimate_form, request_context
from estimator.web.forms import printable
from estimator.web.language import current_reader


def page(slug: str) -> ResponseReturnValue:
    """Return the page that says that a list is closed, with the answers that were sent and the way to the others."""
    reader = current_reader()
    last = next(iter(price_lists.versions(slug)), None)
    others = bool(price_lists.all_in_force(request_context.now()))
    return errors.page(
        404,
        _("This price list is closed"),
        _("No new estimates are made from it."),
        *_whom_to_ask(last),
        way_out=(url_for("patient.start"), _("To the other price lists")) if others else None,
        kept=_kept(slug, last, reader) if request.method == "POST" else (),
    )


def _whom_to_ask(version: TableVersion | None) -> Iterator[str]:
    table = None if version is None else price_lists.parsed(version)
    if table is not None and not table.demo and (contact := table.provider.email or table.provider.phone):
        yield f"{_('Questions about these prices?')} {contact}"


def _kept(slug: str, last: TableVersion | None, reader: Reader) -> list[str]:
    """Return what was answered, in the words of the form that was filled in."""
    of_form = price_lists.of_hash(printable(request.form.get("table_sha256", "")))
    version = of_form if of_form is not None and of_form.slug == slug else last
    lines = [] if version is None else list(_lines(version, reader))
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
                yield _(
                    "%(label)s: %(answer)s",
                    label=question.label.text.removesuffix(":").rstrip(),
                    answer=answer,
                )
