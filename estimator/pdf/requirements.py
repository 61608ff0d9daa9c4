"""What a machine needs for making PDFs, and whether it has it."""

from __future__ import annotations

from pathlib import Path

from estimator.messages import gettext as _
from estimator.pdf import renderer
from estimator.pdf.fonts import FONT_FOLDERS
from estimator.pdf.substitutes import MARK

LATIN = ("NotoSans-Regular", "NotoSans-Bold")
"""The files of the font without which there is no document at all."""

SCRIPTS = {
    "Greek": "αΩ",
    "Cyrillic": "яЖ",
    "Arabic": "عگ",
    "Hebrew": "אש",
    "Devanagari": "कष",
    "Bengali": "কষ",
    "Gurmukhi": "ਕਸ",
    "Gujarati": "કસ",
    "Oriya": "କସ",
    "Tamil": "கஷ",
    "Telugu": "కష",
    "Kannada": "ಕಷ",
    "Malayalam": "കഷ",
    "Sinhala": "කෂ",
    "Thai": "กฮ",
    "Tibetan": "ཀཥ",
    "Ethiopic": "ሀፐ",
    "Chinese": "你龙龍",
    "Japanese": "あア東",
    "Korean": "한국",
}
"""The scripts in which patients write their names, and letters of each that the renderer is asked about."""

OF_CJK = ("Chinese", "Japanese", "Korean")
"""The scripts whose fonts are a package of their own."""


def problems() -> list[str]:
    """Return a sentence for everything that is missing, each with how to install it."""
    try:
        from weasyprint.text import ffi  # noqa: PLC0415 - it fails where Pango is missing
    except OSError:
        return [
            _(
                "Pango is missing, so no PDF can be made. Debian and Ubuntu: apt-get install libpango-1.0-0 "
                "libpangoft2-1.0-0 libharfbuzz-subset0. macOS: brew install pango harfbuzz."
            )
        ]
    if ffi.harfbuzz_subset is not None:
        return _fonts()
    return [
        _(
            "libharfbuzz-subset is missing, so that every PDF takes twice as long. "
            "Debian and Ubuntu: apt-get install libharfbuzz-subset0. macOS: brew install harfbuzz."
        ),
        *_fonts(),
    ]


def _fonts() -> list[str]:
    if not all(any(any(Path(folder).rglob(f"{name}.*tf")) for folder in _folders()) for name in LATIN):
        return [
            _(
                "The font Noto Sans is missing, so no PDF can be made. "
                "Debian and Ubuntu: apt-get install fonts-noto-core. macOS: brew install --cask font-noto-sans."
            )
        ]
    try:
        missing = set(renderer.undrawable("".join(SCRIPTS.values())))
    except renderer.RenderingFailed as failure:
        return [str(failure)]
    finally:
        renderer.close()
    without = [script for script, letters in SCRIPTS.items() if missing.intersection(letters)]
    return [
        *_without([script for script in without if script not in OF_CJK], "fonts-noto-core"),
        *_without([script for script in without if script in OF_CJK], "fonts-noto-cjk"),
    ]


def _folders() -> list[str]:
    return [folder for folder in FONT_FOLDERS if Path(folder).is_dir()]


def _without(scripts: list[str], package: str) -> list[str]:
    if not scripts:
        return []
    return [
        _(
            "No font for %(scripts)s is here, so each letter of such a text is drawn as “%(mark)s” in a PDF. "
            "Debian and Ubuntu: apt-get install %(package)s. macOS: brew install --cask %(casks)s.",
            scripts=", ".join(scripts),
            mark=MARK,
            package=package,
            casks=" ".join(sorted({_cask(script) for script in scripts})),
        )
    ]


def _cask(script: str) -> str:
    """Return what Homebrew calls the font of a script."""
    if script in OF_CJK:
        return "font-noto-sans-cjk"
    if script in ("Greek", "Cyrillic"):
        return "font-noto-sans"
    return f"font-noto-{'serif' if script == 'Tibetan' else 'sans'}-{script.lower()}"
