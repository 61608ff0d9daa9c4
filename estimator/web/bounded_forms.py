"""How a form is taken apart: no more fields than it may have, counted before any of them is looked at."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

Parsed = tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]


class BoundedForms(FormDataParser):
    """Refuses a form with more fields than `max_form_parts` also where it comes as one text, not in parts."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Parsed:
        """Return what a form holds; raises RequestEntityTooLarge for more fields than there may be."""
        if mimetype == "application/x-www-form-urlencoded":
            content = stream.read()
            if self.max_form_parts is not None and content.count(b"&") >= self.max_form_parts:
                raise RequestEntityTooLarge
            stream = BytesIO(content)
        return super().parse(stream, mimetype, content_length, options)
