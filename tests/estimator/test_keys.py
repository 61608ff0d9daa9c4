"""What keys of personal columns promise."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from estimator import keys

PLACE = ("mail", "address", "0" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "data_keys"
    found.write_text(keys.new_line())
    return found


def ring(path: Path) -> keys.Keyring:
    return keys.Keyring(path.read_text(), path)


def test_what_was_sealed_can_be_opened_where_it_stands(path: Path) -> None:
    sealed = ring(path).seal("anna@example.org", *PLACE)
    assert b"anna" not in sealed
    assert b"example" not in sealed
    assert ring(path).open(sealed, *PLACE) == "anna@example.org"


def test_equal_texts_are_sealed_as_different_bytes(path: Path) -> None:
    keyring = ring(path)
    assert keyring.seal("anna@example.org", *PLACE) != keyring.seal("anna@example.org", *PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [("mail", "address", "1" * 32), ("mail", "words", "0" * 32), ("request", "address", "0" * 32)],
    ids=["another row", "another column", "another table"],
)
def test_a_sealed_text_opens_nowhere_else(path: Path, elsewhere: tuple[str, str, str]) -> None:
    keyring = ring(path)
    sealed = keyring.seal("anna@example.org", *PLACE)
    with pytest.raises(keys.Unreadable, match="another row"):
        keyring.open(sealed, *elsewhere)


def test_places_cannot_be_confused_by_where_one_word_ends(path: Path) -> None:
    keyring = ring(path)
    sealed = keyring.seal("anna@example.org", "ab", "c", "1")
    with pytest.raises(keys.Unreadable):
        keyring.open(sealed, "a", "bc", "1")


@pytest.mark.parametrize("position", [8, 20, -1])
def test_a_changed_byte_is_noticed(path: Path, position: int) -> None:
    keyring = ring(path)
    sealed = bytearray(keyring.seal("anna@example.org", *PLACE))
    sealed[position] ^= 1
    with pytest.raises(keys.Unreadable):
        keyring.open(bytes(sealed), *PLACE)


@pytest.mark.parametrize("length", [0, 3, 8, 19, 20, 30])
def test_a_text_that_was_cut_short_is_noticed(path: Path, length: int) -> None:
    keyring = ring(path)
    with pytest.raises(keys.Unreadable):
        keyring.open(keyring.seal("anna@example.org", *PLACE)[:length], *PLACE)


def test_a_missing_key_is_named(path: Path) -> None:
    sealed = ring(path).seal("anna@example.org", *PLACE)
    other = keys.Keyring(keys.new_line())
    with pytest.raises(keys.Unreadable, match=f"the key {keys.id_of(sealed)} is not there"):
        other.open(sealed, *PLACE)


def test_a_new_first_key_seals_and_older_ones_still_open(path: Path) -> None:
    keyring = ring(path)
    old = keyring.seal("anna@example.org", *PLACE)
    key_id, key = keys.parsed_line(keys.new_line())
    keys.write(path, {key_id: key, **keyring.keys()})
    assert keys.id_of(keyring.seal("anna@example.org", *PLACE)) == key_id, "the file was not read again"
    assert keyring.open(old, *PLACE) == "anna@example.org"


@pytest.mark.parametrize("half", [b"", b"1234", b"12345678 abcdef\n", b"\xff\xfe"])
def test_a_file_that_is_being_copied_changes_nothing_and_is_told_once(
    path: Path, half: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    keyring = ring(path)
    whole = path.read_bytes() + keys.new_line().encode()
    sealed = keyring.seal("anna@example.org", *PLACE)
    path.write_bytes(half)
    for _time in range(3):
        assert keyring.open(sealed, *PLACE) == "anna@example.org"
    assert not keyring.follows_its_file()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "the keys read before are used" in caplog.text
    path.write_bytes(whole)
    assert keyring.follows_its_file()
    assert len(keyring.keys()) == 2


def test_a_file_that_was_moved_away_is_told_and_its_keys_go_on(path: Path) -> None:
    keyring = ring(path)
    moved = path.rename(path.with_name("moved"))
    assert len(keyring.keys()) == 1
    assert not keyring.follows_its_file()
    moved.rename(path)
    assert keyring.follows_its_file()


def test_a_key_file_stays_closed_when_it_is_written_anew(path: Path) -> None:
    keys.write(path, ring(path).keys())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["data_keys"]


def test_keys_are_not_shown_by_accident(path: Path) -> None:
    text = path.read_text()
    assert text.split()[0] in repr(ring(path))
    assert text.split()[1] not in repr(ring(path))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "12345678",
        "12345678 abcd",
        f"1234567 {'a' * 64}",
        f"12345678 {'g' * 64}",
        f"12345678 {'a' * 64}\n12345678 {'b' * 64}",
    ],
)
def test_what_is_no_list_of_keys_is_refused(text: str) -> None:
    with pytest.raises(keys.WrongKeys):
        keys.Keyring(text)


def test_a_look_up_depends_on_key_kind_and_text() -> None:
    found = {
        keys.lookup(key, kind, text)
        for key in ("k" * 32, "l" * 32)
        for kind in ("address", "name")
        for text in ("anna@example.org", "anna@example.net")
    }
    assert len(found) == 8
    assert keys.lookup("k" * 32, "address", "anna@example.org") in found


def test_a_key_file_that_cannot_be_written_stays_as_it_was_and_leaves_no_copy(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        keys.write(path, keys.Keyring(keys.new_line()).keys())
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == ["data_keys"]
