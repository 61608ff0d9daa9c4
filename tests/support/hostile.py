"""What somebody sends who has read the source: texts, numbers, files and headers that no form of ours asks for."""

from __future__ import annotations

import random
import struct
import unicodedata
import zlib
from collections.abc import Sequence
from io import BytesIO
from urllib.parse import quote
from zipfile import ZipFile

from werkzeug.datastructures import FileStorage
from xlsxwriter import Workbook

NUMBERS = (
    "0 -1 1 +1 1e9999 NaN -Infinity 0x10 1_000 1.2.3 1,5 07 2147483647 2147483648 4294967296 9223372036854775807 "
    "9223372036854775808 18446744073709551616 \u0663\u0664 \uff11\uff12 \u00b2 \u2460 \u5341 .5 5. - \u22121 0e0 1e-400"
).split()

DAYS = (
    "2026-02-30 0000-00-00 9999-12-31 10000-01-01 -0001-01-01 2026-W10-1 20260310 2026-03-10T12:00 1970-01-01"
).split()

TEXTS = (
    "",
    " ",
    "x",
    "\x00",
    "a\x00b",
    "a\r\nSet-Cookie: x=y\r\n\r\n<p>",
    "\x1b[2J\x07",
    "\u202etxt.exe",
    "\u2028\u2029",
    "\ufeff\ufffe\uffff",
    "\ufffd",
    "\U0001f9ec\U0001f1ee\U0001f1f3",
    "e\u0301" * 300,
    "\u0130\u0131\u017f\ufb00\u00df",
    "'\"><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "%s %n %(x)s {0} {x} %",
    "../../../etc/passwd",
    "..\\..\\x",
    "file:///etc/passwd",
    "//elsewhere.example",
    "https://elsewhere.example/",
    "javascript:alert(1)",
    "' OR 1=1 --",
    "=cmd|' /C calc'!A0",
    "a;=HYPERLINK(1)\t@SUM(1)",
    "null",
    "true",
    "[]",
    '{"a":' * 500,
    "[" * 2_000,
    'a = "',
    "a = " + "[" * 300,
    "[[charge]]\ncode = 1\n" * 50,
    "someone@example.org",
    "some.one+tag@b\u00fccher.example",
    "a@\uff45xample\u3002org",
    f"{'a' * 64}@{'b' * 63}.example",
    f"a@{'x.' * 200}org",
    "a@b@c",
    "@",
    "yes",
    "on",
    "all",
    "nobody",
    "me",
    "EST-2345-6789",
    "REQ-2345-6789",
    "REQ-2345-6789.99999999999999999999",
    "Q-2026-00001",
    "Q-2026-00001/1",
    "Q-9999-99999999999999999999/99999999999999999999",
    "charge.x",
    "remove:0",
    "remove:99999999999999999999",
    "A" * 43,
    "0" * 32,
    "A" * 3_000,
    "\u0928" * 3_000,
    "1" * 5_000,
    "9" * 20,
)

SLOW = {
    "marks in bad order": "\u0300" * 25_000 + "\u0316" * 25_000,
    "marks by turns": "\u0300\u0316" * 25_000,
    "marks on letters": "e\u0301\u0316" * 17_000,
    "a thousand marks": "\u0300" * 500 + "\u0316" * 500,
    "lines of marks": ("\u0300" * 15 + "\u0316" * 15 + "\n") * 1_600,
    "dots": "." * 100_000,
    "labels": "a." * 50_000,
    "signs of addresses": "@" * 100_000,
    "addresses": "a@b" * 33_000,
    "digits": "9" * 100_000,
    "digits of another script": "\u0663" * 50_000,
    "digits and commas": "1,222." * 16_000,
    "brackets": "(" * 100_000,
    "brackets of lists": "[" * 100_000,
    "number signs": "0 x" * 33_000,
    "marks of direction": "\u200f" * 33_000,
    "joiners": "\u0644\u200d" * 20_000,
    "spaces": "x" + " " * 100_000 + "x",
    "nothing but spaces": " " * 100_000,
    "tabs": "\t" * 100_000,
    "months": " month = 1" * 10_000,
    "flat": " + 1" * 20_000 + " fla",
    "spaces of many kinds": "x" + "\u3000\u2009" * 16_000 + "x",
    "lines": "\r\n" * 50_000,
    "capitals that become two": "\u0130" * 50_000,
    "ligatures": "\ufdfa" * 33_000,
    "Chinese": "\u5341" * 33_000,
    "short words": "abc " * 25_000,
    "quotes": "'" * 100_000,
    "signs of percent": "%" * 100_000,
}
"""Texts of some 100 kB on which careless programs work with the square of their length, or longer."""

LONG = ("A" * 150_000, "9" * 150_000, "x\n" * 60_000, *SLOW.values())
"""Texts as long as a form lets through; some are sent, not many."""


def _png(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\x00" * 100)
    chunks = (head, data, b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def _workbook() -> bytes:
    made = BytesIO()
    with Workbook(made, {"in_memory": True}) as workbook:
        workbook.add_worksheet().write("A1", "charge")
    return made.getvalue()


def damaged_workbooks(whole: bytes) -> dict[str, bytes]:
    """Return a workbook that is cut short, one whose sheet is not as its checksum says, and one that holds no XML."""
    part = "xl/worksheets/sheet1.xml"
    broken = BytesIO()
    with ZipFile(BytesIO(whole)) as archive, ZipFile(broken, "w") as other:
        sheet = archive.getinfo(part)
        for name in archive.namelist():
            content = archive.read(name)
            other.writestr(name, content[: len(content) // 2] + b"<&" if name == part else content)
    changed = bytearray(whole)
    lengths = struct.unpack("<HH", whole[sheet.header_offset + 26 : sheet.header_offset + 30])
    changed[sheet.header_offset + 30 + sum(lengths) + sheet.compress_size // 2] ^= 0xFF
    return {"without its end": whole[:-10], "changed": bytes(changed), "no XML": broken.getvalue()}


FILES = (
    b"",
    b"\x00" * 100,
    b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n99999999999\n%%EOF",
    b"%PDF-1.4\n" + b"1 0 obj\n" * 500,
    _png(20_000, 20_000),
    _png(1, 1),
    b"\xff\xd8\xff\xc0\x00\x11\x08\x4e\x20\x4e\x20\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01",
    b"\xff\xd8\xff",
    b"PK\x03\x04" + b"\x00" * 60,
    b"PK\x05\x06" + b"\x00" * 18,
    *damaged_workbooks(_workbook()).values(),
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "\ufeffcode;label\n\u00e9".encode("utf-16"),
    b"\xff\xfe\xfa",
    b"a = [" * 1_000,
)

HEADERS: tuple[dict[str, str], ...] = (
    {},
    {},
    {},
    {"Accept": "application/json"},
    {"Accept": "*/*;q=nan, text/html;q=99999999999999999999"},
    {"Accept-Language": "x" * 500},
    {"Accept-Language": "ar;q=1e400, \u00e9;q=-1"},
    {"Range": "bytes=9-1,-5,0-99999999999999999999"},
    {"If-None-Match": 'W/"', "If-Modified-Since": "Tue, 99 Foo 0000 99:99:99 GMT"},
    {"Cookie": "session=.eJx; __Host-session=; device=x.y.z"},
    {"X-Forwarded-For": "a, b", "X-Forwarded-Proto": "x", "Forwarded": "for=\x7f"},
    {"Content-Type": "application/json"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "text/plain; charset=utf-99"},
    {"Origin": "null", "Referer": "::", "Sec-Fetch-Site": "cross-site"},
)

ARGUMENTS = (
    "language next state before who year page q country list order after number revision act reference currency to "
    "version money _anchor _external _scheme"
).split()
"""What pages read behind the question mark, and what nothing reads."""


class Hostile:
    """Somebody who tries everything; what they try follows from the seed alone."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def text(self, known: Sequence[str] = ()) -> str:
        """Return a value for a field; `known` are values that mean something here."""
        of = self.chance.random()
        if known and of < 0.3:
            return self.chance.choice(known)
        if of < 0.5:
            return self.chance.choice(NUMBERS)
        if of < 0.6:
            return self.chance.choice(DAYS)
        if of < 0.97:
            return self.chance.choice(TEXTS)
        if of < 0.98:
            return self.chance.choice(LONG)
        return "".join(chr(self.chance.choice((self.chance.randrange(256), 0x3000))) for _each in range(20))

    def part(self, known: Sequence[str]) -> str:
        """Return a part of an address, which mostly means something here."""
        if known and self.chance.random() < 0.6:
            return self.chance.choice(known)
        if self.chance.random() < 0.1:
            return self.chance.choice(
                ("%ff%fe", "%ed%a0%80", "%2e%2e%2f", "%252f", "%", "%zz", ".", "..", ";x")
            )
        text = self.text()[:2_000]
        if self.chance.random() < 0.9:  # most control characters would get no further than the first check
            text = "".join(
                letter for letter in text if unicodedata.category(letter) not in ("Cc", "Zl", "Zp")
            )
        return quote(text, safe="/" if self.chance.random() < 0.2 else "") or "x"

    def query(self) -> str:
        """Return what stands behind the question mark, mostly nothing."""
        if self.chance.random() < 0.6:
            return ""
        names = [self.chance.choice(ARGUMENTS) for _each in range(self.chance.randint(1, 3))]
        return "?" + "&".join(f"{name}={quote(self.text()[:1_000])}" for name in names)

    def file(self) -> FileStorage:
        """Return a file."""
        name = self.chance.choice(("list.xlsx", "x.pdf", "../x.png", "\u202e.toml", "a\x00b", "=1"))
        return FileStorage(
            BytesIO(self.chance.choice(FILES)), name, content_type=self.chance.choice(("", "a/b"))
        )
