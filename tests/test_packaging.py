"""The wheel alone is enough: built from what is committed, it prices, renders and serves in an empty folder."""

from __future__ import annotations

import ast
import hashlib
import http.client
import json
import os
import platform
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest

import pricing

pytestmark = [pytest.mark.wheel, pytest.mark.waits_long]

ROOT = Path(__file__).parent.parent
LISTS = (ROOT / "setup" / "build.txt", ROOT / "requirements.txt")
PRINT_PLACES = """
from importlib.util import find_spec
import estimator, pricing
from estimator import config, create_app, migrations
config.prepare_secrets(config.instance_folder(INSTANCE="instance"))
settings = config.load({}, INSTANCE="instance", DEMO="1")
migrations.upgrade(settings.database_url)
app = create_app(settings)
# The app's own: Flask-Security brings its own templates in a blueprint of its own.
names = [name for name in app.jinja_loader.list_templates() if name.endswith((".html", ".txt", ".css"))]
for name in names:
    if not name.endswith(".css"):
        app.jinja_env.get_template(name)
print(estimator.__file__, pricing.__file__, find_spec('wsgi').origin, len(names), sep="\\n")
"""


@pytest.fixture(scope="module")
def handed_over() -> list[str]:
    """Return the names of the files that git would hand to somebody else, whoever the folder belongs to."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(handed_over: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of those files."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in handed_over:
        if not name.startswith(("tests/", "docs/")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = out.glob("*.whl")
    return found


def documented_installation() -> list[list[str]]:
    """Return the commands by which docs/running.md installs it."""
    text = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
    commands = [
        shlex.split(line) for line in re.findall(r"^    (/opt/estimator/bin/pip install .*)$", text, re.M)
    ]
    assert len(commands) == 3
    return commands


@pytest.fixture(scope="module")
def with_packages() -> Path:
    """Return an environment with the locked packages, made once by the documented commands."""
    hashes = hashlib.sha256(b"".join(path.read_bytes() for path in LISTS)).hexdigest()[:16]
    kept = ROOT / "build" / "locked" / f"{platform.python_version()}-{hashes}"
    if not kept.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=kept.parent, prefix=".making-"))
        subprocess.run([sys.executable, "-m", "venv", str(draft)], check=True, capture_output=True)
        for _pip, *words in documented_installation()[:-1]:
            pip(draft, *words)
        with suppress(OSError):  # another process of tests was faster
            draft.rename(kept)
        shutil.rmtree(draft, ignore_errors=True)
    return kept


def link_or_copy(source: str, target: str) -> None:
    """Let a file be in both environments: an installation adds files, and a package's own are never written again."""
    try:
        os.link(source, target)
    except OSError:  # they are on two disks, or on one that knows no links
        shutil.copy2(source, target)


def pip(environment: Path, *words: str) -> None:
    """Run the pip of an environment, which may have moved."""
    python = str(environment / "bin" / "python")
    quiet = ("--quiet", "--disable-pip-version-check")
    # What is imported is compiled then; all the rest would cost half a minute.
    environ = {**os.environ, "PIP_NO_COMPILE": "1"}
    subprocess.run([python, "-m", "pip", *quiet, *words], cwd=ROOT, check=True, env=environ)


@pytest.fixture(scope="module")
def installed(wheel: Path, with_packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel, by the documented command, into an environment that has the locked packages alone."""
    environment = tmp_path_factory.mktemp("clean") / "venv"
    shutil.copytree(with_packages, environment, symlinks=True, copy_function=link_or_copy)
    _pip, *words = documented_installation()[-1]
    pip(
        environment,
        "--no-cache-dir",
        *(str(wheel) if word == f"dist/{wheel.name}" else word for word in words),
    )
    return environment


def run(installed: Path, folder: Path, *command: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(installed / "bin" / command[0]), *command[1:]],
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"},
    )


def test_the_wheel_holds_the_app_whole_and_nothing_of_its_workshop(
    wheel: Path, handed_over: list[str]
) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    rooms = ("estimator/", "pricing/", "templates/")
    wanted = {"wsgi.py", *(name for name in handed_over if name.startswith(rooms))}
    wanted = {
        name.replace("templates/", "estimator/templates/", 1) if name.startswith("templates/") else name
        for name in wanted
        if not name.endswith((".po", ".pot"))
    }
    assert inside == wanted
    assert {
        "estimator/templates/pdf/print.css",
        "estimator/static/site.css",
        "pricing/tables/delhi.toml",
    } <= inside


def locked(name: str) -> dict[str, str]:
    """Return the versions that a list locks, by package."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z][\w.-]*)==(\S+)", text, re.MULTILINE))


def test_the_tests_run_with_the_very_versions_that_an_installation_gets() -> None:
    installations, ours = locked("requirements.txt"), locked("requirements-dev.txt")
    assert {name: ours.get(name) for name in installations} == installations
    assert locked("setup/build.txt").items() <= installations.items()
    here = {re.sub(r"[-_.]+", "-", one.name).lower(): one.version for one in distributions()}
    shared = here.keys() & installations.keys()  # some packages are for other Pythons
    assert len(shared) > 40
    assert {name: here[name] for name in shared} == {name: installations[name] for name in shared}


@pytest.mark.long
def test_what_the_documents_install_is_what_was_locked_and_nothing_else(installed: Path) -> None:
    done = run(installed, installed, "python", "-m", "pip", "list", "--format", "freeze")
    found = dict(line.split("==") for line in done.stdout.splitlines())
    found = {re.sub(r"[-_.]+", "-", name).lower(): release for name, release in found.items()}
    assert found.pop("treatment-cost-estimator")
    found.pop("pip")
    assert found == {name: release for name, release in locked("requirements.txt").items() if name in found}
    assert {"psycopg", "redis", "flask", "gunicorn"} <= set(found)
    assert run(installed, installed, "python", "-m", "pip", "check").returncode == 0


def test_what_the_app_imports_is_in_the_list_it_is_installed_from() -> None:
    installations = set(locked("requirements.txt"))
    known, strangers = packages_distributions(), set()
    for path in (file for room in ("estimator", "pricing") for file in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for top in {name.split(".")[0] for name in names} - {"estimator", "pricing", "_typeshed", ""}:
                if top not in sys.stdlib_module_names and not installations & {
                    re.sub(r"[-_.]+", "-", name).lower() for name in known.get(top, [])
                }:
                    strangers.add(f"{path.relative_to(ROOT)}: {top}")
    assert strangers == set()


@pytest.mark.long
def test_every_template_is_found_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "python", "-c", PRINT_PLACES)
    assert done.returncode == 0, done.stderr
    *places, templates = done.stdout.split()
    assert all(Path(place).is_relative_to(installed) for place in places)
    there = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt", ".css")]
    assert int(templates) == len(there)


@pytest.mark.long
def test_the_command_prices_a_table_and_makes_a_pdf(installed: Path, tmp_path: Path) -> None:
    cases = ROOT / "tests" / "pricing" / "cases"
    shutil.copy(cases / "india-ward-tax-cliff.toml", tmp_path / "list.toml")
    case = json.loads((cases / "india-ward-tax-cliff.json").read_text(encoding="utf-8"))[0]
    refused = run(installed, tmp_path, "estimator", "price", "list.toml", "--answers", "-", text="{}")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    price = ("estimator", "price", "list.toml", "--answers", "-", "--pdf", "out.pdf")
    done = run(installed, tmp_path, *price, text=json.dumps(case["answers"]))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF-")
    data = run(installed, tmp_path, *price[:-2], "--json", text=json.dumps(case["answers"]))
    assert (
        data.stdout.strip().encode()
        == pricing.estimate(
            pricing.read((tmp_path / "list.toml").read_text(encoding="utf-8")), case["answers"]
        ).as_json()
    )


@pytest.fixture(scope="module")
def served(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """Serve the demonstration in a folder that was empty, and give port and folder."""
    folder = tmp_path_factory.mktemp("served")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = subprocess.Popen(
        [str(installed / "bin" / "estimator"), "serve", "--demo"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None, server.stderr and server.stderr.read()
                time.sleep(0.1)
        yield port, folder
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)


def test_the_demonstration_is_served_from_an_empty_folder(served: tuple[int, Path]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served[0], timeout=60)
    for page, sign in (("/", "<h1"), ("/estimate/delhi", "<form"), ("/static/site.css", "--paper")):
        connection.request("GET", page)
        answer = connection.getresponse()
        assert (answer.status, sign in answer.read().decode()) == (200, True), page


@pytest.mark.long
def test_the_doctor_finds_nothing_missing_once_it_was_served(
    served: tuple[int, Path], installed: Path
) -> None:
    done = run(installed, served[1], "estimator", "doctor", "--demo")
    assert (done.returncode, done.stdout) == (0, "Nothing is missing.\n"), (served, done.stderr)


def test_the_doctor_names_what_an_empty_folder_lacks(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "estimator", "doctor")
    assert done.returncode == 1
    assert "estimator prepare" in done.stdout
    assert done.stderr == ""
