from __future__ import annotations

import dataclasses
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from estimator import config
from estimator.config import Settings, WrongSetting
from tests.support.folders import ROOT

Load = Callable[..., Settings]

SECRET = "0123456789abcdef" * 4


def sentence(load: Load, **given: str) -> str:
    with pytest.raises(WrongSetting) as refused:
        load(**given)
    return str(refused.value)


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+?) \|$", text, re.MULTILINE))
    assert set(rows) == config.names()
    for setting in config.SETTINGS:
        assert rows[setting.name] == f"{setting.meaning} | {setting.default}"


def test_a_demonstration_needs_no_setting_but_its_secrets(tmp_path: Path) -> None:
    config.prepare_secrets(tmp_path)
    settings = config.load({}, INSTANCE=str(tmp_path), DEMO="1")
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.database_url == f"sqlite:///{tmp_path}/estimator.sqlite"
    assert (settings.languages[0], settings.kept_days, settings.workers, settings.proxies) == ("en", 90, 2, 0)
    assert settings.documents_kept_days == 7
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
    given = {"INSTANCE": str(tmp_path), "DEMO": "1"}
    for name, key in (("SECRET_KEY", SECRET), ("LINK_KEY", "l" * 32), ("LOOKUP_KEY", "u" * 32)):
        with pytest.raises(WrongSetting, match=f"{name} is missing"):
            config.load({}, **given)
        given[name] = key
    with pytest.raises(WrongSetting, match="DATA_KEYS is missing"):
        config.load({}, **given)


@pytest.mark.parametrize("name", config.SECRETS)
def test_a_short_key_is_refused_and_not_repeated(load: Load, name: str) -> None:
    said = sentence(load, **{name: "change-me"})
    assert said.startswith(f"{name} has fewer than 32 characters, as if it were cut off. Take it again from")
    assert "change-me" not in said


@pytest.mark.parametrize(
    "names", [("SECRET_KEY", "LINK_KEY"), ("SECRET_KEY", "LOOKUP_KEY"), ("LINK_KEY", "LOOKUP_KEY")]
)
def test_one_key_cannot_serve_two_purposes(load: Load, names: tuple[str, str]) -> None:
    assert "are the same" in sentence(load, **dict.fromkeys(names, SECRET))


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    instance = tmp_path / "instance"
    config.prepare_secrets(instance)
    made = {path.name: path.read_text() for path in instance.iterdir()}
    assert set(made) == {"secret_key", "link_key", "lookup_key", "data_keys"}
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


MAIL = {"MAIL_SERVER": "mail.example.org", "MAIL_FROM": "estimates@example.org", "MAIL_USER": "u"}


@pytest.mark.parametrize("name", config.IN_FILES)
def test_a_secret_may_stand_in_a_file(load: Load, tmp_path: Path, name: str) -> None:
    value = {
        "DATABASE_URL": "postgresql://u:p@h/d",
        "QUEUE_URL": "redis://:p@h:6379/0",
        "DATA_KEYS": f"fromfile {'a' * 64}",
        "METRICS_TOKEN": "m" * 40,
    }.get(name, SECRET)
    (tmp_path / "secret").write_text(f"{value}\n")
    password = {} if name == "MAIL_PASSWORD" else {"MAIL_PASSWORD": "p"}
    settings = load(**MAIL, **password, **{name: "", f"{name}_FILE": str(tmp_path / "secret")})
    assert settings.mail_server is not None
    read = {
        "SECRET_KEY": settings.secret_key,
        "LINK_KEY": settings.link_key,
        "LOOKUP_KEY": settings.lookup_key,
        "DATA_KEYS": "".join(f"{key_id} {key.hex()}" for key_id, key in settings.data_keys.keys().items()),
        "DATABASE_URL": settings.database_url,
        "QUEUE_URL": settings.queue_url,
        "MAIL_PASSWORD": settings.mail_server.password,
        "METRICS_TOKEN": settings.metrics_token,
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
    assert load(PORT="", WORKERS="", DATABASE_URL="") == load()
    default = next(setting.default for setting in config.SETTINGS if setting.name == "LANGUAGES")
    assert load(LANGUAGES="").languages == tuple(tag.strip() for tag in default.split(","))


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
        ("PUBLIC_URL", "https://a..b"),
        ("PUBLIC_URL", "https://estimate_.example-.org"),
        ("PRIVACY_NOTICE", "clinic.example.org/privacy"),
        ("PRIVACY_NOTICE", "http://clinic.example.org/privacy"),
        ("PRIVACY_NOTICE", "javascript:alert(1)"),
        ("PRIVACY_NOTICE", "https:///privacy"),
        ("MAIL_SERVER", "smtp://mail.example.org"),
        ("MAIL_SERVER", "mail.example.org:587"),
        ("MAIL_SERVER", "[2001:db8::1"),
        ("MAIL_PORT", "0"),
        ("MAIL_SECURITY", "ssl"),
        ("MAIL_SECURITY", "STARTTLS"),
        ("MAIL_USER", "jürgen"),
        ("MAIL_FROM", "estimates"),
        ("MAIL_FROM", "Estimates <estimates@example.org"),
        ("MAIL_FROM", "a@example.org, b@example.org"),
        ("MAIL_FROM", "estimates@example.org\nBcc: b@example.org"),
        ("MAIL_FROM", "дарья@example.org"),
        ("MAIL_REPLY_TO", "nobody@"),
        ("MAIL_GIVE_UP_HOURS", "0"),
        ("MAIL_GIVE_UP_HOURS", "721"),
        ("MAILS_PER_ADDRESS", "0"),
        ("MAILS_PER_ESTIMATE", "none"),
        ("ADDRESSES_KEPT_DAYS", "0"),
        ("ADDRESSES_KEPT_DAYS", "366"),
        ("LEASE_SECONDS", "0"),
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


@pytest.mark.parametrize(
    "url", ["hunter2", "amqp://u:hunter2@h/0", "sqlite:///:memory:", "redis:hunter2", "mysql://u:hunter2@h/d"]
)
def test_a_wrong_queue_address_does_not_repeat_its_password(load: Load, url: str) -> None:
    assert sentence(load, QUEUE_URL=url) == (
        "QUEUE_URL cannot be used: write sqlite:///PATH, postgresql://USER@HOST/DATABASE or redis://HOST:6379/0."
    )


@pytest.mark.parametrize(
    "url",
    ["postgresql://u:hunter2@h1:5,h2:6/d", "postgresql://h1,h2/d", "postgresql://u:hunter2@h:port/d?host=x"],
)
@pytest.mark.parametrize("name", ["DATABASE_URL", "QUEUE_URL"])
def test_several_servers_where_there_is_room_for_one_are_refused_with_how_to_name_them(
    load: Load, name: str, url: str
) -> None:
    said = sentence(load, **{name: url})
    assert said.startswith(
        f"{name} cannot be used: write the port in digits, and several servers at the end:"
    )
    assert "hunter2" not in said
    right = "postgresql://u:p@/d?host=h1,h2&port=5,6"
    assert load(**{name: right})


def test_a_queue_has_one_redis(load: Load) -> None:
    assert sentence(load, QUEUE_URL="redis://h1:5,h2:6/0") == (
        "QUEUE_URL cannot be used: name one server, with its port in digits: redis://HOST:6379/0."
    )


@pytest.mark.parametrize(
    "place", ["", "h", "u@h:5432", "u:p@[::1]:5432", "u:a/b?c,d:e@h", "%2Fvar%2Frun:5432"]
)
def test_an_address_of_one_server_is_taken_however_it_is_written(load: Load, place: str) -> None:
    assert load(DATABASE_URL=f"postgresql://{place}/d").database_url == f"postgresql+psycopg://{place}/d"


def test_the_queue_is_a_file_beside_sqlite_and_the_database_itself_on_postgresql(
    load: Load, instance: Path
) -> None:
    assert load().queue_url == f"sqlite:///{instance}/queue.sqlite"
    assert load(DATABASE_URL="postgresql://u@h/d").queue_url == "postgresql+psycopg://u@h/d"
    assert load(DATABASE_URL="postgresql://u@h/d", QUEUE_URL="rediss://h/1").queue_url == "rediss://h/1"
    assert load(QUEUE_URL="sqlite:///bells.sqlite").queue_url == f"sqlite:///{instance}/bells.sqlite"


@pytest.mark.parametrize(
    ("given", "port"),
    [
        ({}, 587),
        ({"MAIL_SECURITY": "tls"}, 465),
        ({"MAIL_SECURITY": "unencrypted"}, 25),
        ({"MAIL_SECURITY": "tls", "MAIL_PORT": "2465"}, 2465),
    ],
)
def test_the_port_of_the_mail_server_follows_from_how_it_is_encrypted(
    load: Load, given: dict[str, str], port: int
) -> None:
    server = load(MAIL_SERVER="mail.example.org", MAIL_FROM="estimates@example.org", **given).mail_server
    assert server is not None
    assert server.port == port


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "MAIL_FROM is missing. With MAIL_SERVER it must be set."),
        (
            {"MAIL_FROM": "estimates@example.org", "MAIL_USER": "u"},
            "MAIL_PASSWORD is missing. With MAIL_USER it must be set.",
        ),
        (
            {"MAIL_FROM": "estimates@example.org", "MAIL_PASSWORD": "hunter2"},
            "MAIL_USER is missing. With MAIL_PASSWORD it must be set.",
        ),
    ],
)
def test_a_mail_server_needs_a_sender_and_a_user_a_password(
    load: Load, given: dict[str, str], said: str
) -> None:
    assert sentence(load, MAIL_SERVER="mail.example.org", **given) == said


def test_a_wrong_password_for_the_mail_server_is_not_repeated(load: Load) -> None:
    said = sentence(load, **MAIL, MAIL_PASSWORD="pässword")
    assert said.startswith("MAIL_PASSWORD cannot be used: write letters, digits and signs of ASCII")
    assert "pässword" not in said


@pytest.mark.parametrize(
    ("text", "stands"),
    [
        ("estimates@example.org", "estimates@example.org"),
        ("Hospital <estimates@example.org>", "Hospital <estimates@example.org>"),
        ("Clinic, Delhi <estimates@example.org>", None),
        ('"Clinic, Delhi" <estimates@example.org>', '"Clinic, Delhi" <estimates@example.org>'),
        ("estimates@bücher.de", "estimates@xn--bcher-kva.de"),
        ("Krankenhaus Süd <e@example.org>", "=?utf-8?q?Krankenhaus_S=C3=BCd?= <e@example.org>"),
    ],
)
def test_a_sender_is_an_address_or_a_name_with_one(load: Load, text: str, stands: str | None) -> None:
    if stands is None:
        assert sentence(load, MAIL_FROM=text).startswith("MAIL_FROM is “")
    else:
        assert load(MAIL_FROM=text).mail_from == stands


def test_a_demonstration_has_a_sender_of_its_own(load: Load) -> None:
    assert load().mail_from == "estimates@localhost.localdomain"
    assert load(PUBLIC_URL="https://estimate.example.org").mail_from == "estimates@estimate.example.org"


@pytest.mark.parametrize(
    "text", ["12345678 abcdefabcdefabcdefabcdef", f"short {'a' * 64}", f"k{'1' * 7} {'a' * 64}\n" * 2]
)
def test_keys_that_are_none_are_a_sentence_that_repeats_nothing(load: Load, text: str) -> None:
    said = sentence(load, DATA_KEYS=text)
    assert said.startswith("DATA_KEYS cannot be used: ")
    assert "Take it from a copy" in said
    assert "aaaa" not in said
    assert "abcdef" not in said


def test_a_key_file_that_changes_is_read_again_and_one_in_the_environment_is_not(
    load: Load, instance: Path
) -> None:
    assert load().data_keys.path is None
    config.prepare_secrets(instance)
    assert load(DATA_KEYS="").data_keys.path == instance / "data_keys"
    assert load(DATA_KEYS="", DATA_KEYS_FILE=str(instance / "data_keys")).data_keys.path == (
        instance / "data_keys"
    )


def test_a_relative_database_begins_in_the_instance_folder(load: Load, instance: Path) -> None:
    assert load(DATABASE_URL="sqlite:///other.db").database_url == f"sqlite:///{instance}/other.db"
    assert load(DATABASE_URL="sqlite:////srv/other.db").database_url == "sqlite:////srv/other.db"


def test_settings_cannot_be_changed_while_the_app_runs(load: Load) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        load().demo = True  # type: ignore[misc]


def test_secrets_do_not_show_when_settings_are_printed(load: Load) -> None:
    password = "hunter2"
    shown = repr(
        load(
            SECRET_KEY=SECRET,
            LOOKUP_KEY=SECRET[::-1],
            DATA_KEYS=f"testkey1 {SECRET}",
            DATABASE_URL=f"postgresql://u:{password}@h/d",
            QUEUE_URL=f"redis://:{password}@h/0",
            MAIL_PASSWORD=password,
            **MAIL,
        )
    )
    assert SECRET not in shown
    assert SECRET[::-1] not in shown
    assert password not in shown
