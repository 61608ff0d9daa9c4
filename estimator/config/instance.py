"""The instance folder: where it is, and the secrets that are generated in it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from estimator import keys
from estimator.config.defaults import SECRETS
from estimator.config.settings import WrongSetting
from estimator.messages import gettext as _


def instance_folder(environment: Mapping[str, str] | None = None, /, **given: str) -> Path:
    """Return the path of the instance folder, whether it exists or not."""
    source = {**(os.environ if environment is None else environment), **given}
    return Path(source.get("INSTANCE") or "instance").absolute()


def missing_secrets(environment: Mapping[str, str] | None = None, /, **given: str) -> list[str]:
    """Return the names of the secrets that are neither set nor in a file."""
    source = {**(os.environ if environment is None else environment), **given}
    folder = instance_folder(source)
    return [
        name
        for name in SECRETS
        if not source.get(name) and not source.get(f"{name}_FILE") and not secret_path(folder, name).exists()
    ]


def prepare_folder(instance: Path) -> None:
    """Make the instance folder, open to its owner alone; raises WrongSetting if it cannot be made."""
    prepare_secrets(instance, names=())


def prepare_secrets(instance: Path, names: Sequence[str] = SECRETS) -> None:
    """Make the instance folder and every secret that is not there yet, readable by their owner alone.

    Raises WrongSetting if the folder cannot be written.
    """
    try:
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in names:
            path = secret_path(instance, name)
            if not path.exists():
                _write_once(path, keys.new_line() if name == "DATA_KEYS" else secrets.token_hex(32) + "\n")
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
    """Create a file that its owner alone can read, unless another process has just created it."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def secret_path(instance: Path, name: str) -> Path:
    """Return where a secret is in the instance folder."""
    return instance / name.lower()
