"""Brings the message catalogues up to date with the sentences of code and templates.

Two catalogues: `patients` has every message that a patient can meet, `staff` has what only staff and the command
line say. A file is patients' unless it is listed here, and a message of both is patients'. What translators are
told stands in notes_for_translators.toml, or in a comment "Translators:" above a message; "Staff only." gives one
message of a patients' file to staff.

    python setup/catalogues.py                      extract, update every language, compile
    python setup/catalogues.py new xx               begin the language xx: its catalogue and its paper in docs/languages
    python setup/catalogues.py check [xx]           say what is wrong with the translations for patients
    python setup/catalogues.py --folder F …         the same in another folder, for a test
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser, write_po

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
    "templates/email/staff_*",
    "templates/email/desk_*",
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
    "estimator/pdf/images.py",
    "estimator/pdf/renderer.py",
    "estimator/pdf/requirements.py",
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


_CALLED = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\s*\(")


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
        if path.suffix == ".py" and not _CALLED.search(path.read_text(encoding="utf-8")):
            continue  # reading all of it for nothing takes most of the time
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


class Plain(Catalog):
    """A catalogue whose head says what a program has to know, and no dates, so that it is the same each time."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The lines of the head."""
        told = {"Language", "Plural-Forms", "Content-Type"}
        return [(name, value) for name, value in super().mime_headers if name in told]

    @mime_headers.setter
    def mime_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        self._set_mime_headers(headers)


def template(domain: str) -> Catalog:
    """Return the empty catalogue of a domain."""
    catalogue = Plain(fuzzy=False)
    for message in messages():
        if message.domain == domain:
            catalogue.add(message.id, auto_comments=message.comments, context=message.context)
    return catalogue


def read(path: Path, locale: Locale | None = None) -> Catalog:
    """Return a catalogue from its file."""
    catalogue = Plain(locale, header_comment="", fuzzy=False)
    with path.open("rb") as file:
        PoFileParser(catalogue).parse(file)
    return catalogue


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


def compiled(po: Path) -> bytes:
    """Return what the .mo file of a .po file holds."""
    buffer = BytesIO()
    write_mo(buffer, read(po))
    return buffer.getvalue()


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
        po.with_suffix(".mo").write_bytes(compiled(po))


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
    about = f"# {locale.english_name}, for patients. What translators must know: docs/languages/README.md"
    catalogue = Plain(locale, header_comment=about, fuzzy=False)
    catalogue.update(template("patients"), no_fuzzy_matching=True)
    po.parent.mkdir(parents=True)
    write(catalogue, po)
    po.write_text(_with_own_plurals(po.read_text(encoding="utf-8"), locale), encoding="utf-8")
    po.with_suffix(".mo").write_bytes(compiled(po))
    paper = papers / f"{tag}.md"
    paper.parent.mkdir(parents=True, exist_ok=True)
    if not paper.exists():
        paper.write_text(
            PAPER.format(name=locale.get_display_name() or tag, english=locale.english_name), "utf-8"
        )
    return [po, paper]


def _with_own_plurals(text: str, locale: Locale) -> str:
    """Correct what Babel believes of languages that say 0 as they say 1, such as Hindi and Bengali."""
    if [locale.plural_form(number) for number in (0, 1, 2)] == ["one", "one", "other"]:
        return text.replace("plural=(n != 1)", "plural=(n > 1)")
    return text


def check(tag: str, folder: Path, papers: Path) -> Iterator[str]:
    """Yield what is wrong with the patients' catalogue of a language, a line each."""
    locale = Locale.parse(tag, sep="-")
    po = folder / str(locale) / "LC_MESSAGES" / "patients.po"
    if not po.exists():
        yield f"{tag}: there is no {po.name}; begin it with: sh setup/messages.sh new {tag}"
        return
    said, source = read(po, locale), read(folder / "patients.pot")
    forms = _forms(locale)
    if said.num_plurals != len(forms):
        yield f"{tag}: Plural-Forms says {said.num_plurals} forms, the language has {len(forms)}"
    if not po.with_suffix(".mo").exists() or po.with_suffix(".mo").read_bytes() != compiled(po):
        yield f"{tag}: patients.mo is not what patients.po says; run: sh setup/messages.sh"
    wanted = {(message.id, message.context) for message in source if message.id}
    for message in said:
        if message.id and (message.id, message.context) not in wanted:
            yield f"{tag}: no message of the code any more: {_first(message.id)!r}"
        wanted.discard((message.id, message.context))
    for missing, _context in sorted(wanted, key=str):
        yield f"{tag}: not in patients.po: {_first(missing)!r}"
    never = tuple(forbidden(papers / f"{tag}.md"))
    if not never:
        yield f"{tag}: {tag}.md lists no word that must never be said"
    for message in said:
        if message.id:
            for trouble in _troubles(message, len(forms), never, locale):
                yield f"{tag}: {trouble}: {_first(message.id)!r}"


def _troubles(message: Any, forms: int, never: tuple[str, ...], locale: Locale) -> Iterator[str]:
    """Yield what is wrong with one translated message."""
    plural = isinstance(message.id, tuple)
    english = message.id[1] if plural else message.id
    texts = list(message.string) if plural else [message.string]
    if message.fuzzy:
        yield "fuzzy"
    if len(texts) != (forms if plural else 1) or not all(texts):
        yield "not translated"
        return
    for index, text in enumerate(texts):
        lacking, strange = (
            placeholders(english) - placeholders(text),
            placeholders(text) - placeholders(english),
        )
        if lacking - ({"%(num)s"} if plural and _one_number(index, locale) else set()):
            yield f"lacks {', '.join(sorted(lacking))}"
        if strange:
            yield f"has a placeholder of its own, {', '.join(sorted(strange))}"
        spaced = text.lstrip() if english in (":", "; ") else text  # French has a space before them
        if (spaced[:1].isspace(), spaced[-1:].isspace()) != (english[:1].isspace(), english[-1:].isspace()):
            yield "begins or ends with a space, other than the English"
        if any(unicodedata.category(letter) == "Nd" and letter not in "0123456789" for letter in text):
            yield "has digits other than 0 to 9"
        if set(_digits(english)) - set(_digits(text)):
            yield f"lacks the number {', '.join(sorted(set(_digits(english)) - set(_digits(text))))}"
        if "<" in text and "<" not in english:
            yield "has markup"
        if text == english and len(re.findall(r"[A-Za-z]{2,}", PLACEHOLDER.sub("", english))) > MOST_ALIKE:
            yield "is still English"
        folded = _folded(text)
        for word in never if _any_of(never).search(folded) else ():
            if _any_of((word,)).search(folded):
                yield f"says “{word.removeprefix('*')}”"


MOST_ALIKE = 3
"""Number of English words that a translation may have as they are, such as “PDF”."""

PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|%|\{\w*\}")


def placeholders(text: str) -> set[str]:
    """Return the placeholders of a message, and any lone percent sign, which would break it."""
    return set(PLACEHOLDER.findall(text))


def _digits(text: str) -> list[str]:
    return re.findall(r"[0-9]+", PLACEHOLDER.sub("", text))


def _one_number(index: int, locale: Locale) -> bool:
    """Whether a plural form is said of one number alone, so that the word for it may stand in its place."""
    order = [form for form in ("zero", "one", "two", "few", "many", "other") if form in _forms(locale)]
    return _forms(locale)[order[index]] == 1


@cache
def _forms(locale: Locale) -> Counter[str]:
    """Return for each plural form that whole numbers take how many numbers below 1000 take it."""
    return Counter(locale.plural_form(number) for number in range(1000))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds a word at the beginning of a word of a folded text, or anywhere if it begins with `*`."""
    found = (
        re.escape(_folded(word[1:])) if word.startswith("*") else rf"(?<!\w){re.escape(_folded(word))}"
        for word in words
    )
    return re.compile("|".join(found) or "(?!)")


def forbidden(paper: Path) -> list[str]:
    """Return what a language must never say, from the block of its paper."""
    if not paper.exists():
        return []
    found = re.search(r"```forbidden\n(.*?)```", paper.read_text(encoding="utf-8"), re.DOTALL)
    return [line.strip() for line in found[1].splitlines() if line.strip()] if found else []


def languages(folder: Path) -> list[str]:
    """Return the tags of the languages that have a catalogue for patients."""
    return sorted(path.parents[1].name.replace("_", "-") for path in folder.glob("*/LC_MESSAGES/patients.po"))


PAPER = """\
# {name} ({english})

What this language says for the terms of [TERMS.md](TERMS.md), and what it must never say.

| English | Here | Why this word |
|---|---|---|

## Never said

A test reads this block: the beginning of a word on each line, in small letters or large ones; with `*` before it, it is
found inside of words as well. None of them may be in a translated message.

```forbidden
```
"""


def main() -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "what", nargs="*", metavar="new TAG | check [TAG]", help="begin a language, or check all"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--papers", type=Path, default=PAPERS)
    asked = parser.parse_args()
    match asked.what:
        case []:
            renew(asked.folder)
        case ["new", tag]:
            for path in begin(tag, asked.folder, asked.papers):
                sys.stdout.write(f"{path}\n")
        case ["check", *tags]:
            found = [
                line
                for tag in tags or languages(asked.folder)
                for line in check(tag, asked.folder, asked.papers)
            ]
            sys.stdout.writelines(f"{line}\n" for line in found)
            raise SystemExit(1 if found else 0)
        case _:
            parser.error("say nothing, or: new TAG, or: check [TAG]")


if __name__ == "__main__":
    main()
