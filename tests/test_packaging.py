"""The wheel alone is enough: built from what is committed, it prices, renders and serves in an empty folder."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRINT_PLACES = """
from importlib.util import find_spec
import estimator, pricing
from estimator import config, create_app, migrations
from pathlib import Path
config.prepare_secrets(Path("."))
settings = config.load({}, INSTANCE=".", DEMO="1")
migrations.upgrade(settings.database_url)
app = create_app(settings)
names = app.jinja_env.list_templates(extensions=["html", "txt", "css"])
for name in names:
    if not name.endswith(".css"):
        app.jinja_env.get_template(name)
print(estimator.__file__, pricing.__file__, find_spec('wsgi').origin, len(names), sep="\\n")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of what git would hand to somebody else."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("tests/", "docs/")):
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


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment that has its requirements, but not this checkout."""
    environment = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, capture_output=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)],
        check=True,
        capture_output=True,
    )
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = subprocess.run([str(python), "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
    requirements = subprocess.run(
        [sys.executable, "-c", ask], check=True, capture_output=True, text=True
    ).stdout.strip()
    (Path(own) / "requirements.pth").write_text(f"{requirements}\n", encoding="utf-8")
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


def test_the_wheel_holds_the_app_and_nothing_of_its_workshop(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"estimator", "pricing", "wsgi.py"}
    assert "estimator/templates/pdf/print.css" in names
    assert "estimator/static/site.css" in names
    assert "pricing/tables/delhi.toml" in names


def test_every_template_is_found_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "python", "-c", PRINT_PLACES)
    assert done.returncode == 0, done.stderr
    *places, templates = done.stdout.split()
    assert all(Path(place).is_relative_to(installed) for place in places)
    there = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".txt", ".css")]
    assert int(templates) == len(there)


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


@pytest.fixture
def served(installed: Path, tmp_path: Path) -> Iterator[int]:
    """Serve the demonstration in an empty folder, and give its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = subprocess.Popen(
        [str(installed / "bin" / "estimator"), "serve", "--demo"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PORT": str(port)},
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
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=30)


def test_the_demonstration_is_served_from_an_empty_folder(served: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served, timeout=60)
    for page, sign in (("/", "<h1"), ("/estimate/delhi", "<form"), ("/static/site.css", "--paper")):
        connection.request("GET", page)
        answer = connection.getresponse()
        assert (answer.status, sign in answer.read().decode()) == (200, True), page
