from __future__ import annotations

import dataclasses
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from estimator import config
from estimator.config import Settings, WrongSetting

Load = Callable[..., Settings]

SECRET = "0123456789abcdef" * 4


def sentence(load: Load, **given: str) -> str:
    with pytest.raises(WrongSetting) as refused:
        load(**given)
    return str(refused.value)


def test_every_setting_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|$", text, re.MULTILINE))
    assert set(rows) == config.names()
    for setting in config.SETTINGS:
        assert rows[setting.name] == f"{setting.meaning} | {setting.default}"


def test_a_demonstration_needs_no_setting_but_its_secrets(tmp_path: Path) -> None:
    config.prepare_secrets(tmp_path)
    settings = config.load({}, INSTANCE=str(tmp_path), DEMO="1")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path}/estimator.sqlite"
    assert (settings.languages, settings.kept_days, settings.workers, settings.proxies) == (("en",), 90, 2, 0)
    assert not settings.https


def test_the_address_of_a_demonstration_is_where_it_listens(load: Load) -> None:
    assert load(PORT="8123").public_url == "http://127.0.0.1:8123"
    assert load(HOST="::1").public_url == "http://[::1]:8000"
    assert load(HOST="[::1]").host == "::1"


def test_outside_a_demonstration_the_public_address_must_be_set(load: Load) -> None:
    assert sentence(load, DEMO="0") == (
        "PUBLIC_URL is missing. Write the address that readers type, such as https://estimate.example.org."
    )
    assert (
        load(DEMO="0", PUBLIC_URL="https://estimate.example.org/").public_url
        == "https://estimate.example.org"
    )


def test_no_key_has_a_default(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"SECRET_KEY is missing: .* `estimator prepare`"):
        config.load({}, INSTANCE=str(tmp_path), DEMO="1")
    with pytest.raises(WrongSetting, match="LINK_KEY is missing"):
        config.load({}, INSTANCE=str(tmp_path), DEMO="1", SECRET_KEY=SECRET)


@pytest.mark.parametrize("name", config.SECRETS)
def test_a_short_key_is_refused_and_not_repeated(load: Load, name: str) -> None:
    said = sentence(load, **{name: "change-me"})
    assert said.startswith(f"{name} has fewer than 32 characters.")
    assert "change-me" not in said


def test_one_key_cannot_serve_two_purposes(load: Load) -> None:
    assert "are the same" in sentence(load, SECRET_KEY=SECRET, LINK_KEY=SECRET)


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    config.prepare_secrets(instance)
    made = {path.name: path.read_text() for path in instance.iterdir()}
    assert set(made) == {"secret_key", "link_key"}
    assert stat.S_IMODE(instance.stat().st_mode) == 0o700
    for path in instance.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    config.prepare_secrets(instance)
    assert {path.name: path.read_text() for path in instance.iterdir()} == made


def test_an_instance_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(
        WrongSetting, match=r"The instance folder .*taken cannot be written \(File exists\)\."
    ):
        config.prepare_secrets(tmp_path / "taken")


@pytest.mark.parametrize("name", config.IN_FILES)
def test_a_secret_may_stand_in_a_file(tmp_path: Path, name: str) -> None:
    value = "postgresql://u:p@h/d" if name == "DATABASE_URL" else SECRET
    (tmp_path / "secret").write_text(f"{value}\n")
    known = {"INSTANCE": str(tmp_path), "DEMO": "1", "SECRET_KEY": "s" * 32, "LINK_KEY": "l" * 32}
    known.pop(name, None)
    settings = config.load(
        {}, **known, PUBLIC_URL="http://localhost", **{f"{name}_FILE": str(tmp_path / "secret")}
    )
    read = {
        "SECRET_KEY": settings.secret_key,
        "LINK_KEY": settings.link_key,
        "DATABASE_URL": settings.database_url,
    }
    assert read[name] == value.replace("postgresql:", "postgresql+psycopg:")


def test_a_secret_in_a_file_and_in_the_open_is_refused(load: Load, tmp_path: Path) -> None:
    said = sentence(load, SECRET_KEY=SECRET, SECRET_KEY_FILE=str(tmp_path / "secret"))
    assert said == "SECRET_KEY and SECRET_KEY_FILE are both set. Keep one of them."


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"SECRET_KEY_FILE names .*nowhere, which cannot be read"):
        config.load({}, DEMO="1", SECRET_KEY_FILE=str(tmp_path / "nowhere"))
    (tmp_path / "latin").write_bytes(b"\xff" * 40)
    with pytest.raises(WrongSetting, match="it is not UTF-8"):
        config.load({}, DEMO="1", SECRET_KEY_FILE=str(tmp_path / "latin"))


def test_an_empty_setting_is_one_that_is_not_set(load: Load) -> None:
    assert load(PORT="", WORKERS="", LANGUAGES="", DATABASE_URL="") == load()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "8000.0"),
        ("PORT", "٣٠٠٠"),
        ("WORKERS", "-1"),
        ("KEPT_DAYS", "ninety"),
        ("DEMO", "yes"),
        ("LANGUAGES", "en, klingon"),
        ("LANGUAGES", ","),
        ("HOST", "http://127.0.0.1"),
        ("HOST", "a b"),
        ("PUBLIC_URL", "estimate.example.org"),
        ("PUBLIC_URL", "ftp://estimate.example.org"),
        ("PUBLIC_URL", "https://estimate.example.org/costs"),
        ("PUBLIC_URL", "https://user@estimate.example.org"),
        ("PUBLIC_URL", "https://estimate.example.org:0"),
        ("PUBLIC_URL", "https://estimate.example.org:port"),
        ("PUBLIC_URL", "https://"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_written(load: Load, name: str, text: str) -> None:
    assert sentence(load, **{name: text}).startswith(f"{name} is “{text}”: ")


@pytest.mark.parametrize(
    "url", ["mysql://u:hunter2@h/d", "sqlite://", "sqlite:///", "sqlite:///:memory:", "hunter2"]
)
def test_a_wrong_database_address_does_not_repeat_its_password(load: Load, url: str) -> None:
    said = sentence(load, DATABASE_URL=url)
    assert said.startswith("DATABASE_URL cannot be used: write sqlite:///PATH or postgresql://")
    assert "hunter2" not in said


def test_a_relative_database_begins_in_the_instance_folder(load: Load, tmp_path: Path) -> None:
    assert load(DATABASE_URL="sqlite:///other.db").database_url == f"sqlite:///{tmp_path}/other.db"
    assert load(DATABASE_URL="sqlite:////srv/other.db").database_url == "sqlite:////srv/other.db"


def test_settings_cannot_be_changed_while_the_app_runs(load: Load) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load().demo = True  # type: ignore[misc]


def test_secrets_do_not_show_when_settings_are_printed(load: Load) -> None:
    shown = repr(load(SECRET_KEY=SECRET, DATABASE_URL="postgresql://u:hunter2@h/d"))
    assert SECRET not in shown
    assert "hunter2" not in shown
