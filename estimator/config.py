"""Every setting: its name, what it means, and its default. A wrong or a missing one stops the start.

Settings come from environment variables; an empty one counts as not set. A secret may stand in a file whose
path is in NAME_FILE. The keys are otherwise kept in the instance folder, where `prepare_secrets` makes them;
none has a default. docs/running.md lists them all.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from estimator.i18n import reader
from estimator.messages import gettext as _

SECRETS = ("SECRET_KEY", "LINK_KEY")
"""Keys that are made into the instance folder: of the session cookie, and of the links."""

IN_FILES = (*SECRETS, "DATABASE_URL")
"""Settings that may stand in a file named by NAME_FILE, because they are or hold a secret."""

SHORTEST_SECRET = 32


class WrongSetting(Exception):
    """A setting that the app cannot start with; the message says which, and what to write."""


@dataclass(frozen=True)
class Settings:
    """The settings of one running app; the names in capitals are those of the environment."""

    instance: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    link_key: str = field(repr=False)
    public_url: str
    demo: bool
    languages: tuple[str, ...]
    kept_days: int
    host: str
    port: int
    workers: int
    proxies: int

    @property
    def https(self) -> bool:
        """Whether readers reach the app through HTTPS."""
        return self.public_url.startswith("https://")


@dataclass(frozen=True)
class Setting:
    """One setting as docs/running.md describes it."""

    name: str
    meaning: str
    default: str
    read: Callable[[str], Any]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not least <= int(text) <= most:
            raise ValueError(_("write a whole number from %(least)s to %(most)s", least=least, most=most))
        return int(text)

    return read


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(_("write 1 for yes or 0 for no"))
    return text == "1"


def _languages(text: str) -> tuple[str, ...]:
    tags = tuple(tag.strip() for tag in text.split(",") if tag.strip())
    if not tags:
        raise ValueError(_("name at least one language, for example en"))
    for tag in tags:
        try:
            reader(tag)
        except ValueError:
            raise ValueError(
                _("there is no language %(tag)s; write tags such as en or pt-BR", tag=tag)
            ) from None
    return tags


def _address(text: str) -> str:
    advice = _("write scheme and host without a path, such as https://estimate.example.org")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or text.rstrip("/") != f"{parts.scheme}://{parts.netloc}":
        raise ValueError(advice)
    if not parts.hostname or "@" in parts.netloc or not text.isascii() or not text.isprintable():
        raise ValueError(advice)
    try:
        port = parts.port
    except ValueError:
        raise ValueError(advice) from None
    if parts.netloc.endswith(":") or port == 0:
        raise ValueError(advice)
    return text.rstrip("/")


def _host(text: str) -> str:
    if not text.isascii() or not text.isprintable() or any(letter in text for letter in " /@?#"):
        raise ValueError(_("write a host name or an IP address"))
    return text.strip("[]")


def _database(text: str) -> str:
    advice = _("write sqlite:///PATH or postgresql://USER@HOST/DATABASE")
    scheme, separator, rest = text.partition("://")
    if not separator:
        raise ValueError(advice)
    if scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    if scheme == "sqlite" and rest.startswith("/") and rest[1:] not in ("", ":memory:"):
        return text
    raise ValueError(advice)


SETTINGS = (
    Setting(
        "INSTANCE",
        "The folder for the database, secrets and whatever else belongs to this one installation.",
        "instance in the current folder",
        Path,
    ),
    Setting(
        "DATABASE_URL",
        "Where the database is: SQLite for one small server, PostgreSQL for several machines.",
        "sqlite:///INSTANCE/estimator.sqlite; a relative path begins in INSTANCE",
        _database,
    ),
    Setting(
        "PUBLIC_URL",
        "The address that readers type; every link is made from it. HTTPS outside one's own machine.",
        "must be set; in demonstration mode http://HOST:PORT",
        _address,
    ),
    Setting("DEMO", "1: demonstration mode, which answers this machine only; 0: not.", "0", _flag),
    Setting(
        "LANGUAGES",
        "Languages of the pages, separated by commas, the preferred one first.",
        "en",
        _languages,
    ),
    Setting(
        "KEPT_DAYS",
        "Days after which an estimate that nobody deleted is removed.",
        "90",
        _whole(1, 3650),
    ),
    Setting("HOST", "The address to listen on.", "127.0.0.1", _host),
    Setting("PORT", "The port to listen on.", "8000", _whole(1, 65535)),
    Setting("WORKERS", "How many requests are answered at the same time.", "2", _whole(1, 64)),
    Setting(
        "PROXIES",
        "How many proxies of your own stand before the app and set X-Forwarded-For and X-Forwarded-Proto.",
        "0",
        _whole(0, 5),
    ),
)


def load(environment: Mapping[str, str] | None = None, /, **given: str) -> Settings:
    """Return the settings of an environment; `given` ones, by their names in capitals, win.

    Raises WrongSetting for the first one that cannot be used.
    """
    source = {**(os.environ if environment is None else environment), **given}
    values = {setting.name: _value(setting, _text(setting.name, source)) for setting in SETTINGS}
    instance = instance_folder(source)
    port = values["PORT"] or 8000
    host = values["HOST"] or "127.0.0.1"
    demo = bool(values["DEMO"])
    if values["PUBLIC_URL"] is None and not demo:
        raise WrongSetting(
            _(
                "PUBLIC_URL is missing. Write the address that readers type, such as "
                "https://estimate.example.org."
            )
        )
    secret_key, link_key = (_secret(name, source, instance) for name in SECRETS)
    if secret_key == link_key:
        raise WrongSetting(_("SECRET_KEY and LINK_KEY are the same. Make each of them on its own."))
    return Settings(
        instance=instance,
        database_url=_in_instance(values["DATABASE_URL"] or "sqlite:///estimator.sqlite", instance),
        secret_key=secret_key,
        link_key=link_key,
        public_url=values["PUBLIC_URL"] or f"http://{f'[{host}]' if ':' in host else host}:{port}",
        demo=demo,
        languages=values["LANGUAGES"] or ("en",),
        kept_days=values["KEPT_DAYS"] or 90,
        host=host,
        port=port,
        workers=values["WORKERS"] or 2,
        proxies=values["PROXIES"] or 0,
    )


def instance_folder(environment: Mapping[str, str] | None = None, /, **given: str) -> Path:
    """Return the folder that the settings would name, before there is anything in it."""
    source = {**(os.environ if environment is None else environment), **given}
    return Path(source.get("INSTANCE") or "instance").absolute()


def prepare_secrets(instance: Path) -> None:
    """Make the instance folder and every secret that is not there yet, readable by their owner alone.

    Raises WrongSetting if the folder cannot be written.
    """
    try:
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in SECRETS:
            path = _secret_path(instance, name)
            if not path.exists():
                _write_once(path, secrets.token_hex(32) + "\n")
    except OSError as error:
        raise WrongSetting(
            _(
                "The instance folder %(folder)s cannot be written (%(reason)s). "
                "Give it to the user that runs the app, or name another folder in INSTANCE.",
                folder=instance,
                reason=error.strerror,
            )
        ) from error


def _write_once(path: Path, text: str) -> None:
    """Make a file that its owner alone can read, unless another process has just made it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _text(name: str, source: Mapping[str, str]) -> str | None:
    """Return a setting as it was written, from its file if it has one; None if it is not set."""
    text, path = source.get(name) or None, source.get(f"{name}_FILE") or None
    if name not in IN_FILES or path is None:
        return text
    if text is not None:
        raise WrongSetting(_("%(name)s and %(name)s_FILE are both set. Keep one of them.", name=name))
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(
            _(
                "%(name)s_FILE names %(path)s, which cannot be read (%(reason)s).",
                name=name,
                path=path,
                reason=_why(error),
            )
        ) from error


def _value(setting: Setting, text: str | None) -> Any:
    if text is None:
        return None
    try:
        return setting.read(text)
    except ValueError as error:
        name, advice = setting.name, str(error)
        if name in IN_FILES:  # it may hold a password
            raise WrongSetting(_("%(name)s cannot be used: %(advice)s.", name=name, advice=advice)) from error
        said = _("%(name)s is “%(text)s”: %(advice)s.", name=name, text=text, advice=advice)
        raise WrongSetting(said) from error


def _secret(name: str, source: Mapping[str, str], instance: Path) -> str:
    secret = _text(name, source)
    if secret is None:
        path = _secret_path(instance, name)
        try:
            secret = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongSetting(
                _(
                    "%(name)s is missing: %(path)s cannot be read (%(reason)s). Run `estimator prepare`, "
                    "or write the secret into %(name)s or %(name)s_FILE.",
                    name=name,
                    path=path,
                    reason=_why(error),
                )
            ) from error
    if len(secret) < SHORTEST_SECRET:
        raise WrongSetting(
            _(
                "%(name)s has fewer than %(least)s characters. Remove it and run `estimator prepare`.",
                name=name,
                least=SHORTEST_SECRET,
            )
        )
    return secret


def _in_instance(url: str, instance: Path) -> str:
    """Let a relative SQLite path begin in the instance folder, whichever folder the app is started in."""
    scheme, _, path = url.partition(":///")
    return f"sqlite:///{instance / path}" if scheme == "sqlite" else url


def _secret_path(instance: Path, name: str) -> Path:
    return instance / name.lower()


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else _("it is not UTF-8")


def names() -> set[str]:
    """Return the name of every setting and secret, as the documentation must list them."""
    assert len(fields(Settings)) == len(SETTINGS) + len(SECRETS)
    return {setting.name for setting in SETTINGS} | set(SECRETS) | {f"{name}_FILE" for name in IN_FILES}
