"""Lists that are taken along as a file: CSV and JSON Lines while they are read, XLSX as a whole."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from flask import Response, stream_with_context

from estimator import spreadsheets
from estimator.spreadsheets import Cell, Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINES_AT_ONCE = 500


def csv(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Response:
    """Send rows as CSV, in which nothing is a formula."""
    content = stream_with_context(spreadsheets.csv(columns, rows))
    return _attached(Response(content, mimetype="text/csv"), f"{name}.csv")


def xlsx(name: str, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Response:
    """Send rows as XLSX: written whole to a file first, which is removed when it was sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed, and so removed, with the answer
    try:
        spreadsheets.xlsx(file, title, columns, rows)
    except BaseException:
        file.close()
        raise
    length = file.tell()
    file.seek(0)
    answer = Response(_read(file), mimetype=XLSX)
    answer.call_on_close(file.close)
    answer.content_length = length
    return _attached(answer, f"{name}.xlsx")


def lines(name: str, records: Iterator[dict[str, Any]]) -> Response:
    """Send records as JSON Lines: amounts as texts with all of their decimals, days and moments as in ISO 8601."""

    def pieces() -> Iterator[bytes]:
        while some := [
            json.dumps(one, default=_plain, ensure_ascii=False) for one in islice(records, LINES_AT_ONCE)
        ]:
            yield "".join(f"{line}\n" for line in some).encode()

    return _attached(Response(stream_with_context(pieces()), mimetype="application/jsonl"), f"{name}.jsonl")


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(65_536):
            yield piece


def _attached(answer: Response, name: str) -> Response:
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _plain(value: object) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case date():
            return value.isoformat()
    raise TypeError(f"not in a list: {value!r}")
