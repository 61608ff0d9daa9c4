"""A price list that was closed, told to whoever opens its form, or was filling it in, with all that they typed."""

from __future__ import annotations

from collections.abc import Iterator

from flask import request, url_for
from flask.typing import ResponseReturnValue

from estimator import price_lists
from estimator.i18n import gettext as _
from estimator.models import TableVersion
from estimator.web import errors, request_context, typed_answers


class Closed(errors.Missing):
    """A price list is closed, so that nobody can answer its questions any more."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(slug)

    def answer(self) -> ResponseReturnValue:
        """Return the page that says so."""
        return page(self.slug)


def page(slug: str) -> ResponseReturnValue:
    """Return the page that says that a list is closed, with the answers that were sent and the way to the others."""
    last = next(iter(price_lists.versions(slug)), None)
    others = bool(price_lists.all_in_force(request_context.now()))
    return errors.page(
        404,
        _("This price list is closed"),
        _("No new estimates are made from it."),
        *_whom_to_ask(last),
        way_out=(url_for("patient.start"), _("To the other price lists")) if others else None,
        kept=typed_answers.kept(last) if request.method == "POST" else (),
    )


def _whom_to_ask(version: TableVersion | None) -> Iterator[str]:
    table = None if version is None else price_lists.parsed(version)
    if table is not None and not table.demo and (contact := table.provider.email or table.provider.phone):
        yield f"{_('Questions about these prices?')} {contact}"
