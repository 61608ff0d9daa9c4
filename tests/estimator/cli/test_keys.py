"""What `estimator keys` promises, with real rows in a real database."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from estimator import config, create_app, keys, models
from estimator.db import advisory_lock, db
from estimator.mail import outbox
from estimator.models import Mail
from estimator.operations import fingerprints
from tests.support.commands import estimator
from tests.support.example_mail import ask, estimate, row

Run = Callable[..., tuple[int, str, str]]

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
MAILS = 7
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""

ID = re.compile(r"^[0-9a-f]{8}$")


@pytest.fixture
def run() -> Run:
    """Return a function that runs the command and returns exit code, standard output and standard error."""

    def run(*arguments: str, before: str = "") -> tuple[int, str, str]:
        return estimator("keys", *arguments, before=before)

    return run


@pytest.fixture
def instance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str, set_up: Callable[[str], None]
) -> Path:
    """Return the folder of an installation that is ready, and that the environment names."""
    folder = tmp_path / "instance"
    monkeypatch.setenv("INSTANCE", str(folder))
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example.org")
    monkeypatch.setenv("MAILS_PER_ESTIMATE", "100")
    monkeypatch.setenv("DATABASE_URL", database_url)
    config.prepare_secrets(folder)
    set_up(database_url)
    return folder


@pytest.fixture
def app(instance: Path) -> Iterator[Flask]:
    """Return an app that has been running for a while, with mail in it."""
    app = create_app()
    with app.app_context():
        record, _token = estimate(NOW)
        for number in range(MAILS):
            ask(record, NOW, address=address(number), submission=f"form {number}")
        yield app
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()


def address(number: int) -> str:
    return f"patient{number}@example.org"


def ids(instance: Path) -> list[str]:
    """Return the ids in the key file, the one that seals first."""
    return [line.split()[0] for line in (instance / "data_keys").read_text().splitlines()]


def settled(instance: Path) -> None:
    """Let it be some minutes ago that the key file was changed."""
    moment = time.time() - 301
    os.utime(instance / "data_keys", (moment, moment))


def sealed_by(number: int = 1) -> str:
    sealed = row(number).address
    assert sealed is not None
    return keys.id_of(sealed)


def all_can_be_read(app: Flask) -> bool:
    db.session.rollback()
    db.session.expire_all()
    keyring = app.config["SETTINGS"].data_keys
    found = [outbox.address_of(mail, keyring) for mail in db.session.scalars(select(Mail).order_by(Mail.id))]
    return found == [address(number) for number in range(MAILS)]


def test_keys_are_listed_by_their_ids_with_what_they_have_sealed(
    run: Run, app: Flask, instance: Path
) -> None:
    (only,) = ids(instance)
    assert ID.match(only)
    assert run("list") == (0, f"{only}         7  seals\n", "")
    key = (instance / "data_keys").read_text().split()[1]
    assert key not in run("list")[1]


def test_a_new_key_seals_everything_anew_and_a_process_that_runs_notices(
    run: Run, app: Flask, instance: Path
) -> None:
    (old,) = ids(instance)
    code, output, errors = run("rotate")
    new, still = ids(instance)
    assert still == old
    assert (code, errors) == (0, "")
    assert output == (
        f"{new} seals from now on; 7 texts were sealed anew. "
        "Keep the older keys as long as you keep copies of the database.\n"
    )
    assert run("list")[1] == f"{new}         7  seals\n{old}         0\n"
    assert sealed_by() == new
    assert all_can_be_read(app)


RUNNING = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from estimator import create_app, keys
from estimator.mail import outbox
from estimator.models import Mail
from estimator.db import db, advisory_lock
app = create_app()
keyring = app.config["SETTINGS"].data_keys
with app.app_context():
    print(outbox.address_of(db.session.get(Mail, 1), keyring), flush=True)
    db.session.remove()
    for _line in sys.stdin:
        sealed = keyring.seal("x", "mail", "address", "0")
        print(outbox.address_of(db.session.get(Mail, 1), keyring), keys.id_of(sealed), flush=True)
        db.session.remove()
"""


@pytest.mark.long
def test_another_process_reads_on_and_seals_with_the_new_key(run: Run, app: Flask, instance: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUNNING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == f"{address(0)}\n"
        for _rotation in range(2):
            assert run("rotate")[0] == 0
            process.stdin.write("and now\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{address(0)} {ids(instance)[0]}\n"
        process.stdin.close()


@pytest.mark.long
def test_a_key_that_is_added_only_opens_until_it_is_used(run: Run, app: Flask, instance: Path) -> None:
    (old,) = ids(instance)
    code, output, _errors = run("add")
    first, new = ids(instance)
    assert (code, first) == (0, old)
    assert output == (
        f"{new} is new. Copy the key file to every other machine, then run: estimator keys use {new}\n"
    )
    assert sealed_by() == old
    assert app.config["SETTINGS"].data_keys.seal("x", "mail", "address", "0").startswith(old.encode())
    assert run("use", new)[0] == 0
    assert ids(instance) == [new, old]
    assert sealed_by() == new
    assert all_can_be_read(app)
    assert run("use", new)[1].startswith(f"{new} seals from now on; 0 texts were sealed anew.")


INTERRUPTED = """
from estimator.privacy import key_rotation

key_rotation.BATCH = 3
_seal_anew, calls = key_rotation.seal_anew, []


def interrupted(keyring):
    calls.append(1)
    if len(calls) > 1:
        raise KeyboardInterrupt
    return _seal_anew(keyring)


key_rotation.seal_anew = interrupted
"""


@pytest.mark.long
def test_a_rotation_that_was_interrupted_can_be_read_and_run_again(
    run: Run, app: Flask, instance: Path
) -> None:
    (old,) = ids(instance)
    assert run("rotate", before=INTERRUPTED)[0] == 130
    new, still = ids(instance)
    assert still == old
    assert run("list")[1] == f"{new}         3  seals\n{old}         4\n"
    assert all_can_be_read(app)
    assert run("use", new)[0] == 0
    assert run("list")[1] == f"{new}         7  seals\n{old}         0\n"
    assert run("rotate")[0] == 0
    newest = ids(instance)[0]
    assert run("list")[1] == f"{newest}         7  seals\n{new}         0\n{old}         0\n"
    assert all_can_be_read(app)


@pytest.mark.long
def test_keys_that_find_the_database_busy_change_nothing(run: Run, app: Flask, instance: Path) -> None:
    before = ids(instance)
    advisory_lock("keys")
    for arguments in (("rotate",), ("add",), ("forget", before[0])):
        impatient = "from estimator import db; db.BUSY_SECONDS = 1"
        code, output, errors = run(*arguments, before=impatient)
        assert (code, output) == (1, "")
        assert re.fullmatch(
            r"estimator: The database .* is held by somebody else \(.*\)\. Wait until .*, and run this again\.\n",
            errors,
        )
    db.session.rollback()
    assert ids(instance) == before
    assert all_can_be_read(app)
    assert "; 7 texts were sealed anew" in run("rotate")[1]


def test_of_many_keys_made_at_once_none_is_lost(run: Run, app: Flask, instance: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(run, ["rotate", "add", "rotate"]))
    assert [code for code, _output, _errors in ended] == [0, 0, 0]
    assert len(ids(instance)) == 4
    assert all_can_be_read(app)


@pytest.mark.long
def test_a_key_that_sealed_what_is_being_saved_is_not_forgotten(run: Run, app: Flask, instance: Path) -> None:
    """A page that began before the rotation saves with the old key while the command waits for it."""
    (old,) = ids(instance)
    keyring = app.config["SETTINGS"].data_keys
    name = row(1).name
    late = keyring.seal("late@example.org", "mail", "address", name)
    assert run("rotate")[0] == 0
    settled(instance)
    db.session.execute(update(Mail).where(Mail.name == name).values(address=late))
    with ThreadPoolExecutor(1) as pool:
        forgetting = pool.submit(run, "forget", old)
        time.sleep(2.5)
        db.session.commit()
        assert forgetting.result() == (
            2,
            "",
            f"estimator: {old} still opens 1 texts. Run `estimator keys rotate` first.\n",
        )
    assert old in ids(instance)
    assert outbox.address_of(row(1), keyring) == "late@example.org"


@pytest.mark.long
@ONE_DATABASE
def test_a_key_is_not_forgotten_while_what_it_sealed_may_be_on_its_way(
    run: Run, app: Flask, instance: Path
) -> None:
    (old,) = ids(instance)
    assert run("rotate")[0] == 0
    code, output, errors = run("forget", old)
    assert (code, output) == (2, "")
    assert errors.startswith(
        f"estimator: {instance / 'data_keys'} was changed a moment ago, and what is being "
    )
    assert old in ids(instance)


BLIND = """
from estimator import models

models.metadata().clear()
assert not models.sealed_columns()
"""


@pytest.mark.long
@ONE_DATABASE
def test_who_knows_no_personal_text_changes_no_key(run: Run, app: Flask, instance: Path) -> None:
    before = (instance / "data_keys").read_text()
    for arguments in (("list",), ("add",), ("rotate",), ("use", *ids(instance)), ("forget", *ids(instance))):
        assert run(*arguments, before=BLIND) == (
            2,
            "",
            "estimator: This program knows of no column with personal texts, so it cannot tell what a key has "
            "sealed. Nothing was changed. Install it again.\n",
        )
    assert (instance / "data_keys").read_text() == before


def test_only_the_models_are_asked_which_tables_there_are() -> None:
    """Elsewhere the answer would depend on what happens to be imported."""
    package = Path(models.__file__).parent.parent
    asking = [
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"Base\.(metadata|registry)|db\.(metadata|Model)\b", path.read_text())
    ]
    assert asking == ["models/__init__.py"]


@pytest.mark.long
@ONE_DATABASE
def test_an_app_without_pages_knows_every_table(instance: Path) -> None:
    script = (
        "from estimator import create_app; create_app(pages=False)\n"
        "from estimator.db import Base; print(*sorted(Base.metadata.tables))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == sorted(models.metadata().tables)


@pytest.mark.long
def test_a_key_is_forgotten_only_when_it_opens_nothing(run: Run, app: Flask, instance: Path) -> None:
    (old,) = ids(instance)
    run("add")
    new = ids(instance)[1]
    assert run("forget", old) == (
        2,
        "",
        f"estimator: {old} is the key that seals. Run `estimator keys rotate` first.\n",
    )
    (instance / "data_keys").write_text(
        "".join(reversed((instance / "data_keys").read_text().splitlines(keepends=True)))
    )
    assert run("forget", old) == (
        2,
        "",
        f"estimator: {old} still opens 7 texts. Run `estimator keys rotate` first.\n",
    )
    assert run("use", new)[0] == 0
    settled(instance)
    assert run("forget", old) == (0, f"{old} is forgotten.\n", "")
    assert ids(instance) == [new]
    assert all_can_be_read(app)


@ONE_DATABASE
@pytest.mark.parametrize("verb", ["use", "forget"])
def test_a_key_that_is_not_there_is_a_sentence(run: Run, app: Flask, verb: str) -> None:
    assert run(verb, "nokey123") == (
        2,
        "",
        "estimator: There is no key nokey123. `estimator keys list` shows which there are.\n",
    )


@pytest.mark.long
def test_a_key_that_is_missing_is_listed_and_named_and_nothing_is_lost(
    run: Run, app: Flask, instance: Path
) -> None:
    (old,) = ids(instance)
    copy = (instance / "data_keys").read_text()
    (instance / "data_keys").write_text(keys.new_line())
    (new,) = ids(instance)
    assert run("list")[1] == (
        f"{new}         0  seals\n{old}         7  is missing: these texts cannot be read\n"
    )
    before = (instance / "data_keys").read_text()
    for words in (["rotate"], ["use", new]):
        code, output, errors = run(*words)
        assert (code, output) == (1, "")
        assert f"DATA_KEYS do not open what is in this database (the key {old} is not there)." in errors
        assert (instance / "data_keys").read_text() == before, "no key that seals was made or chosen"
    with (instance / "data_keys").open("a") as file:
        file.write(copy)
    assert run("rotate")[0] == 0
    assert all_can_be_read(app)


@ONE_DATABASE
def test_a_key_that_is_another_than_its_id_says_is_marked_in_the_list(
    run: Run, app: Flask, instance: Path
) -> None:
    with app.app_context():
        fingerprints.record(app.config["SETTINGS"])
        db.session.commit()
    whole = (instance / "data_keys").read_text()
    (instance / "data_keys").write_text(
        whole[:12] + ("0000" if whole[12:16] != "0000" else "1111") + whole[16:]
    )
    listed = f"{whole[:8]}  {MAILS:>8}  seals, is not the key that this database knows by that id\n"
    assert run("list")[1] == listed


def test_a_key_that_was_damaged_is_told_before_another_one_seals(
    run: Run, app: Flask, instance: Path
) -> None:
    whole = (instance / "data_keys").read_text()
    damaged = whole[:12] + ("0000" if whole[12:16] != "0000" else "1111") + whole[16:]
    (instance / "data_keys").write_text(damaged)
    code, output, _errors = run("rotate")
    assert (code, output) == (1, "")
    assert (instance / "data_keys").read_text() == damaged
    (instance / "data_keys").write_text(whole)
    assert run("rotate")[0] == 0
    assert all_can_be_read(app)


@ONE_DATABASE
def test_keys_in_the_environment_cannot_be_changed_from_here(
    run: Run, app: Flask, instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_KEYS", (instance / "data_keys").read_text())
    before = (instance / "data_keys").read_text()
    for arguments in (("rotate",), ("add",), ("use", ids(instance)[0])):
        assert run(*arguments) == (
            2,
            "",
            "estimator: DATA_KEYS stands in the environment and cannot be changed from here. "
            "Put it into a file.\n",
        )
    assert (instance / "data_keys").read_text() == before


FULL = """
import errno, os


def full(_descriptor):
    raise OSError(errno.ENOSPC, "No space left on device")


os.fsync = full
"""


@ONE_DATABASE
def test_a_key_file_that_cannot_be_written_is_a_sentence_and_stays(
    run: Run, app: Flask, instance: Path
) -> None:
    before = ids(instance)
    code, _output, errors = run("rotate", before=FULL)
    assert code == 2
    assert errors == (f"estimator: {instance / 'data_keys'} cannot be written (No space left on device).\n")
    assert ids(instance) == before
    assert all_can_be_read(app)


@pytest.mark.long
def test_forgotten_addresses_need_no_key(run: Run, app: Flask, instance: Path) -> None:
    outbox.drop(row(1).about)
    db.session.commit()
    assert run("list")[1] == f"{ids(instance)[0]}         0  seals\n"
    assert run("rotate")[1].split(";")[1].startswith(" 0 texts")
