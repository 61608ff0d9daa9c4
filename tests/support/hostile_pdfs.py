"""Hostile PDFs: encrypted, broken, decompression bombs, endless loops. Each is a few bytes or kilobytes."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping

import pikepdf
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Pdf


def with_files(files: Mapping[str, bytes], **saved: object) -> bytes:
    """Return a PDF with an empty page and these files in it."""
    document = Pdf.new()
    document.add_blank_page()
    for name, data in files.items():
        document.attachments[name] = AttachedFileSpec(document, data, filename=name)
    return bytes_of(document, **saved)


def bytes_of(document: Pdf, **saved: object) -> bytes:
    """Return what a document is as a file."""
    written = io.BytesIO()
    document.save(written, **saved)  # type: ignore[arg-type]
    return written.getvalue()


def locked(data: bytes, user: str = "secret") -> bytes:
    """Return a PDF that asks for a password; without one, it is encrypted all the same."""
    return with_files({"quote.json": data}, encryption=pikepdf.Encryption(owner="owner", user=user))


def twice(first: bytes, second: bytes) -> bytes:
    """Return a PDF that has two files of the same name."""
    document = Pdf.new()
    document.add_blank_page()
    specs = [
        document.make_indirect(AttachedFileSpec(document, data, filename="quote.json").obj)
        for data in (first, second)
    ]
    listed = Array(["quote.json", specs[0], "quote.json", specs[1]])
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=listed))
    return bytes_of(document)


def swollen(size: int = 200_000_000) -> bytes:
    """Return a PDF whose data unpacks, twice, to two hundred million bytes."""
    packer = zlib.compressobj(9)
    part = bytes(10_000_000)
    packed = b"".join(packer.compress(part) for _ in range(size // len(part))) + packer.flush()
    inner = zlib.compress(packed, 9)
    document = Pdf.new()
    document.add_blank_page()
    stream = document.make_stream(b"")
    stream.write(inner, filter=Array([Name.FlateDecode, Name.FlateDecode]))
    spec = document.make_indirect(
        Dictionary(Type=Name.Filespec, F="quote.json", UF="quote.json", EF=Dictionary(F=stream))
    )
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(["quote.json", spec])))
    return bytes_of(document, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def endless_kids() -> bytes:
    """Return a PDF whose list of files contains itself."""
    document = Pdf.new()
    document.add_blank_page()
    tree = document.make_indirect(Dictionary())
    tree.Kids = Array([tree, tree])
    document.Root.Names = Dictionary(EmbeddedFiles=tree)
    return bytes_of(document)


def endless_list() -> bytes:
    """Return a PDF whose table of objects says that an earlier one is itself."""
    body = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    at = len(body)
    return body + (
        b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n"
        b"<</Size 2/Root 1 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (at, at)
    )


def nested(depth: int = 200_000) -> bytes:
    """Return a PDF with an object in an object in an object."""
    inside = b"[" * depth + b"]" * depth
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Names "
        + inside
        + b">>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"
    )


def slow(objects: int = 400_000) -> bytes:
    """Return a PDF without a table of its objects, of which there are very many."""
    every = b"".join(b"%d 0 obj\n<</A %d 0 R>>\nendobj\n" % (n, n + 1) for n in range(2, objects))
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Names 2 0 R>>\nendobj\n"
        + every
        + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"
    )


def reference_to_itself() -> bytes:
    """Return a PDF in which a part is said to be itself."""
    return (
        b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Names 2 0 R>>\nendobj\n2 0 obj\n2 0 R\nendobj\n"
        b"trailer\n<</Root 1 0 R>>\n%%EOF\n"
    )


def slow_to_unpack(size: int = 9_000_000) -> bytes:
    """Return a PDF whose data are packed so that every few bits are work: `size` bytes of it."""
    document = Pdf.new()
    document.add_blank_page()
    bits = "".join(
        f"{code:09b}" for code in (256, 65, 256, 66, 256, 67, 256, 68)
    )  # begin anew, a letter, and so on
    pattern = int(bits, 2).to_bytes(len(bits) // 8, "big")
    stream = document.make_stream(b"")
    stream.write(pattern * (size // len(pattern)), filter=Name.LZWDecode)
    spec = document.make_indirect(
        Dictionary(Type=Name.Filespec, F="quote.json", UF="quote.json", EF=Dictionary(F=stream))
    )
    document.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array(["quote.json", spec])))
    return bytes_of(document, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
