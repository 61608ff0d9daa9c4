"""Reading the data of a PDF: ours is found, and whatever somebody else made ends soon, with a word for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimator.pdf import reader, reader_process, renderer
from estimator.pdf.reader import Carried, Kind
from tests.support import hostile_pdfs as hostile

DATA = '{"total":"4,811.05 – ok"}'.encode()


@cache
def document(name: str = "quote.json") -> bytes:
    """Return a PDF as the app makes them; the same one each time."""
    return renderer.document(
        '<!doctype html><html lang="en"><title>Quote</title><h1>Quote</h1></html>',
        attachment=DATA,
        attachment_name=name,
        attachment_description="The same for programs",
        created=datetime(2027, 1, 1, tzinfo=UTC),
    )


@pytest.mark.long
@pytest.mark.parametrize("name", ["quote.json", "estimate.json"])
def test_the_data_of_a_document_of_ours_is_read(name: str) -> None:
    assert reader.read(document(name)) == Carried("data", name, DATA)


def test_where_no_process_can_be_started_a_file_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    content = document()
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    assert reader.read(content).kind == "too_slow"


def test_a_document_that_another_program_saved_anew_still_carries_its_data() -> None:
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(document())) as opened:
        saved = hostile.bytes_of(opened, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert saved != document()
    assert reader.read(saved) == Carried("data", "quote.json", DATA)


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing at all": (lambda: b"", "no_pdf"),
    "a text": (lambda: b"Total: 4,811.05\n" * 100, "no_pdf"),
    "only the beginning": (lambda: b"%PDF-1.7\n", "broken"),
    "without data": (lambda: hostile.with_files({}), "nothing"),
    "data of another name": (lambda: hostile.with_files({"invoice.xml": b"<a/>"}), "nothing"),
    "a password": (lambda: hostile.locked(DATA), "encrypted"),
    "encrypted without a password": (lambda: hostile.locked(DATA, user=""), "encrypted"),
    "cut off": (lambda: document()[:4000], "broken"),
    "the same name twice": (lambda: hostile.twice(DATA, b"{}"), "several"),
    "both names": (lambda: hostile.with_files({"quote.json": DATA, "estimate.json": DATA}), "several"),
    "hundreds of files": (lambda: hostile.with_files({f"{n}.json": b"{}" for n in range(400)}), "several"),
    "large data": (lambda: hostile.with_files({"quote.json": os.urandom(1_000_001)}), "too_large"),
    "data that unpacks to much more": (hostile.swollen, "too_large"),
    "a list that contains itself": (hostile.endless_kids, "too_large"),
    "a part that is itself": (hostile.reference_to_itself, "broken"),
    "objects in objects": (hostile.nested, "broken"),
}


@pytest.mark.long
@pytest.mark.parametrize(("content", "kind"), CASES.values(), ids=CASES)
def test_what_is_wrong_has_a_word(content: Callable[[], bytes], kind: Kind) -> None:
    assert reader.read(content()) == Carried(kind)


@pytest.mark.long
@pytest.mark.parametrize("content", [hostile.endless_list, hostile.slow])
def test_what_never_ends_is_given_up(content: Callable[[], bytes]) -> None:
    assert reader.read(content()).kind in {"broken", "nothing", "too_slow", "too_much"}


@pytest.mark.long
def test_a_reading_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SECONDS", 1)
    assert reader.read(hostile.slow_to_unpack()).kind in {"too_slow", "too_much"}


def test_a_reading_that_takes_too_much_memory_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MEMORY", 20 * 2**20)
    assert reader.read(document() + b"%" + bytes(9_000_000)).kind == "too_much"


def test_the_reader_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the process was started with is asked of the process itself."""
    monkeypatch.setenv("LINK_KEY", "do not tell")
    monkeypatch.setattr(reader, "_PROGRAM", "tests.support.tell_all")
    told = reader.read(b"%PDF-1.7").data
    assert b"do not tell" not in told
    assert b"LINK_KEY" not in told


@given(st.data())
def test_any_damage_to_a_document_is_survived(data: st.DataObject) -> None:
    """Bytes of a real document are overwritten at random; in this process, so that no error can hide."""
    content = bytearray(document())
    for _ in range(data.draw(st.integers(1, 40))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    found = reader_process.carried(bytes(content))
    assert found.kind in {"data", "nothing", "broken", "encrypted", "several", "too_large"}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"data\n{}",
        b"data other.json\n{}",
        b"sesame \n",
        b"\xff\n",
        b"data quote.json\n" + bytes(1_000_001),
    ],
)
def test_an_answer_that_makes_no_sense_is_no_answer(answer: bytes) -> None:
    assert reader.answered(answer) == Carried("broken")
