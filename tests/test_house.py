"""What keeps the house in order and is not code: rooms, directions, templates, packages, documents."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

ROOT = Path(__file__).parent.parent
PACKAGES = ("pricing", "estimator")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())

TOP = ("cli", "processes", "web")
"""The rooms that know what time it is, and that commit."""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room(path: Path) -> str:
    """Return the part of `estimator/` that a module lives in."""
    return path.relative_to(ROOT / "estimator").parts[0]


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything that a module calls."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def settings_of_packaging() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read(ROOT / "setup.cfg")
    return found


def below_the_top() -> list[Path]:
    return [path for path in MODULES if path.is_relative_to(ROOT / "estimator") and room(path) not in TOP]


def test_there_is_no_drawer_that_everyone_edits() -> None:
    drawers = {"util", "utils", "helper", "helpers", "common", "misc"}
    files = [*MODULES, *(ROOT / "tests").rglob("*.py"), *TEMPLATES]
    assert [
        name(path) for path in files if drawers & {part.lower() for part in (path.stem, path.parent.name)}
    ] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_says_what_it_is(path: Path) -> None:
    said = ast.get_docstring(tree(path))
    if path.read_text(encoding="utf-8").strip():
        assert said
        assert said.split("\n\n")[0].endswith((".", "?")), "the first paragraph is no sentence"


def test_the_arithmetic_needs_nothing_that_is_installed() -> None:
    strangers = {
        f"{name(path)}: {imported}"
        for path in (ROOT / "pricing").glob("*.py")
        for imported in imports(path)
        if imported.split(".")[0] not in {*sys.stdlib_module_names, "pricing"}
    }
    assert strangers == set()


def test_the_arithmetic_knows_no_float() -> None:
    found = [name(path) for path in (ROOT / "pricing").glob("*.py") if "float" in set(calls(path))]
    assert found == []


def test_time_comes_in_from_the_top() -> None:
    clocks = re.compile(
        r"(datetime\.(now|utcnow|today)|date\.today|time\.(time|monotonic|localtime|gmtime))$"
    )
    arithmetic = (ROOT / "pricing").glob("*.py")
    found = [
        f"{name(path)}: {call}"
        for path in [*below_the_top(), *arithmetic]
        for call in calls(path)
        if clocks.search(call)
    ]
    assert found == []


def test_only_the_top_commits() -> None:
    below = [path for path in below_the_top() if room(path) != "migrations"]
    assert [name(path) for path in below if any(call.endswith(".commit") for call in calls(path))] == []


def test_only_the_pages_know_the_request() -> None:
    request = {"flask.request", "flask.session", "flask.flash"}
    elsewhere = [path for path in MODULES if "web" not in path.parts]
    assert [name(path) for path in elsewhere if request & set(imports(path))] == []


def test_every_package_is_listed() -> None:
    listed = set(settings_of_packaging()["options"]["packages"].split())
    there = {
        str(path.parent.relative_to(ROOT)).replace("/", ".") for path in MODULES if path.name == "__init__.py"
    }
    assert there <= listed
    for package in listed - {"estimator.templates"}:
        assert (ROOT / package.replace(".", "/")).is_dir()


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix in (".html", ".txt")], ids=name)
def test_a_template_compiles_and_trusts_nothing(path: Path) -> None:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"), extensions=["jinja2.ext.i18n"], autoescape=True
    )
    environment.get_template(str(path.relative_to(ROOT / "templates")))
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|\bautoescape\s+false\b", text), "what was typed would become markup"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=", text) or "pdf" in path.parts, (
        "the content security policy forbids it"
    )


def test_the_documents_name_files_that_exist() -> None:
    broken = []
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if (
                "://" not in target
                and not target.startswith("mailto:")
                and not (path.parent / target).exists()
            ):
                broken.append(f"{name(path)}: {target}")
    assert broken == []


TYPED_FIELDS = (
    "TextField LineField AreaField WholeTextField AddressField PhoneField CodeField NumberField DayField"
).split()
"""Fields into which anything can be typed, and which refuse nothing by themselves."""

CHECKED_ELSEWHERE = {
    "estimator/web/estimate_form.py": "pricing says which answers are possible, and it is put at the question",
    "estimator/web/patient/my_data.py": "a code is right or wrong, and nothing else is said of it",
    "estimator/web/patient/verify.py": "verification reads number and revision together",
    "estimator/web/staff/settings/letters.py": "the clinic's settings say what may stand in a letter",
    "estimator/web/staff/settings/rates.py": "the clinic's rates say what a source may be",
    "estimator/web/desk/price_lists/entry.py": "pricing says what is wrong, and it is put at the field",
    "estimator/web/desk/price_lists/examples.py": "a worked example says what it may be called",
    "estimator/web/desk/price_lists/lists.py": "a text of any kind may become a draft",
    "estimator/web/desk/price_lists/new_draft.py": "what may stay empty has no check, what may not has one",
    "estimator/web/desk/price_lists/publish.py": "pricing says what is wrong with the draft",
    "estimator/web/desk/price_lists/section.py": "pricing says what is wrong with the draft",
    "estimator/web/desk/price_lists/text.py": "a text of any kind may become a draft",
}
"""Where something is typed that another room judges; what it says is put at the field."""

NOT_OURS = {
    "estimator/web/fields.py": {
        "BooleanField",
        "HiddenField",
        "SelectField",
        "SelectMultipleField",
        "StringField",
    },
    "estimator/web/staff/invitations.py": {"PasswordField"},
    "estimator/web/staff/sign_in.py": {"HiddenField"},
}
"""Who may use fields of WTForms itself: our own are made of them, and Flask-Security asks for two of them."""


def test_whatever_is_typed_is_checked_by_its_field() -> None:
    for path in sorted((ROOT / "estimator" / "web").rglob("*.py")):
        theirs = {
            found.removeprefix("wtforms.")
            for found in imports(path)
            if found.startswith("wtforms.") and found.endswith("Field") and found != "wtforms.Field"
        }
        assert theirs <= NOT_OURS.get(name(path), set()), name(path)
        if name(path) in CHECKED_ELSEWHERE:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in TYPED_FIELDS:
                checks = [*node.args[1:2], *(each for each in node.keywords if each.arg == "validators")]
                assert checks, f"{name(path)}:{node.lineno}"


DRAWN_BY_HAND = {
    "components.html": "the one set of pieces",
    "patient/_questions.html": "the questions of a price list, with what is said of each answer",
    "patient/asked.html": "a link to be copied, which is sent nowhere",
    "patient/breakdown.html": "a currency that the address asks for, and a link to be copied",
    "desk/_quote_issued.html": "a link to be copied, which is sent nowhere",
    "desk/request.html": "two lines to be copied, which are sent nowhere",
    "desk/requests.html": "filters that the address says, and a tick in each row of the list",
    "desk/section.html": "a tick in each row of the grid",
    "desk/publish.html": "a tick beside each warning",
    "desk/conflict.html": "what was sent, carried on as it was sent",
    "desk/spreadsheet.html": "what was sent, carried on as it was sent",
    "errors/error.html": "what was typed and could not be kept, to be copied",
}
"""Templates that draw controls themselves, and why a field of a form cannot."""


def test_controls_are_drawn_by_one_set_of_pieces() -> None:
    drawing = set()
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        controls = re.findall(r"<(?:select|textarea|input)\b[^>]*", text)
        # What is hidden is carried, not typed; a name beside a password is for the browser's own memory.
        if [one for one in controls if 'type="hidden"' not in one and 'name="username" hidden' not in one]:
            drawing.add(str(path.relative_to(ROOT / "templates")))
        if path.name != "components.html":
            assert "csrf_token" not in text, path.name
            assert (
                'class="error"' not in text.replace('<tr class="row-errors">', "")
                or path.name in WRITE_ERRORS
            )
    assert drawing == set(DRAWN_BY_HAND)


WRITE_ERRORS = {
    "_questions.html": "beside a question, whose id is its code",
    "section.html": "in a row below that of the grid",
    "letter.html": "above all languages of a letter, where somebody else has changed them meanwhile",
}
"""Templates that say what is wrong in their own place."""
