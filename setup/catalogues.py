"""Brings the message catalogues up to date with the sentences of code and templates.

Two catalogues: `patients` has every message that a patient can meet, `staff` has what only staff and the command
line say. A file is patients' unless it is listed here, and a message of both is patients'. What translators are
told stands in notes_for_translators.toml, or in a comment "Translators:" above a message; "Staff only." gives one
message of a patients' file to staff.

    python setup/catalogues.py                      extract, update every language, compile
    python setup/catalogues.py new xx               begin the language xx: its catalogue and its paper in docs/languages
    python setup/catalogues.py --folder F [new xx]  the same in another folder, for a test
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
NOTES = ROOT / "setup" / "notes_for_translators.toml"
FOLDER = ROOT / "estimator" / "translations"
PAPERS = ROOT / "docs" / "languages"

DOMAINS = ("patients", "staff")

SOURCES = ("estimator/**/*.py", "pricing/**/*.py", "templates/**/*.html", "templates/**/*.txt")

STAFF = (
    "templates/desk/*",
    "templates/staff/*",
    "templates/security/*",
    "templates/demonstration/*",
    "templates/email/staff_*",
    "templates/email/test/*",
    "templates/email/quote_decided/*",
    "templates/email/quote_question/*",
    "templates/email/request_question/*",
    "estimator/web/desk/*",
    "estimator/web/staff/*",
    "estimator/cli/*",
    "estimator/clinic/*",
    "estimator/config/*",
    "estimator/mail/*",
    "estimator/migrations/*",
    "estimator/operations/*",
    "estimator/pdf/*",
    "estimator/price_lists/*",
    "estimator/processes/demonstration.py",
    "estimator/processes/server.py",
    "estimator/processes/supervisor.py",
    "estimator/processes/worker.py",
    "estimator/processes/rechecking.py",
    "estimator/staff/*",
    "estimator/web/troubles.py",
    "estimator/wording/differences.py",
    "estimator/wording/states_at_desk.py",
    "pricing/table_sentences.py",
)
"""The files whose messages no patient ever sees; `*` stands for folders as well."""

STAFF_ONLY = "Staff only."

KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "N_": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}


@dataclass(frozen=True)
class Message:
    """One message of the source, with its context, what translators are told, and the domain it is in."""

    id: str | tuple[str, str]
    context: str | None
    comments: tuple[str, ...]
    domain: str


@cache
def messages() -> tuple[Message, ...]:
    """Return every message of code and templates once, in the alphabet's order."""
    found: dict[tuple[object, str | None], Message] = {}
    for message in _extracted():
        key = (message.id, message.context)
        before = found.get(key)
        if before is not None:
            domain = "patients" if "patients" in (before.domain, message.domain) else "staff"
            comments = tuple(dict.fromkeys((*before.comments, *message.comments)))
            found[key] = Message(before.id, before.context, comments, domain)
        else:
            found[key] = message
    return tuple(sorted(found.values(), key=lambda message: (_first(message.id), message.context or "")))


@cache
def notes() -> dict[str, str]:
    """Return what translators are told, by message."""
    return tomllib.loads(NOTES.read_text(encoding="utf-8"))


def _first(message: str | tuple[str, str]) -> str:
    return message if isinstance(message, str) else message[0]


def _extracted() -> Iterator[Message]:
    paths = sorted(path for pattern in SOURCES for path in ROOT.glob(pattern))
    for path in paths:
        name = path.relative_to(ROOT).as_posix()
        whose = "staff" if any(fnmatch(name, pattern) for pattern in STAFF) else "patients"
        method = "python" if path.suffix == ".py" else "jinja2"
        options = {"encoding": "utf-8", "trimmed": "true", "silent": "false"}
        for _line, found, comments, context in extract_from_file(
            method,
            path,
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            options=options,
            strip_comment_tags=True,
        ):
            said = tuple(" ".join(comments).split("Translators:")) if comments else ()
            told = tuple(part.strip() for part in (*said, notes().get(_first(found), "")) if part.strip())
            domain = "staff" if STAFF_ONLY in told else whose
            yield Message(found, context, tuple(part for part in told if part != STAFF_ONLY), domain)


def template(domain: str) -> Catalog:
    """Return the empty catalogue of a domain."""
    catalogue = Catalog(fuzzy=False)
    for message in messages():
        if message.domain == domain:
            catalogue.add(message.id, auto_comments=message.comments, context=message.context)
    return catalogue


def read(path: Path, locale: Locale | None = None) -> Catalog:
    """Return a catalogue from its file."""
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def write(catalogue: Catalog, path: Path, header: bool = True) -> None:
    """Write a catalogue as text, without places in the source and without dates, so that few lines change."""
    with path.open("wb") as file:
        write_po(
            file,
            catalogue,
            width=120,
            no_location=True,
            omit_header=not header,
            ignore_obsolete=True,
            sort_output=True,
        )


def compile(po: Path) -> None:
    """Write the .mo file beside a .po file."""
    with po.with_suffix(".mo").open("wb") as file:
        write_mo(file, read(po))


def of_languages(folder: Path) -> list[Path]:
    """Return the .po files of all languages."""
    return sorted(path for domain in DOMAINS for path in folder.glob(f"*/LC_MESSAGES/{domain}.po"))


def renew(folder: Path) -> None:
    """Extract, update every language's catalogue without guesses, and compile."""
    empty = {domain: template(domain) for domain in DOMAINS}
    for domain, catalogue in empty.items():
        write(catalogue, folder / f"{domain}.pot", header=False)
    for po in of_languages(folder):
        said = read(po, Locale.parse(po.parents[1].name))
        moved = {
            key: message for other in po.parent.glob("*.po") for key, message in _said(read(other)).items()
        }
        said.update(empty[po.stem], no_fuzzy_matching=True)
        for message in said:
            if message.id and not message.string and (message.id, message.context) in moved:
                message.string = moved[message.id, message.context]
        said.obsolete.clear()
        write(said, po)
        compile(po)


def _said(catalogue: Catalog) -> dict[tuple[object, str | None], object]:
    return {
        (message.id, message.context): message.string
        for message in catalogue
        if message.id and message.string
    }


def begin(tag: str, folder: Path, papers: Path) -> list[Path]:
    """Begin a language: an empty catalogue of patients' messages, and its paper with what translators agree on."""
    locale = Locale.parse(tag, sep="-")
    po = folder / str(locale) / "LC_MESSAGES" / "patients.po"
    if po.exists():
        raise SystemExit(f"{po} is there already.")
    catalogue = Catalog(locale=locale, project="patients", fuzzy=False)
    catalogue.update(template("patients"), no_fuzzy_matching=True)
    po.parent.mkdir(parents=True)
    write(catalogue, po)
    compile(po)
    paper = papers / f"{tag}.md"
    paper.parent.mkdir(parents=True, exist_ok=True)
    if not paper.exists():
        paper.write_text(
            PAPER.format(name=locale.get_display_name() or tag, english=locale.english_name), "utf-8"
        )
    return [po, paper]


PAPER = """\
# {name} ({english})

What this language says for the terms of [TERMS.md](TERMS.md), and what it must never say.

| English | Here | Why this word |
|---|---|---|

## Never said

A test reads this block: one word or beginning of a word a line, in any form of its letters. None of them may stand
in a translated message.

```forbidden
```
"""


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("new", nargs="*", metavar="new TAG", help="begin a language")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--papers", type=Path, default=PAPERS)
    asked = parser.parse_args()
    match asked.new:
        case []:
            renew(asked.folder)
        case ["new", tag]:
            for path in begin(tag, asked.folder, asked.papers):
                sys.stdout.write(f"{path}\n")
        case _:
            parser.error("say nothing, or: new TAG")


if __name__ == "__main__":
    main()
