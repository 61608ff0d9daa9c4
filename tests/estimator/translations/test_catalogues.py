"""Every language that the product speaks says every message that a patient can meet, with all of its placeholders.

What is wrong is found by `setup/catalogues.py check`, which translators run too. An invented language proves that it
finds what is broken, and that another language is one command and two files.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from estimator import config
from estimator.config import Settings
from tests.support import apps, profile
from tests.support.apps import Apps
from tests.support.clinic import table_text
from tests.support.database import publish
from tests.support.folders import ROOT
from tests.support.visitor import Visitor

TRANSLATIONS = ROOT / "estimator" / "translations"
PAPERS = ROOT / "docs" / "languages"

SPOKEN = next(setting.default for setting in config.SETTINGS if setting.name == "LANGUAGES").split(",")
"""The languages of the product."""

LANGUAGES = sorted(
    {path.parents[1].name.replace("_", "-") for path in TRANSLATIONS.glob("*/LC_MESSAGES/patients.po")}
    | {tag.strip() for tag in SPOKEN} - {"en"}
)


def catalogues(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, str(ROOT / "setup" / "catalogues.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def english(domain: str) -> list[str]:
    """Return the messages of a domain, without their plurals."""
    blocks = (TRANSLATIONS / f"{domain}.pot").read_text(encoding="utf-8").split("\n\n")
    found = [re.search(r"^msgid ((?:\".*\"\n?)+)", block, re.MULTILINE) for block in blocks]
    return ["".join(re.findall(r'"(.*)"', each[1])) for each in found if each]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which Esperanto was begun by the one command."""
    folder = tmp_path_factory.mktemp("languages")
    for domain in ("patients", "staff"):
        shutil.copy(TRANSLATIONS / f"{domain}.pot", folder)
    done = catalogues("--folder", folder, "--papers", folder / "papers", "new", "eo")
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def whole_esperanto(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the folder in which every message has been translated, by putting it in brackets."""
    folder = tmp_path_factory.mktemp("whole") / "languages"
    shutil.copytree(begun, folder)
    write(folder, translated(read(folder)))
    paper = folder / "papers" / "eo.md"
    paper.write_text(
        paper.read_text(encoding="utf-8").replace("```forbidden\n", "```forbidden\ngaranti\n*kurac\n")
    )
    assert catalogues("--folder", folder, "--papers", folder / "papers").returncode == 0
    return folder


@pytest.fixture
def esperanto(whole_esperanto: Path, tmp_path: Path) -> Path:
    """Return a copy of it for one test."""
    return shutil.copytree(whole_esperanto, tmp_path / "languages")


def read(folder: Path) -> str:
    return (folder / "eo" / "LC_MESSAGES" / "patients.po").read_text(encoding="utf-8")


def write(folder: Path, text: str) -> None:
    (folder / "eo" / "LC_MESSAGES" / "patients.po").write_text(text, encoding="utf-8")


def translated(po: str) -> str:
    """Return a catalogue with each message between brackets, in as many plural forms as it has."""
    return "\n\n".join(_translated(block) for block in po.split("\n\n"))


def _translated(block: str) -> str:
    texts = re.findall(r'^msgid(?:_plural)? ((?:".*"\n?)+)', block, re.MULTILINE)
    if "Plural-Forms" in block or not texts:
        return block
    said = "".join(re.findall(r'"(.*)"', texts[-1]))
    start, end = (part[0] for part in (re.match(r"\s*", said), re.search(r"\s*$", said)) if part)
    shown = f'"{start}[{said.strip()}]{end}"'
    return re.sub(r'^(msgstr(?:\[\d\])?) ""$', lambda line: f"{line[1]} {shown}", block, flags=re.MULTILINE)


def wrong(folder: Path) -> list[str]:
    """Return what is wrong with Esperanto in a folder."""
    return catalogues("--folder", folder, "--papers", folder / "papers", "check", "eo").stdout.splitlines()


@pytest.fixture(scope="module")
def check() -> Callable[[Path], list[str]]:
    """Return what says the same without a process for each question: the messages of the code are read once."""
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "setup" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return lambda folder: list(module.check("eo", folder, folder / "papers"))


def test_every_message_of_patients_is_translated_and_whole_in_every_language() -> None:
    found = catalogues("check", *LANGUAGES)
    assert found.stdout.splitlines() == []
    assert found.returncode == 0


def test_the_english_says_nothing_that_must_never_be_said() -> None:
    block = re.search(r"```forbidden\n(.*?)```", (PAPERS / "en.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    words = block[1].split("\n")[:-1]
    assert len(words) > 10
    said = [
        (word, message)
        for message in english("patients")
        for word in words
        if re.search(rf"\b{re.escape(word)}", message, re.IGNORECASE)
    ]
    assert said == []


def test_the_catalogues_have_the_messages_of_the_code(tmp_path: Path) -> None:
    assert catalogues("--folder", tmp_path).returncode == 0
    for domain in ("patients", "staff"):
        fresh = (tmp_path / f"{domain}.pot").read_text(encoding="utf-8")
        kept = (TRANSLATIONS / f"{domain}.pot").read_text(encoding="utf-8")
        assert fresh == kept, "run: make messages"


def test_a_message_is_in_one_catalogue_alone() -> None:
    assert set(english("patients")) & set(english("staff")) == set()


def test_every_short_message_has_a_note_for_translators_and_every_note_a_message() -> None:
    notes = tomllib.loads((ROOT / "setup" / "notes_for_translators.toml").read_text(encoding="utf-8"))
    messages = english("patients")
    assert [each for each in messages if len(each.split()) < 3 and each not in notes] == []
    assert set(notes) <= {*messages, *english("staff")}


def test_no_message_begins_or_ends_in_the_middle_of_a_sentence() -> None:
    cut = re.compile(
        r"^[\s,;:.]|[\s,;]$|\b(of|at|to|per|from|until|than|and|or|the|a|an|paid to:|seen at:?)$"
    )
    labels = {
        "Kept until",
        "Valid until",
        "Can be accepted from",
        "What you agree to",
        "What you agreed to",
        "Where the range comes from",
    }
    greeting = {"Good day,", "Dear %(name)s,"}
    separators = {", ", "; ", ":"}
    assert {each for each in english("patients") if cut.search(each)} == labels | greeting | separators


@pytest.mark.long
def test_another_language_is_one_command_and_two_files(begun: Path) -> None:
    written = {path.relative_to(begun).as_posix() for path in begun.rglob("*") if path.is_file()}
    texts = {"eo/LC_MESSAGES/patients.po", "papers/eo.md"}
    assert written == {"patients.pot", "staff.pot", "eo/LC_MESSAGES/patients.mo", *texts}
    assert catalogues("--folder", begun, "--papers", begun / "papers", "new", "eo").returncode == 1, (
        "not twice"
    )


@pytest.mark.long
def test_a_language_that_was_only_begun_is_not_whole(begun: Path) -> None:
    found = wrong(begun)
    assert "eo: eo.md lists no word that must never be said" in found
    assert len([line for line in found if ": not translated: " in line]) == len(english("patients"))


@pytest.mark.long
def test_a_whole_language_is_spoken(esperanto: Path, settings: Settings, started: Apps) -> None:
    assert wrong(esperanto) == []
    app = started.start(apps.changed(settings, languages=("en", "eo")))
    app.extensions["babel"].translation_directories[:] = [str(esperanto)] * 2
    publish(app, table_text())
    page = Visitor(app, headers={"Accept-Language": "eo"}).open("/")
    assert "[What would the treatment really cost?]" in page.text()
    assert "[Estimate this treatment]" in page.text()


BROKEN = [
    ('"[Back]"', '""', "not translated: 'Back'"),
    ('msgid "Back"', '#, fuzzy\nmsgid "Back"', "fuzzy: 'Back'"),
    ('"[Date: %(day)s]"', '"[Date: ]"', "lacks %(day)s: 'Date: %(day)s'"),
    (
        '"[Date: %(day)s]"',
        '"[Date: %(tago)s]"',
        "has a placeholder of its own, %(tago)s: 'Date: %(day)s'",
    ),
    ('"[Date: %(day)s]"', '"[Date: %(day)s 5 %]"', "has a placeholder of its own, %: 'Date: %(day)s'"),
    ('"[Date: %(day)s]"', '"[Date: %(day)s ]  "', "begins or ends with a space, other than the English"),
    ('"[Back]"', '"[Back ٣]"', "has digits other than 0 to 9: 'Back'"),
    ('"[Under 18]"', '"[Under]"', "lacks the number 18: 'Under 18'"),
    ('"[Back]"', '"<b>Back</b>"', "has markup: 'Back'"),
    ('"[Back]"', '"Garantie reen"', "says “garanti”: 'Back'"),
    ('"[Back]"', '"Resanige kaj nekurace"', "says “kurac”: 'Back'"),
    ('msgstr[1] "[%(num)s answers]"', 'msgstr[1] ""', "not translated: '%(num)s answer'"),
    ('msgstr[1] "[%(num)s answers]"\n', "", "not translated: '%(num)s answer'"),
    ('msgstr[1] "[%(num)s answers]"', 'msgstr[1] "[answers]"', "lacks %(num)s: '%(num)s answer'"),
    ("nplurals=2", "nplurals=1", "Plural-Forms says 1 forms, the language has 2"),
    ('msgid "Back"', 'msgid "Backwards"', "not in patients.po: 'Back'"),
    ('msgid "Back"', 'msgid "Backwards"', "no message of the code any more: 'Backwards'"),
]
"""What stands in a whole catalogue, what takes its place, and what is said of it."""


@pytest.mark.long
@pytest.mark.soak
@pytest.mark.parametrize(("whole", "broken", "said"), BROKEN if profile.NAME == "soak" else BROKEN[::4])
def test_what_is_broken_in_a_catalogue_is_found(
    esperanto: Path, check: Callable[[Path], list[str]], whole: str, broken: str, said: str
) -> None:
    text = read(esperanto)
    assert text.count(whole) == 1
    write(esperanto, text.replace(whole, broken))
    found = check(esperanto)
    assert any(said in line for line in found), found


@pytest.mark.long
def test_the_word_for_one_may_stand_in_place_of_the_number(esperanto: Path) -> None:
    text = read(esperanto).replace('msgstr[0] "[%(num)s answers]"', 'msgstr[0] "[unu]"')
    write(esperanto, text)
    assert catalogues("--folder", esperanto).returncode == 0
    assert wrong(esperanto) == []


@pytest.mark.long
def test_a_compiled_catalogue_that_is_out_of_date_is_found(esperanto: Path) -> None:
    write(esperanto, read(esperanto).replace('"[Back]"', '"[Reen]"'))
    assert wrong(esperanto) == ["eo: patients.mo is not what patients.po says; run: sh setup/messages.sh"]


@pytest.mark.long
def test_a_changed_sentence_waits_for_its_translation_and_others_keep_theirs(esperanto: Path) -> None:
    write(esperanto, read(esperanto).replace('msgid "Back"', 'msgid "Backwards"'))
    assert catalogues("--folder", esperanto).returncode == 0
    assert [line for line in wrong(esperanto) if "must never" not in line] == ["eo: not translated: 'Back'"]
