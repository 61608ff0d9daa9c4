"""What a machine needs for making PDFs, and whether it has it."""

from __future__ import annotations

from pathlib import Path

from estimator.messages import gettext as _
from estimator.pdf.fonts import FONT_FOLDERS

FONTS = {
    "Latin and Cyrillic": "NotoSans-*",
    "Arabic": "NotoSansArabic*",
    "Devanagari": "NotoSansDevanagari*",
    "Bengali": "NotoSansBengali*",
}
"""The scripts that a document must be able to show, and the files of the font for each."""


def problems() -> list[str]:
    """Return a sentence for everything that is missing, each with how to install it."""
    found = _libraries()
    for script, pattern in FONTS.items():
        if not any(any(Path(folder).rglob(f"{pattern}.*tf")) for folder in FONT_FOLDERS):
            found.append(
                _(
                    "The Noto font for %(script)s is missing, so such text cannot stand in a PDF. "
                    "Debian and Ubuntu: apt-get install fonts-noto-core. "
                    "macOS: brew install --cask font-noto-sans font-noto-sans-arabic "
                    "font-noto-sans-devanagari font-noto-sans-bengali.",
                    script=script,
                )
            )
    return found


def _libraries() -> list[str]:
    try:
        from weasyprint.text import ffi  # noqa: PLC0415 - it fails where Pango is missing
    except OSError:
        return [
            _(
                "Pango is missing, so no PDF can be made. Debian and Ubuntu: apt-get install libpango-1.0-0 "
                "libpangoft2-1.0-0 libharfbuzz-subset0. macOS: brew install pango harfbuzz."
            )
        ]
    if ffi.harfbuzz_subset is None:
        return [
            _(
                "libharfbuzz-subset is missing, so that every PDF takes twice as long. "
                "Debian and Ubuntu: apt-get install libharfbuzz-subset0. macOS: brew install harfbuzz."
            )
        ]
    return []
