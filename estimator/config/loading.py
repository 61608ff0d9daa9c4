"""From the environment to the settings of an app; the first thing that is wrong or missing stops the start."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from estimator import keys
from estimator.config.defaults import IN_FILES, SECRETS, SETTINGS, SHORTEST_SECRET, Setting
from estimator.config.instance import instance_folder, secret_path
from estimator.config.settings import MailServer, Settings, WrongSetting
from estimator.folders import TRANSLATIONS
from estimator.messages import gettext as _

RESEMBLES = 0.85
"""How alike two names are, from 0 to 1, of which one was probably meant for the other."""

NO_SETTINGS = {"LANGUAGE"}
"""Variables that resemble a setting and are known to all programs."""

DEFAULT_DATABASE = "sqlite:///estimator.sqlite"


def load(environment: Mapping[str, str] | None = None, /, **given: str) -> Settings:
    """Return the settings of an environment; `given` ones, by their names in capitals, win.

    Raises WrongSetting for the first one that cannot be used.
    """
    source = {**(os.environ if environment is None else environment), **given}
    values = {setting.name: _value(setting, _text(setting.name, source)) for setting in SETTINGS}
    instance = instance_folder(source)
    port = values["PORT"]
    host = values["HOST"]
    demo = values["DEMO"]
    if values["PUBLIC_URL"] is None and not demo:
        raise WrongSetting(
            _(
                "PUBLIC_URL is missing. Write the address that readers type, such as "
                "https://estimate.example.org."
            )
        )
    secret_key, link_key, lookup_key = (_secret(name, source, instance) for name in SECRETS[:3])
    if len({secret_key, link_key, lookup_key}) < 3:
        raise WrongSetting(
            _("Two of SECRET_KEY, LINK_KEY and LOOKUP_KEY are the same. Make each of them on its own.")
        )
    where = _in_instance(values["DATABASE_URL"] or DEFAULT_DATABASE, instance)
    queue_url = values["QUEUE_URL"]
    if queue_url is None:
        queue_url = "sqlite:///queue.sqlite" if where.startswith("sqlite:") else where
    public_url = values["PUBLIC_URL"] or f"http://{f'[{host}]' if ':' in host else host}:{port}"
    return Settings(
        instance=instance,
        database_url=where,
        queue_url=_in_instance(queue_url, instance),
        secret_key=secret_key,
        link_key=link_key,
        lookup_key=lookup_key,
        data_keys=_keyring(source, instance),
        mail_server=_mail_server(values),
        mail_from=values["MAIL_FROM"] or _own_address(public_url),
        mail_reply_to=values["MAIL_REPLY_TO"],
        mail_give_up_hours=values["MAIL_GIVE_UP_HOURS"],
        mails_per_address=values["MAILS_PER_ADDRESS"],
        mails_per_estimate=values["MAILS_PER_ESTIMATE"],
        mails_per_network=values["MAILS_PER_NETWORK"],
        mails_per_hour=values["MAILS_PER_HOUR"],
        estimates_per_network=values["ESTIMATES_PER_NETWORK"],
        pdfs_per_network=values["PDFS_PER_NETWORK"],
        pdfs_ahead=values["PDFS_AHEAD"],
        addresses_kept_days=values["ADDRESSES_KEPT_DAYS"],
        lease_seconds=values["LEASE_SECONDS"],
        public_url=public_url,
        privacy_notice=values["PRIVACY_NOTICE"],
        demo=demo,
        languages=values["LANGUAGES"] if _text("LANGUAGES", source) else _translated(values["LANGUAGES"]),
        kept_days=values["KEPT_DAYS"],
        documents_kept_days=values["DOCUMENTS_KEPT_DAYS"],
        second_approver=values["SECOND_APPROVER"],
        host=host,
        port=port,
        workers=values["WORKERS"],
        proxies=values["PROXIES"],
        log_format=values["LOG_FORMAT"],
        metrics_token=values["METRICS_TOKEN"],
    )


def database_url(environment: Mapping[str, str] | None = None, /, **given: str) -> str:
    """Return where the database is, also where secrets are missing; raises WrongSetting for a wrong setting."""
    source = {**(os.environ if environment is None else environment), **given}
    return _in_instance(value("DATABASE_URL", source) or DEFAULT_DATABASE, instance_folder(source))


def value(name: str, environment: Mapping[str, str] | None = None, /) -> Any:
    """Return what one setting is by itself, also where others are missing; raises WrongSetting if it is wrong."""
    setting = next(setting for setting in SETTINGS if setting.name == name)
    return _value(setting, _text(name, os.environ if environment is None else environment))


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


def untranslated(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of some languages that there is no catalogue of; the messages themselves are English."""
    return tuple(tag for tag in tags if not _speaks(tag))


def _speaks(tag: str) -> bool:
    language = tag.partition("-")[0]
    return language == "en" or any(
        next((TRANSLATIONS / name).glob("LC_MESSAGES/*.mo"), None)
        for name in (tag.replace("-", "_"), language)
    )


def _translated(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of the languages that there is a catalogue of."""
    return tuple(tag for tag in tags if _speaks(tag))


def _value(setting: Setting, text: str | None) -> Any:
    """Return the value of a setting's text, or its default; None if the default follows from other settings."""
    if text is None:
        return None if setting.otherwise else setting.read(setting.default)
    try:
        return setting.read(text)
    except ValueError as error:
        name, advice = setting.name, str(error)
        if name in IN_FILES:  # it may hold a password
            raise WrongSetting(_("%(name)s cannot be used: %(advice)s.", name=name, advice=advice)) from error
        said = _("%(name)s is “%(text)s”: %(advice)s.", name=name, text=text, advice=advice)
        raise WrongSetting(said) from error


def _secret(name: str, source: Mapping[str, str], instance: Path) -> str:
    secret, stands_in = _text(name, source), name
    if secret is None:
        path = secret_path(instance, name)
        stands_in = str(path)
        try:
            secret = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError as error:
            raise WrongSetting(
                _(
                    "%(name)s is missing: %(path)s cannot be read (%(reason)s). For a new installation run `estimator "
                    "prepare`; else copy the file there from where it was, or from your copy of the keys.",
                    name=name,
                    path=path,
                    reason=_why(error),
                )
            ) from error
        except UnicodeDecodeError as error:
            raise WrongSetting(
                _(
                    "%(path)s is damaged (%(reason)s). Copy it there again from where it was, or from your copy of "
                    "the keys.",
                    path=path,
                    reason=_why(error),
                )
            ) from error
        except OSError as error:
            raise WrongSetting(
                _(
                    "%(path)s cannot be read (%(reason)s). Give it to the user that runs the app: chown USER %(path)s",
                    path=path,
                    reason=_why(error),
                )
            ) from error
        if not secret:
            raise WrongSetting(
                _(
                    "%(path)s is empty. Copy it there again from another machine, or from your copy of the keys. Only "
                    "if this installation was never used: remove it and run `estimator prepare`.",
                    path=path,
                )
            )
    if len(secret) < SHORTEST_SECRET:
        raise WrongSetting(
            _(
                "%(name)s has fewer than %(least)s characters, as if it were cut off. Take it again from another "
                "machine, or from your copy of the keys. Only if this installation was never used: remove it and run "
                "`estimator prepare`.",
                name=stands_in,
                least=SHORTEST_SECRET,
            )
        )
    return secret


def _keyring(source: Mapping[str, str], instance: Path) -> keys.Keyring:
    """Return the keys of personal columns, read from a file wherever there is one, so that a new key is noticed."""
    text = _secret("DATA_KEYS", source, instance)
    path = None
    if not source.get("DATA_KEYS"):
        path = Path(source.get("DATA_KEYS_FILE") or secret_path(instance, "DATA_KEYS"))
    try:
        return keys.Keyring(text, path)
    except keys.WrongKeys as wrong:
        raise WrongSetting(
            _(
                "DATA_KEYS cannot be used: %(advice)s. Take it from a copy; without it no address can be read.",
                advice=wrong,
            )
        ) from None


def _mail_server(values: Mapping[str, Any]) -> MailServer | None:
    if values["MAIL_SERVER"] is None:
        return None
    for name, other in (("MAIL_FROM", None), ("MAIL_USER", "MAIL_PASSWORD"), ("MAIL_PASSWORD", "MAIL_USER")):
        if values[name] is None and (other is None or values[other] is not None):
            raise WrongSetting(
                _(
                    "%(name)s is missing. With %(other)s it must be set.",
                    name=name,
                    other=other or "MAIL_SERVER",
                )
            )
    security = values["MAIL_SECURITY"]
    port = values["MAIL_PORT"] or {"starttls": 587, "tls": 465, "unencrypted": 25}[security]
    return MailServer(values["MAIL_SERVER"], port, security, values["MAIL_USER"], values["MAIL_PASSWORD"])


def _own_address(public_url: str) -> str:
    host = urlsplit(public_url).hostname or ""
    return f"estimates@{host if '.' in host and not host.replace('.', '').isdecimal() else 'localhost.localdomain'}"


def _in_instance(url: str, instance: Path) -> str:
    """Resolve a relative SQLite path against the instance folder, not the current folder."""
    scheme, _, path = url.partition(":///")
    return f"sqlite:///{instance / path}" if scheme == "sqlite" else url


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else _("it is not UTF-8")


def mistyped(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the names of variables that nobody reads and that resemble a setting, each with that setting."""
    source = os.environ if environment is None else environment
    known = names()
    found = {}
    for name in sorted(set(source) - known - NO_SETTINGS):
        for mine in difflib.get_close_matches(name, sorted(known), n=1, cutoff=RESEMBLES):
            found[name] = mine
    return found


def names() -> set[str]:
    """Return the name of every setting and secret, as the documentation must list them."""
    # The four of MAIL_SERVER that are one field of their own.
    assert len(fields(Settings)) == len(SETTINGS) + len(SECRETS) - 4
    return {setting.name for setting in SETTINGS} | set(SECRETS) | {f"{name}_FILE" for name in IN_FILES}
