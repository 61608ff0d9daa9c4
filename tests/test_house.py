"""What keeps the house in order and is not code: rooms, directions, templates, packages, documents."""

from __future__ import annotations

import ast
import configparser
import importlib
import re
import runpy
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from estimator.template_environment import environment

ROOT = Path(__file__).parent.parent
PACKAGES = ("pricing", "estimator")
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())

TOP = ("cli", "processes", "web")
"""The rooms that know what time it is, and that commit."""


FACES = (
    "clinic",
    "estimates",
    "mail",
    "operations",
    "price_lists",
    "privacy",
    "quotes",
    "requests",
    "staff",
    "verification",
)
"""The rooms whose `__init__.py` lists what others may use."""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room(path: Path) -> str:
    """Return the part of `estimator/` that a module lives in."""
    return path.relative_to(ROOT / "estimator").parts[0]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def calls(path: Path) -> tuple[str, ...]:
    """Return the dotted name of everything that a module calls."""
    return tuple(ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


@cache
def imports(path: Path) -> tuple[str, ...]:
    found: list[str] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.extend(f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


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


STOPWATCHES = {
    f"estimator/{module}.py"
    for module in ("db", "demonstration/filling", "jobs", "outages", "postgresql", "sqlite_writing")
}
"""Modules that wait for others, or let others go first: they measure how long, and never ask what time it is."""


def test_time_comes_in_from_the_top() -> None:
    clocks = re.compile(
        r"(datetime\.(now|utcnow|today)|date\.today|time\.(time|monotonic|localtime|gmtime))$"
    )
    arithmetic = (ROOT / "pricing").glob("*.py")
    found = [
        f"{name(path)}: {call}"
        for path in [*below_the_top(), *arithmetic]
        for call in calls(path)
        if clocks.search(call) and not (call == "time.monotonic" and name(path) in STOPWATCHES)
    ]
    assert found == []


def test_only_the_top_commits() -> None:
    below = [path for path in below_the_top() if room(path) != "migrations"]
    assert [name(path) for path in below if any(call.endswith(".commit") for call in calls(path))] == []


def test_only_one_place_in_the_pages_commits() -> None:
    pages = [path for path in (ROOT / "estimator" / "web").rglob("*.py") if path.name != "transaction.py"]
    ends = ("session.commit", "session.rollback")
    assert [name(path) for path in pages if any(call.endswith(ends) for call in calls(path))] == []


PARTS_OF_AN_ACT = {
    "actor": "actor",
    "now": "now",
    "clinic": "clinic",
    **dict.fromkeys(
        ("settings", "keyring", "data_keys", "link_key", "lookup_key", "lease_seconds", "kept_days"),
        "settings",
    ),
}
"""What a parameter of such a name is of an act; settings are also handed on in parts."""


def test_who_when_with_which_settings_and_where_travel_as_one_act() -> None:
    found = []
    for path in below_the_top():
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            given = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
            parts = {PARTS_OF_AN_ACT[each] for each in given if each in PARTS_OF_AN_ACT}
            if len(parts) > 1 or (parts and "act" in given):
                found.append(f"{name(path)}: {node.name} takes {', '.join(sorted(parts))}")
    assert found == []


def test_workers_are_woken_by_the_commit_and_by_the_sweep_alone() -> None:
    wakes = {
        name(path): [
            function.name
            for function in ast.walk(tree(path))
            if isinstance(function, ast.FunctionDef)
            and any(
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "wake"
                for node in ast.walk(function)
            )
        ]
        for path in MODULES
    }
    assert {path: found for path, found in wakes.items() if found} == {
        "estimator/jobs.py": ["_wake_workers"],
        "estimator/processes/worker.py": ["sweep"],
    }


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
    environment().get_template(str(path.relative_to(ROOT / "templates")))
    # In an address a ? or & may stand, so that whoever typed it would choose who else is written to, and what.
    assert "mailto:" not in path.read_text(encoding="utf-8"), "the filter mailto makes such links"
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|\bautoescape\s+false\b", text), "what was typed would become markup"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=", text) or "pdf" in path.parts, (
        "the content security policy forbids it"
    )


STYLES = sorted((ROOT / "estimator" / "static").glob("*.css"))


def rules(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what each rule of a style sheet chooses, with the query that it stands in."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    opened: list[str] = []
    for chosen, brace in re.findall(r"([^{};]*)([{}])", text):
        if brace == "}":
            opened.pop()
            continue
        opened.append(" ".join(chosen.split()))
        if not opened[-1].startswith("@"):
            yield " ".join(opened[:-1]), opened[-1]


PAGES = [path for path in TEMPLATES if not {"email", "pdf"} & set(path.parts)]


def written_classes() -> set[str]:
    """Return every word that a template, a filter or a script may make a class of; one with * for a value."""
    found = set()
    for path in [*PAGES, ROOT / "estimator" / "template_environment.py"]:
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r"{% block width %}([\w-]+)", text))
        for written in re.findall(r'\bclass="((?:{{.*?}}|{%.*?%}|[^"])*)"', text):
            spoken = re.findall(r"'([^']*)'", written)
            fixed = re.sub(r"{%.*?%}", " ", re.sub(r"{{.*?}}", "*", written))
            found.update(word for part in (fixed, *spoken) for word in part.split())
    for path in (ROOT / "estimator" / "static").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        for written in re.findall(r"(?:className = |classList\.\w+\()([^;]*)", text):
            found.update(word for part in re.findall(r'"([^"]*)"', written) for word in part.split())
    return found


def test_every_class_that_is_styled_is_written_somewhere() -> None:
    written = written_classes()
    beginnings = tuple(word.partition("*")[0] for word in written if word.find("*") > 0)
    for path in STYLES:
        chosen = " ".join(chosen for _, chosen in rules(path))
        styled = set(re.findall(r"\.([a-z][\w-]*)", chosen))
        assert not {word for word in styled - written if not word.startswith(beginnings)}, name(path)


ALSO = "rtl"
"""The style sheet of pages that are read from right to left, which says what is another way there."""


def test_nothing_is_styled_in_two_places() -> None:
    every = [rule for path in STYLES if path.stem != ALSO for rule in rules(path)]
    assert len(every) > 500
    assert {rule for rule in every if every.count(rule) > 1} == set()


def test_what_the_desk_shows_as_the_patient_sees_it_is_styled_at_the_desk_as_well() -> None:
    drawn = {"_quote_head.html", "_quote_body.html"}
    while (
        more := {
            found
            for path in drawn
            for found in re.findall(
                r'"patient/(_\w+\.html)"', (ROOT / "templates" / "patient" / path).read_text("utf-8")
            )
        }
        - drawn
    ):
        drawn |= more
    written = {
        word
        for path in drawn
        for classes in re.findall(
            r'\bclass="([^"]*)"', (ROOT / "templates" / "patient" / path).read_text("utf-8")
        )
        for word in re.sub(r"{{.*?}}|{%.*?%}", " ", classes).split()
    }
    assert {"plans-table", "items", "transfer"} <= written
    styled = {
        path.stem: set(re.findall(r"\.([a-z][\w-]*)", " ".join(chosen for _query, chosen in rules(path))))
        for path in STYLES
    }
    at_the_desk = styled["site"] | styled["components"] | styled["desk"]
    above_a_question = {"short"}  # which the desk does not ask
    assert (written & styled["patient"]) - above_a_question <= at_the_desk


def test_no_page_loads_more_than_three_style_sheets() -> None:
    assert [path.stem for path in STYLES] == [
        "compare",
        "components",
        "desk",
        "errors",
        "explore",
        "form",
        "patient",
        "plans",  # sent as a part of desk and patient
        "price_list",
        "rtl",
        "site",
        "without_script",  # instead of the scripts of a form
    ]
    for path in TEMPLATES:
        loaded = set(re.findall(r"asset\('(\w+)\.css'\)", path.read_text(encoding="utf-8"))) - {ALSO}
        assert len(loaded | {"site"}) <= 3, name(path)


def test_a_script_is_loaded_by_its_page_alone() -> None:
    """A page names each script with the hash of its content; one that a script imported could be an older one."""
    scripts = sorted((ROOT / "estimator" / "static").glob("*.js"))
    assert scripts
    for path in scripts:
        assert not re.search(r"^\s*(import|export)\b|\bimport\(", path.read_text("utf-8"), re.MULTILINE), (
            name(path)
        )
    loaded = {
        script for path in PAGES for script in re.findall(r"asset\('(\w+\.js)'\)", path.read_text("utf-8"))
    }
    assert loaded == {path.name for path in scripts}


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


def rooms_script() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "setup" / "rooms.py"))


def test_the_map_of_the_rooms_is_what_the_packages_say() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert rooms_script()["with_map"](text) == text, "make map brings it up to date"


def test_the_picture_of_the_rooms_is_what_the_contract_says() -> None:
    drawn = (ROOT / "docs" / "images" / "rooms.svg").read_text(encoding="utf-8")
    assert rooms_script()["picture"]() == drawn, "make map brings it up to date"


@pytest.mark.parametrize("path", sorted((ROOT / "docs").glob("*.md")), ids=name)
def test_the_index_lists_every_guide(path: Path) -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert path.name == "index.md" or f"({path.name}" in index


def test_every_decision_has_a_date_and_a_status_and_stands_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.stem[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        said = re.match(
            r"# (\d+)\. (.+)\n\nDate: (\d{4}-\d\d-\d\d)\. Status: ([a-z].*)\.\n",
            path.read_text(encoding="utf-8"),
        )
        assert said, f"{name(path)} lacks its title, date or status"
        number, title, date, status = said.groups()
        assert int(number) == int(path.stem[:4])
        assert f"| [{title}](decisions/{path.name}) | {date} | {status} |" in index


def test_rooms_are_entered_by_their_face() -> None:
    """A room's face lists verbs, or modules whose verbs stand in no other place; nothing else is used from outside."""
    past_the_face = []
    for path in [*MODULES, *sorted((ROOT / "benchmarks").glob("*.py"))]:
        inside = path.relative_to(ROOT).parts[1]
        for imported in imports(path):
            parts = imported.split(".")
            if parts[0] != "estimator" or len(parts) < 3 or parts[1] not in FACES or parts[1] == inside:
                continue
            if parts[2] not in importlib.import_module(f"estimator.{parts[1]}").__all__:
                past_the_face.append(f"{name(path)}: {imported}")
    assert past_the_face == []


def test_nobody_inside_a_room_uses_its_face() -> None:
    found = []
    for face in FACES:
        for path in (ROOT / "estimator" / face).rglob("*.py"):
            if path.name == "__init__.py":
                continue
            modules = {each.stem for each in (ROOT / "estimator" / face).iterdir()}
            for imported in imports(path):
                parts = imported.split(".")
                if parts[:2] == ["estimator", face] and (len(parts) < 3 or parts[2] not in modules):
                    found.append(f"{name(path)}: {imported}")
    assert found == []


@pytest.mark.parametrize("face", FACES)
def test_each_verb_has_one_address(face: str) -> None:
    room = importlib.import_module(f"estimator.{face}")
    listed = {each: getattr(room, each) for each in room.__all__}
    modules = {module.__name__ for module in listed.values() if isinstance(module, ModuleType)}
    homes = {getattr(verb, "__module__", "") for verb in listed.values() if not isinstance(verb, ModuleType)}
    assert sorted(room.__all__) == sorted(set(room.__all__))
    assert modules & homes == set(), "a verb of the face stands in a module that the face lists as well"


def test_lists_become_csv_in_one_place() -> None:
    """Only there is every text guarded, so that no spreadsheet takes it for a formula."""
    found = [name(path) for path in MODULES if {"csv", "csv.writer", "csv.DictWriter"} & set(imports(path))]
    assert found == ["estimator/spreadsheets.py"]


WEB = [path for path in MODULES if path.is_relative_to(ROOT / "estimator" / "web")]


def test_pages_read_whole_numbers_in_one_place() -> None:
    """A number from outside has a bound, or the database says that it has none."""
    found = []
    for path in WEB:
        if path.name == "whole_numbers.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "int":
                found.append(f"{name(path)}: {ast.unparse(node)}")
            elif isinstance(node, ast.Name) and node.id in ("IntegerField", "DecimalField", "FloatField"):
                found.append(f"{name(path)}: {node.id}")
            elif isinstance(node, ast.Constant) and re.search(r"<(int|float)\b", repr(node.value)):
                found.append(f"{name(path)}: {node.value!r}")
    assert found == []


def makes_an_address(node: ast.expr, makers: set[str]) -> bool:
    """Whether an expression is an address that `url_for` made, there or in one of these functions and properties."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).rpartition(".")[2] in makers
    return isinstance(node, ast.Attribute) and node.attr in makers


def test_pages_lead_only_to_addresses_that_are_made_here() -> None:
    """What a request says its address is never goes into a redirect."""
    functions = {
        node.name: [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
        for path in WEB
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
    }
    makers = {"url_for"}
    makers |= {
        function
        for function, returned in functions.items()
        if returned and all(each is not None and makes_an_address(each, makers) for each in returned)
    }
    found = [
        f"{name(path)}: {ast.unparse(node)}"
        for path in WEB
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("redirect", "flask.redirect")
        and not makes_an_address(node.args[0], makers)
    ]
    assert found == []
    written = [
        name(path) for path in WEB if re.search(r"""["']Location["']""", path.read_text(encoding="utf-8"))
    ]
    assert written == []


def test_normal_forms_are_asked_for_in_one_place() -> None:
    """Only there is the time bounded that they take, which grows with the square of a text's marks."""
    found = []
    for path in MODULES:
        wanted = {"unicodedata.normalize", "unicodedata.is_normalized"}
        attributes = {ast.unparse(node) for node in ast.walk(tree(path)) if isinstance(node, ast.Attribute)}
        if wanted & (attributes | set(imports(path))):
            found.append(name(path))
    assert found == ["estimator/normal_form.py"]


def test_no_test_asks_a_page_to_evaluate_text_again_and_again() -> None:
    """A page forbids it: such a test passes where the answer is yes at once, and fails on a slower day."""
    forbidden = re.compile(r"\.(?:wait_for_function|add_script_tag)\(")
    found = [
        name(path)
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if forbidden.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
