"""What is installed and not used: docs/packages.md says which packages, and the app works where they are missing."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "packages.md"

SIGNING_IN = """
import sys, tempfile, time
from datetime import UTC, datetime
blocked = {blocked!r}
for module in blocked:
    sys.modules[module] = None  # to import it is an ImportError, as if it were not installed
from estimator import create_app, migrations
from tests.support import apps
from tests.support.clinic_staff import Browser, Person, code_of
settings = apps.load({{"INSTANCE": tempfile.mkdtemp(), **apps.SETTINGS}})
migrations.upgrade(settings.database_url)
app = create_app(settings)
person = Person(app, "mira@example.org", ["administrator"]).put(datetime.now(UTC))
browser = person.sign_in(Browser(app))
assert browser.heading == "Start", browser.page
for path in ("/staff/account", "/staff/people", "/staff/second-factor", "/staff/recovery-codes", "/staff/password"):
    browser.get(path)
    assert browser.status == 200, (path, browser.status)
assert not [module for module in blocked if sys.modules.get(module)]
print("signed in")
"""


def listed() -> dict[str, str]:
    """Return each package that the page says is not used, by the module that it is imported as."""
    rows = re.findall(r"^\| `([\w.-]+)` \| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {module: package for package, module in rows}


@pytest.mark.long
def test_staff_sign_in_without_the_packages_that_are_said_to_be_unused() -> None:
    assert len(listed()) > 5
    done = subprocess.run(
        [sys.executable, "-c", SIGNING_IN.format(blocked=sorted(listed()))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout == "signed in\n", done.stderr


@pytest.mark.parametrize("module", sorted(listed()))
def test_a_package_that_is_said_to_be_unused_is_one_that_is_installed(module: str) -> None:
    names = {name.lower().replace("_", "-") for name in packages_distributions()[module]}
    assert listed()[module] in names
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert re.search(rf"^{listed()[module]}==", locked, re.MULTILINE)


def test_nothing_of_the_app_comes_with_a_licence_that_would_bind_whoever_runs_it() -> None:
    """PyMuPDF is under the AGPL; `outloud` brings it for the tests."""
    locked = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower()
    assert not re.search(r"^(pymupdf|outloud)\b", locked, re.MULTILINE)
    sources = [
        path.read_text(encoding="utf-8")
        for room in ("estimator", "pricing")
        for path in (ROOT / room).rglob("*.py")
    ]
    assert not [
        text
        for text in sources
        if re.search(r"^\s*(import|from) (pymupdf|fitz|outloud)\b", text, re.MULTILINE)
    ]
