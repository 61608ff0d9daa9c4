"""Every setting: its name, what it means, and its default. A wrong or a missing one stops the start.

Settings come from environment variables; an empty one counts as not set. A secret may stand in a file whose
path is in NAME_FILE. The keys are otherwise kept in the instance folder, where `prepare_secrets` makes them;
none has a default. docs/running.md lists them all.
"""

from __future__ import annotations

from estimator.config.defaults import IN_FILES, SECRETS, SETTINGS
from estimator.config.instance import (
    instance_folder,
    missing_secrets,
    prepare_folder,
    prepare_secrets,
    secret_path,
)
from estimator.config.loading import database_url, load, mistyped, names, untranslated, value
from estimator.config.settings import MailServer, Settings, WrongSetting

__all__ = [
    "IN_FILES",
    "SECRETS",
    "SETTINGS",
    "MailServer",
    "Settings",
    "WrongSetting",
    "database_url",
    "instance_folder",
    "load",
    "missing_secrets",
    "mistyped",
    "names",
    "prepare_folder",
    "prepare_secrets",
    "secret_path",
    "untranslated",
    "value",
]
