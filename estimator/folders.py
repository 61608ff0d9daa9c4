"""Where the files are that the app reads beside its own modules."""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent

TRANSLATIONS = HERE / "translations"
"""The folder of the catalogues: one folder a language."""


def templates_folder() -> Path:
    """Return where the templates are: inside an installed package, beside it in a checkout."""
    inside = HERE / "templates"
    return inside if inside.is_dir() else HERE.parent / "templates"
