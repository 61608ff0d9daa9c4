"""The set-up behind the two commands: it repairs what it can, and says in a sentence what it cannot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parent.parent
NO_PYTHON = shutil.which("false") or "/usr/bin/false"
LISTS = ("requirements.txt", "requirements-dev.txt", "setup.cfg", "pyproject.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with what the set-up reads, under a name that shells stumble over."""
    folder = tmp_path / "o'neill & son" / "the app"
    shutil.copytree(ROOT / "setup", folder / "setup")
    for name in LISTS:
        shutil.copy(ROOT / name, folder)
    return folder


def set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the set-up for the tests where no package can be had."""
    alone = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_NO_INDEX": "1"}
    return subprocess.run(
        ["sh", "setup/environment.sh", "test"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHON": sys.executable,
            **alone,
            **environment,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def complete(folder: Path) -> None:
    """Make what a successful set-up leaves, with the packages that the tests themselves run on."""
    environment = folder / ".venv"
    # Its pip is found where that of the tests is, as all of its packages: to install one takes seconds.
    making = [sys.executable, "-m", "venv", "--without-pip", str(environment)]
    subprocess.run(making, check=True, capture_output=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "here.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    for name in ("pip", "estimator"):
        (environment / "bin" / name).write_text(f"#!{environment.resolve()}/bin/python\n", encoding="utf-8")
        (environment / "bin" / name).chmod(0o755)
    checksum = subprocess.run(
        f"cat {' '.join(LISTS)} | cksum", shell=True, cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    (environment / "installed").write_text(f"test {checksum}", encoding="utf-8")


@pytest.mark.long
def test_without_packages_there_is_a_sentence_and_nothing_that_looks_complete(folder: Path) -> None:
    done = set_up(folder)
    assert done.returncode == 1
    assert "Is there a network, and room on the disk? Then run the same command again." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / ".venv" / "installed").exists()
    assert not (folder / ".venv-busy").is_symlink()


def test_a_python_that_is_named_and_too_old_is_not_passed_over_for_another(folder: Path) -> None:
    done = set_up(folder, PYTHON=NO_PYTHON)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"PYTHON names {NO_PYTHON}, which is not Python 3.11 or newer. Name another one, or leave PYTHON out.\n"
    )
    assert not (folder / ".venv").exists()


def test_a_set_up_that_was_killed_does_not_block_the_next_one(folder: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    (folder / ".venv-busy").symlink_to(str(ended.pid))
    assert "PYTHON names" in set_up(folder, PYTHON=NO_PYTHON).stderr
    assert not (folder / ".venv-busy").is_symlink()


@pytest.mark.long
def test_what_is_complete_is_left_alone_until_the_folder_moves(folder: Path, tmp_path: Path) -> None:
    complete(folder)
    assert (set_up(folder).returncode, set_up(folder).stderr) == (0, "")
    moved = folder.rename(tmp_path / "moved")
    # The programs in it still begin with the path of the old folder, so they would run nothing, or a copy.
    assert "Making the virtual environment" in set_up(moved).stderr


def test_of_a_linked_environment_only_the_link_is_replaced(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another clone" / ".venv"
    (elsewhere / "bin").mkdir(parents=True)
    (elsewhere / "installed").write_text("test 1 2", encoding="utf-8")
    (elsewhere / "bin" / "pip").write_text(f"#!{elsewhere}/bin/python\n", encoding="utf-8")
    (folder / ".venv").symlink_to(elsewhere)
    # It makes environments as Python does, without the seconds that it takes to put a pip into them.
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\n[ "$1 $2" = "-m venv" ] && set -- "$@" --without-pip\nexec "{sys.executable}" "$@"\n',
        encoding="utf-8",
    )
    python.chmod(0o755)
    done = set_up(folder, PYTHON=str(python))
    assert "Making the virtual environment" in done.stderr
    assert not (folder / ".venv").is_symlink()
    assert (folder / ".venv" / "pyvenv.cfg").is_file()
    assert sorted(path.name for path in elsewhere.rglob("*")) == ["bin", "installed", "pip"]


def test_a_new_list_of_packages_is_installed(folder: Path) -> None:
    complete(folder)
    with (folder / "requirements-dev.txt").open("a", encoding="utf-8") as file:
        file.write("not-to-be-had==1 --hash=sha256:" + "0" * 64 + "\n")
    done = set_up(folder)
    assert (done.returncode, "Installing the locked packages" in done.stderr) == (1, True)
    assert not (folder / ".venv" / "installed").exists()


def test_make_alone_lists_what_there_is() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    targets = set(re.findall(r"^make ([a-z-]+) +\w", listed, flags=re.MULTILINE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (phony,) = re.findall(r"^\.PHONY: (help .*)$", makefile, flags=re.MULTILINE)
    assert targets == {name for name in phony.split() if not name.startswith("ready-")}


@pytest.mark.parametrize("script", sorted((ROOT / "setup").glob("*.sh")), ids=lambda script: script.name)
def test_a_script_says_what_it_is_for_and_is_plain_shell(script: Path) -> None:
    first, second, *_rest = script.read_text(encoding="utf-8").splitlines()
    assert (first, second[:2]) == ("#!/bin/sh", "# ")
    subprocess.run(["sh", "-n", str(script)], check=True)


@pytest.mark.long
def test_an_audit_without_a_network_says_that_nothing_was_audited() -> None:
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    lower = {name.lower(): value for name, value in nowhere.items()}
    done = subprocess.run(
        ["sh", "setup/audit.sh"],
        cwd=ROOT,
        env={**os.environ, **nowhere, **lower, "NO_PROXY": "", "no_proxy": "", "UV_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("not audited: ")
