from __future__ import annotations

import re
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.commands import estimator
from tests.support.example_list import table_text
from tests.support.folders import ROOT
from tests.support.installations import administered, prepared
from tests.support.mail_server import MailServer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run() -> Run:
    """Return a function that runs the command and returns exit code, standard output and standard error."""
    return estimator


@pytest.fixture(scope="module")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """Return a mail server that takes everything."""
    server = MailServer(tmp_path_factory.mktemp("mail"))
    yield server
    server.stop()


REAL = table_text().replace("demo = true\n", "")
"""A price list that is no demonstration."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mail_server: MailServer) -> Path:
    """Return the instance folder of an environment that is all set, on a machine that lacks nothing."""
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example")
    monkeypatch.setenv("PROXIES", "1")
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_server.certificate))
    for name, value in mail_server.settings().items():
        monkeypatch.setenv(name, value)
    return tmp_path / "instance"


@pytest.fixture
def ready(folder: Path) -> Path:
    """Return the instance folder of an installation that lacks nothing."""
    prepared(folder, REAL)
    administered(folder)
    return folder


def test_preparing_makes_what_is_missing_and_keeps_what_is_there(run: Run, folder: Path) -> None:
    assert run("prepare") == (0, f"Everything is ready in {folder}.\n", "")
    made = {path.name: path.stat().st_mode for path in folder.iterdir()}
    assert set(made) == {"estimator.sqlite", "secret_key", "link_key", "lookup_key", "data_keys"}
    secret = (folder / "link_key").read_text()
    assert run("prepare")[0] == 0
    assert (folder / "link_key").read_text() == secret


def test_a_folder_that_cannot_be_made_is_a_sentence(run: Run, folder: Path) -> None:
    folder.write_text("")
    code, output, errors = run("prepare")
    assert (code, output) == (2, "")
    assert errors.startswith(f"estimator: The instance folder {folder} cannot be written")


@pytest.mark.long
def test_a_wrong_setting_is_a_sentence(run: Run, ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKERS", "many")
    for command in ("prepare", "purge", "serve"):
        assert run(command) == (
            2,
            "",
            "estimator: WORKERS is “many”: write a whole number from 1 to 64.\n",
        )


def test_nothing_is_served_before_the_installation_is_ready(run: Run, folder: Path) -> None:
    code, _output, errors = run("serve")
    assert code == 2
    assert "run `estimator prepare`" in errors


def test_a_database_that_cannot_be_used_is_a_sentence(run: Run, ready: Path) -> None:
    (ready / "estimator.sqlite").write_bytes(b"not a database" * 100)
    assert run("purge") == (
        1,
        "",
        f"estimator: The database {ready / 'estimator.sqlite'} cannot be read or written (file is not a database). "
        "Look at its disk; a damaged one is restored from a copy.\n",
    )


def test_without_the_driver_of_postgresql_the_locked_list_that_has_it_is_named(folder: Path) -> None:
    lacking = "import sys; sys.modules['psycopg'] = None"
    url = "postgresql://estimator@127.0.0.1:1/estimator"
    code, _output, errors = estimator("prepare", before=lacking, DATABASE_URL=url)
    assert code == 2
    assert "The driver for PostgreSQL is missing." in errors
    documented = (ROOT / "docs" / "running.md").read_text()
    (command,) = re.findall(r"^    /opt/estimator/bin/(pip install .* requirements\.txt)$", documented, re.M)
    assert command in " ".join(errors.split())


def test_the_doctor_finds_nothing_where_nothing_is_missing(run: Run, ready: Path) -> None:
    assert run("doctor") == (0, "Nothing is missing.\n", "")


def test_the_doctor_says_that_nobody_can_sign_in_until_an_administrator_has_a_password(
    run: Run, ready: Path
) -> None:
    with closing(sqlite3.connect(ready / "estimator.sqlite")) as database:
        database.execute("UPDATE staff_user SET password = NULL")
        database.commit()
    code, output, _errors = run("doctor")
    assert (code, output.count("\n")) == (1, 1)
    assert output.startswith("Nobody can sign in, so nobody reads what patients ask")


@pytest.mark.parametrize("command", ["doctor", "prepare", "purge"])
@pytest.mark.parametrize("lost", ["INSTANCE", "DATABASE_URL"])
def test_a_folder_that_cannot_be_entered_is_a_sentence(
    run: Run, ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, lost: str
) -> None:
    wall = tmp_path / "wall"
    wall.write_text("")
    place = wall / "inner"
    monkeypatch.setenv(lost, str(place) if lost == "INSTANCE" else f"sqlite:///{place}/estimator.sqlite")
    code, output, errors = run(command)
    assert code != 0
    assert "Traceback" not in output + errors
    assert str(wall) in output + errors


@pytest.mark.long
def test_the_doctor_knows_what_the_renderer_knows_of_a_list(run: Run, folder: Path) -> None:
    prepared(folder, REAL.replace("Own bone marrow cells", "Own cells \N{BRAIN} 山"))
    administered(folder)
    code, output, _errors = run("doctor")
    assert code == 1
    assert output.startswith("The price list example has letters for which PDFs have the mark")
    assert "no font here has them: \N{BRAIN}." in output


@pytest.mark.long
def test_the_doctor_says_what_pdfs_need(run: Run, ready: Path) -> None:
    lacking = "from estimator.pdf import requirements; requirements.problems = lambda: ['Pango is missing.']"
    assert run("doctor", before=lacking) == (1, "Pango is missing.\n", "")


@pytest.mark.long
def test_the_doctor_sees_a_missing_folder(run: Run, folder: Path) -> None:
    code, output, _errors = run("doctor")
    assert code == 1
    assert output == (
        f"The instance folder {folder} is missing. Run `estimator prepare`, or name another one in INSTANCE.\n"
    )


@pytest.mark.long
def test_the_doctor_asks_for_the_keys_of_a_database_that_is_in_use(
    run: Run, ready: Path, tmp_path: Path
) -> None:
    used = f"sqlite:///{ready / 'estimator.sqlite'}"
    code, output, _errors = run("doctor", INSTANCE=str(tmp_path / "second"), DATABASE_URL=used)
    assert code == 1
    assert "Run `estimator prepare`" not in output
    assert f"are missing in {tmp_path / 'second'}. " in output
    assert (
        "Copy secret_key, link_key, lookup_key, data_keys there from the machine where it was used" in output
    )
    assert not (tmp_path / "second").exists()
    (ready / "link_key").unlink()
    assert "Copy link_key there from the machine where it was used" in run("doctor")[1]


@pytest.mark.long
def test_the_doctor_sees_secrets_that_others_can_read(run: Run, ready: Path) -> None:
    (ready / "link_key").chmod(0o644)
    ready.chmod(0o755)
    code, output, _errors = run("doctor")
    assert code == 1
    assert output.splitlines() == [
        f"Other users of this machine can open {path}. Close it: chmod {mode} {path}"
        for mode, path in ((700, ready), (600, ready / "link_key"))
    ]


@pytest.mark.long
def test_the_doctor_sees_a_wrong_setting(run: Run, ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO", "maybe")
    assert run("doctor") == (1, "DEMO is “maybe”: write 1 for yes or 0 for no.\n", "")


@pytest.mark.long
def test_the_doctor_sees_links_that_can_be_read_on_their_way(
    run: Run, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "http://estimate.example")
    code, output, _errors = run("doctor")
    assert code == 1
    assert output.startswith("PUBLIC_URL begins with http://")


@pytest.mark.long
def test_the_doctor_sees_settings_that_do_not_do_what_they_say(
    run: Run, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEASE_SECONDS", "5")
    monkeypatch.setenv("LANGUAGES", "de,fr,en-IN")
    code, output, _errors = run("doctor")
    assert code == 1
    lease, languages = output.splitlines()[:2]
    assert lease.startswith("LEASE_SECONDS is 5.")
    assert languages.startswith("LANGUAGES has de, of which")


@pytest.mark.long
def test_the_doctor_sees_that_no_mail_reaches_anybody(
    run: Run, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_SERVER", "")
    code, output, _errors = run("doctor")
    assert code == 1
    assert output == (
        "No mail server is set, so nobody can have an estimate sent by mail, and requests and quotes open to "
        "whoever has their link, without a code, also those of patients who have an email address. "
        "Set MAIL_SERVER and MAIL_FROM, "
        "then try them: estimator doctor --mail you@example.org\n"
    )
    assert run("doctor", "--demo") == (0, "Nothing is missing.\n", "")


@pytest.mark.long
def test_the_doctor_sees_a_missing_database(run: Run, ready: Path) -> None:
    (ready / "estimator.sqlite").unlink()
    database = ready / "estimator.sqlite"
    assert run("doctor") == (1, f"The database {database} is missing. Run `estimator prepare`.\n", "")
    assert not database.exists()


@pytest.mark.long
def test_the_doctor_sees_a_database_of_another_version(run: Run, ready: Path) -> None:
    engine = create_engine(f"sqlite:///{ready}/estimator.sqlite")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'next', works_from = 'next'"))
    engine.dispose()
    code, output, _errors = run("doctor")
    assert code == 1
    assert output.startswith("The database belongs to a newer version")


@pytest.mark.long
def test_the_doctor_sees_that_no_price_list_is_in_force(run: Run, folder: Path) -> None:
    prepared(folder)
    administered(folder)
    assert run("doctor") == (
        1,
        "No price list is in force. Add one: estimator tables import FILE\n",
        "",
    )


@pytest.mark.long
def test_the_doctor_changes_nothing(run: Run, ready: Path) -> None:
    before = {path: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) for path in ready.iterdir()}
    run("doctor")
    assert {
        path: (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) for path in ready.iterdir()
    } == before


@pytest.mark.long
def test_a_variable_that_resembles_a_setting_is_named_by_the_doctor(
    run: Run, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKRS", "4")
    monkeypatch.setenv("LANGUAGE", "en")
    assert run("doctor") == (1, "WORKRS is no setting, so it does nothing. Was WORKERS meant?\n", "")


@pytest.mark.long
def test_the_doctor_sees_an_address_that_the_machine_has_not(
    run: Run, ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST", "203.0.113.7")
    code, output, _errors = run("doctor")
    assert code == 1
    assert "HOST is 203.0.113.7, which is no address of this machine" in output


def test_key_files_that_others_can_read_are_closed_by_prepare_which_says_so(run: Run, ready: Path) -> None:
    (ready / "data_keys").chmod(0o644)
    code, _output, errors = run("prepare")
    path = ready / "data_keys"
    assert (code, errors) == (
        0,
        f"Other users of this machine could open {path}. It is closed now (mode 600).\n",
    )
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.long
def test_an_empty_key_file_is_named_with_where_to_take_it_from(run: Run, ready: Path) -> None:
    (ready / "link_key").write_text("")
    for command in ("doctor", "prepare", "purge"):
        _code, output, errors = run(command)
        assert f"{ready / 'link_key'} is empty. Copy it there again from another machine" in output + errors
