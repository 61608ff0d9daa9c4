"""The fonts of documents: the system's Noto fonts and no others, so that a document looks the same everywhere."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

FONT_FOLDERS = (
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto",
    "/usr/local/share/fonts",
    "/opt/homebrew/share/fonts",
    "/Library/Fonts",
    str(Path.home() / "Library" / "Fonts"),
)
"""Where Debian, Ubuntu, Homebrew and macOS keep them."""

_SETTINGS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  {folders}
  <cachedir>{cache}</cachedir>
  <selectfont>
    <rejectfont><glob>/*</glob></rejectfont>
    <acceptfont><glob>/*/NotoSans*</glob><glob>/*/NotoSerifTibetan*</glob></acceptfont>
  </selectfont>
  <alias><family>sans-serif</family><prefer><family>Noto Sans</family></prefer></alias>
</fontconfig>
"""
"""Tibetan has no letters without serifs here.

The patterns begin at the root: Fontconfig 2.15 takes any other one to begin in the current folder.
"""


def installed() -> str:
    """Return the names and sizes of the files of fonts that are here: a new one may have letters that none had."""
    files = [path for folder in FONT_FOLDERS for path in Path(folder).rglob("Noto*.*t[tc]*")]
    return " ".join(sorted(f"{path.name} {path.stat().st_size}" for path in files))


def use_only_ours() -> None:
    """Make this process see only our fonts; to be called before anything of Pango is used."""
    folder = Path(tempfile.gettempdir()) / f"estimator-fonts-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        folder = Path(tempfile.mkdtemp(prefix="estimator-fonts-"))
    folders = "\n  ".join(f"<dir>{escape(name)}</dir>" for name in FONT_FOLDERS if Path(name).is_dir())
    text = _SETTINGS.format(folders=folders, cache=escape(str(folder / "cache")))
    # Another version of this program may run beside this one, with other fonts.
    path = folder / f"fonts-{hashlib.sha256(text.encode()).hexdigest()[:16]}.conf"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        draft = folder / f"{path.name}.{os.getpid()}"
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    os.environ["FONTCONFIG_FILE"] = str(path)
