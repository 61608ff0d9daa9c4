"""What runs in the child process that makes PDFs: WeasyPrint, kept warm, with nothing to reach.

WeasyPrint claims either PDF/A or PDF/UA. A document that keeps both rules may say so in its metadata; the
block below declares the second claim in the way that PDF/A demands of words it does not know itself.
"""

from __future__ import annotations

import atexit
import gc
import json
import logging
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from estimator.pdf.fonts import use_only_ours
from estimator.pdf.renderer import Job, Letters, unusual

use_only_ours()

import weasyprint  # noqa: E402
from weasyprint.text.fonts import FontConfiguration  # noqa: E402
from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: E402

from estimator.pdf import structure, substitutes  # noqa: E402
from estimator.pdf.actual_text import keep_readable  # noqa: E402

VARIANT = "pdf/a-3a"

MOST_TIMES = 3
"""How often a document is drawn at most: its letters are asked for before, so that once is enough for nearly all."""

Make = Callable[[Job, Collection[str]], bytes]
"""Makes a document, with marks for these letters."""

ALSO_UA = b"""<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>\
<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name>\
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of the PDF/UA standard</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property>\
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"""


class NoFetcher(URLFetcher):  # type: ignore[misc]
    """Opens pictures in data: addresses; any other one stops the document instead of leaving a hole in it."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: Any = None) -> Any:
        """Return the content of a data: address of a picture."""
        if not url.lower().startswith("data:image/"):
            raise FatalURLFetchingError(f"The document asks for {url[:100]}, which it may not.")
        return super().fetch(url, headers)


class Complaints(logging.Handler):
    """Collects what the renderer warns of while it makes one document, and letters that no font has."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []
        self.missing: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one warning."""
        text = record.getMessage()
        if text.startswith(".notdef") and isinstance(record.args, tuple):
            self.missing.append(str(record.args[0]))
        self.texts.append(text)


def main(descriptor: str, address_space: str, seconds: str, folder: str) -> None:
    """Answer the jobs that come through a pipe until the parent is gone; keep files in `folder`, and remove it."""
    tempfile.tempdir = folder
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no core dump: it would hold a document
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (int(address_space),) * 2)
    keep_readable()
    structure.correct()
    make = _maker()
    known: dict[str, bool] = {}
    gc.collect()
    gc.freeze()
    with Connection(int(descriptor)) as connection, suppress(EOFError, OSError):
        while True:
            job = connection.recv()
            # The parent ends what takes too long. Should it be gone by then, the system does.
            signal.alarm(int(seconds) + 5)
            gc.disable()
            kind, answer = _attempt(make, job, known)
            gc.enable()
            gc.collect()
            signal.alarm(0)
            connection.send_bytes(json.dumps([kind, _resident()]).encode())
            connection.send_bytes(answer)


def _attempt(make: Make, job: Job | Letters, known: dict[str, bool]) -> tuple[str, bytes]:
    """Return what became of a document, as a code, and the document or the words for it.

    Only drawing shows which letters no font has. They are drawn alone first, which takes next to no time, and those
    that are `known` not at all; a letter that turns out so only in its document has that drawn again, with a mark.
    """
    try:
        if isinstance(job, Letters):
            return "letters", json.dumps(sorted(_without_font(make, job.letters, known))).encode()
        missing = _without_font(make, unusual(substitutes.drawable(job.html)), known)
        for _time in range(MOST_TIMES):
            drawn = _drawn(make, job, missing)
            if missing.issuperset(drawn.missing):
                break
            missing.update(drawn.missing)
    except (MemoryError, SystemError):  # the latter is how some libraries say that they got no memory
        return "memory", b""
    except FatalURLFetchingError as error:
        return "failed", str(error).encode()
    except Exception as error:
        return "failed", f"{type(error).__name__}: {error}".encode(errors="replace")
    if drawn.complaints:
        return "failed", drawn.complaints[0].encode(errors="replace")
    return "pdf", drawn.content


def _without_font(make: Make, letters: str, known: dict[str, bool]) -> set[str]:
    """Return which letters no font has; what is found out about them is added to what is known."""
    new = [letter for letter in letters if letter not in known]
    if new:
        found = set("".join(_drawn(make, _specimen(new), ()).missing))
        known.update((letter, letter in found) for letter in new)
    return {letter for letter in letters if known[letter]}


@dataclass(frozen=True)
class Drawn:
    """A document, what the renderer warned of, and the letters that no font has."""

    content: bytes
    complaints: list[str]
    missing: list[str]


def _drawn(make: Make, job: Job, missing: Collection[str]) -> Drawn:
    complaints = Complaints()
    logger = logging.getLogger("weasyprint")
    logger.handlers, logger.propagate = [complaints], False
    return Drawn(make(job, missing), complaints.texts, complaints.missing)


def _specimen(letters: Iterable[str]) -> Job:
    """Return a document in which each letter stands alone."""
    alone = " ".join(map(escape, letters))
    html = f"<!doctype html><html lang=en><title>-</title><p>{alone}"
    return Job(html, None, "", "", datetime(2026, 1, 1, tzinfo=UTC))


def _maker() -> Make:
    """Return the function that makes documents; what can be kept between them is kept."""
    fonts, fetcher = FontConfiguration(), NoFetcher()

    def make(job: Job, missing: Collection[str]) -> bytes:
        attachments = []
        if job.attachment is not None:
            attachments.append(
                weasyprint.Attachment(
                    string=job.attachment,
                    name=job.attachment_name,
                    description=job.attachment_description,
                    relationship="Data",
                    created=job.created,
                    modified=job.created,
                    url_fetcher=fetcher,
                )
            )
        html = weasyprint.HTML(string=substitutes.drawable(job.html), url_fetcher=fetcher)
        if missing:
            substitutes.put(html.etree_element, missing)
        drawn = html.render(font_config=fonts, pdf_variant=VARIANT, attachments=attachments)
        _claim_ua(drawn.metadata)
        content: bytes = drawn.write_pdf(
            pdf_variant=VARIANT,
            attachments=attachments,
            finisher=lambda _drawn, document: _finish(document, len(attachments)),
        )
        return content

    return make


def _claim_ua(metadata: Any) -> None:
    generate = metadata.generate_rdf_metadata

    def generate_both(*arguments: Any) -> bytes:
        return bytes(generate(*arguments)).replace(b"</rdf:RDF>", ALSO_UA + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = generate_both


def _finish(pdf: Any, attachments: int) -> None:
    """List each embedded file once (WeasyPrint names it twice), and refuse files that were not passed in."""
    files = pdf.catalog.get("AF", [])
    files[:] = list(dict.fromkeys(files))
    embedded = [entry for entry in pdf.objects if getattr(entry, "extra", {}).get("Type") == "/EmbeddedFile"]
    if len(embedded) != attachments:
        raise ValueError("The document has attachments of its own, which it may not.")


def _resident() -> int:
    """The memory this process holds, in bytes; where that cannot be told, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return pages * os.sysconf("SC_PAGE_SIZE")
