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
