"""What runs in the process that reads the data in a stranger's PDF: a reader without compiled code."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import BytesIO

import pypdf
from pypdf.errors import FileNotDecryptedError, LimitReachedError, PdfReadError
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject, StreamObject

from estimator.pdf.reader import LARGEST_DATA, NAMES, Carried
from estimator.strangers_files import answer

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings about a stranger's file are not logged

MOST_FILES = 200
"""Maximum number of files embedded in a PDF; one with more is none of ours."""

UNPACKED = 30_000_000
"""Maximum size of an unpacked part in bytes; those of our PDFs are always smaller."""

LIMITS = pypdf.Configuration(
    maximum_declared_stream_length=UNPACKED,
    array_based_stream_maximum_output_length=UNPACKED,
    zlib_maximum_output_length=UNPACKED,
    lzw_maximum_output_length=UNPACKED,
    run_length_maximum_output_length=UNPACKED,
    brotli_maximum_output_length=UNPACKED,
    stream_decoding_work_maximum_length=3 * UNPACKED,
    stream_filters_maximum_length=4,
    jbig2dec_binary=None,  # no other program is started
    disable_legacy_handling=True,
)


def main() -> None:
    """Read a PDF from standard input and write what it carries to standard output."""

    def reading(content: bytes) -> bytes:
        try:
            found = carried(content)
        except MemoryError:
            found = Carried("too_much")
        return f"{found.kind} {found.name}\n".encode() + found.data

    answer(reading)


def carried(content: bytes) -> Carried:
    """Return what a PDF carries; raises MemoryError."""
    with pypdf.apply_configuration(LIMITS):
        try:
            return _carried(content)
        except LimitReachedError:
            return Carried("too_large")
        except FileNotDecryptedError:
            return Carried("encrypted")
        except MemoryError:
            raise
        except Exception:
            # The reader raises exceptions of any type for a malformed file.
            return Carried("broken")


def _carried(content: bytes) -> Carried:
    reader = pypdf.PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        return Carried("encrypted")
    found: list[tuple[str, DictionaryObject]] = []
    for count, (name, file) in enumerate(_files(reader.root_object)):
        if count >= MOST_FILES:
            return Carried("several")
        if name in NAMES:
            found.append((name, file))
    if len(found) > 1:
        return Carried("several")
    if not found:
        return Carried("nothing")
    name, file = found[0]
    embedded = _dictionary(file["/EF"])
    data = bytes(_stream(embedded["/UF" if "/UF" in embedded else "/F"]).get_data())
    return Carried("too_large") if len(data) > LARGEST_DATA else Carried("data", name, data)


def _files(root: DictionaryObject) -> Iterator[tuple[str, DictionaryObject]]:
    """Go through every file that a document lists, however deep the list is nested."""
    if "/Names" not in root or "/EmbeddedFiles" not in _dictionary(root["/Names"]):
        return
    nodes = [_dictionary(_dictionary(root["/Names"])["/EmbeddedFiles"])]
    for _count in range(MOST_FILES):
        if not nodes:
            return
        node = nodes.pop()
        names = _array(node["/Names"]) if "/Names" in node else []
        for name, file in zip(names[::2], names[1::2], strict=False):
            yield str(name.get_object()), _dictionary(file)
        kids = _array(node["/Kids"]) if "/Kids" in node else []
        nodes += [_dictionary(kid) for kid in kids[:MOST_FILES]]
    if nodes:
        raise LimitReachedError


def _dictionary(part: PdfObject) -> DictionaryObject:
    found = part.get_object()
    if not isinstance(found, DictionaryObject):
        raise PdfReadError
    return found


def _array(part: PdfObject) -> ArrayObject:
    found = part.get_object()
    if not isinstance(found, ArrayObject):
        raise PdfReadError
    return found


def _stream(part: PdfObject) -> StreamObject:
    found = part.get_object()
    if not isinstance(found, StreamObject):
        raise PdfReadError
    return found
