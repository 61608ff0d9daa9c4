"""A published version as files: its text, its spreadsheet, and its charges as CSV; the last two can be brought back."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from estimator.models import TableVersion
from estimator.price_lists import editing
from estimator.price_lists.editing import workbook
from estimator.price_lists.editing.sheets import sheets
from estimator.web.desk.price_lists.blueprint import pages, the_version
from estimator.web.desk.price_lists.spreadsheet import charges_of, end_of
from estimator.web.downloads import XLSX


@pages.get("/versions/<whole:version_id>/list.xlsx")
def version_xlsx(version_id: int) -> ResponseReturnValue:
    """Send a version as a spreadsheet: a sheet for each part, a row for each entry."""
    found = the_version(version_id)
    about = [("list", found.slug), ("version", found.version), ("sha256", found.sha256)]
    content = workbook.written(sheets(_data(found)), about, found.text)
    return _named(Response(content, mimetype=XLSX), found, ".xlsx")


@pages.get("/versions/<whole:version_id>/charges.csv")
@pages.get(
    "/versions/<whole:version_id>/charges-semicolons.csv",
    endpoint="version_csv_semicolons",
    defaults={"semicolons": True},
)
def version_csv(version_id: int, *, semicolons: bool = False) -> ResponseReturnValue:
    """Send the charges of a version as CSV, in which nothing is a formula."""
    found = the_version(version_id)
    mark = workbook.mark_of_version(found.sha256)
    answer = charges_of(_data(found), mark, semicolons=semicolons)
    return _named(answer, found, end_of(semicolons=semicolons))


@pages.get("/versions/<whole:version_id>/text")
def version_text(version_id: int) -> ResponseReturnValue:
    """Send the text of a version as a file."""
    found = the_version(version_id)
    return _named(Response(found.text, mimetype="application/toml"), found, ".toml")


def _data(version: TableVersion) -> editing.Data:
    return editing.look(version.text).data or {}


def _named(answer: Response, version: TableVersion, end: str) -> Response:
    """Give a file a name that says of which list it is, and from which day."""
    name = f"{version.slug}-{version.valid_from.isoformat()}{end}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
