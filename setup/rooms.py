"""Writes the map of the rooms into CONTRIBUTING.md and their picture into docs/images/rooms.svg.

The map is made of the packages' own docstrings, the picture of the contract in setup.cfg; a test holds both current.
"""

from __future__ import annotations

import ast
import configparser
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).parent.parent
MAP = ROOT / "CONTRIBUTING.md"
PICTURE = ROOT / "docs" / "images" / "rooms.svg"
BEGIN, END = "<!-- the map begins -->", "<!-- the map ends -->"

WIDTH, ROW, GAP, PAD = 760, 40, 10, 16


def first_sentence(path: Path) -> str:
    """Return the first sentence of a module's docstring, on one line."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n")[0].split())


def packages() -> Iterator[Path]:
    """Yield every package of the code, each before those inside it."""
    for top in ("pricing", "estimator"):
        yield from sorted(
            (path for path in (ROOT / top).rglob("__init__.py") if "versions" not in path.parts),
            key=lambda path: path.parent.relative_to(ROOT).parts,
        )


def map_of_rooms() -> str:
    """Return the map as a Markdown table: each package, and each module that stands alone in `estimator/`."""
    rows = [(f"{path.parent.relative_to(ROOT)}/", path) for path in packages()]
    alone = [path for path in sorted((ROOT / "estimator").glob("*.py")) if not path.stem.startswith("__")]
    rows += [(str(path.relative_to(ROOT)), path) for path in alone]
    lines = [f"| `{name}` | {first_sentence(path)} |" for name, path in rows]
    return "\n".join(["| Room | What lives there |", "|---|---|", *lines])


def with_map(text: str) -> str:
    """Return a text in which what stands between the two marks is the map."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{map_of_rooms()}\n\n{END}{after}"


def floors() -> list[list[str]]:
    """Return the rooms floor by floor, from the top down, as the contract in setup.cfg has them."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = settings["importlinter:contract:floors"]["layers"].split("\n")
    return [line.replace(":", "|").replace(" ", "").split("|") for line in lines if line.strip()]


def picture() -> str:
    """Return the floors as SVG: a row a floor, imports go down only; below them all stands the arithmetic."""
    rows = [*floors(), ["pricing"]]
    height = PAD * 2 + len(rows) * (ROW + GAP) - GAP
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' role="img" aria-label="The rooms, from the top down; each imports only from rows below its own">',
        "<style>rect{fill:#eef3f2;stroke:#4b6a66}.own rect{fill:#fff7e0}"
        "text{font:14px system-ui,sans-serif;fill:#16302c;text-anchor:middle;dominant-baseline:central}"
        "</style>",
        f'<rect x="0" y="0" width="{WIDTH}" height="{height}" style="fill:#ffffff;stroke:none"/>',
    ]
    for number, rooms in enumerate(rows):
        top = PAD + number * (ROW + GAP)
        wide = (WIDTH - 2 * PAD - GAP * (len(rooms) - 1)) / len(rooms)
        for place, room in enumerate(rooms):
            left = PAD + place * (wide + GAP)
            own = ' class="own"' if room == "pricing" else ""
            drawn.append(
                f'<g{own}><rect x="{left:.0f}" y="{top}" width="{wide:.0f}" height="{ROW}" rx="4"/>'
                f'<text x="{left + wide / 2:.0f}" y="{top + ROW / 2:.0f}">{escape(room)}</text></g>'
            )
    return "\n".join([*drawn, "</svg>", ""])


if __name__ == "__main__":
    MAP.write_text(with_map(MAP.read_text(encoding="utf-8")), encoding="utf-8")
    PICTURE.write_text(picture(), encoding="utf-8")
