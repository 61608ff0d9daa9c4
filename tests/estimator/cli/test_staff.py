from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import estimator
from tests.support.installations import prepared

Run = Callable[..., tuple[int, str, str]]

LINK = r"https://estimate\.example/staff/welcome/[A-Za-z0-9_-]{43}\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs `estimator staff` in an installation of its own."""
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("PUBLIC_URL", "https://estimate.example")
    prepared(tmp_path / "instance")
    return lambda *arguments: estimator("staff", *arguments)


@pytest.mark.long
def test_the_first_administrator_is_made_here_and_printed_as_a_link(run: Run) -> None:
    code, output, errors = run("create", "Ada@Example.org")
    assert (code, errors) == (0, "")
    assert re.fullmatch(LINK, output)
    assert run("list") == (0, "ada@example.org\tinvited\tadministrator\n", "")


def test_roles_are_named(run: Run) -> None:
    run("create", "mira@example.org", "--role", "price_editor", "--role", "approver")
    assert run("list") == (0, "mira@example.org\tinvited\tprice_editor, approver\n", "")
    assert run("create", "x@example.org", "--role", "king")[0] == 2


def test_a_new_link_is_another_one(run: Run) -> None:
    _code, first, _errors = run("create", "ada@example.org")
    _code, second, _errors = run("link", "ADA@example.org")
    assert re.fullmatch(LINK, second)
    assert first != second


@pytest.mark.long
def test_somebody_is_let_in_no_more_and_again(run: Run) -> None:
    run("create", "ada@example.org")
    assert run("deactivate", "ada@example.org") == (0, "ada@example.org can no longer sign in.\n", "")
    assert run("list")[1] == "ada@example.org\tdeactivated\tadministrator\n"
    assert run("link", "ada@example.org")[0] == 2
    assert run("activate", "ada@example.org") == (0, "ada@example.org can sign in again.\n", "")
    assert run("list")[1] == "ada@example.org\tinvited\tadministrator\n"


TAKEN = "mira@example.org already has an account. `estimator staff link mira@example.org` prints a new link."
NOBODY = "There is nobody with the address nobody@example.org."


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["create", "ada"], "ada is not an email address."),
        (["create", "mira@example.org"], TAKEN),
        (["link", "nobody@example.org"], NOBODY),
        (["deactivate", "nobody@example.org"], NOBODY),
        (["activate", "nobody@example.org"], NOBODY),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, arguments: list[str], sentence: str) -> None:
    run("create", "mira@example.org")
    assert run(*arguments) == (2, "", f"estimator: {sentence}\n")


@pytest.mark.long
def test_in_a_demonstration_it_is_said_what_a_real_account_ends(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO", "1")
    password = (
        "The invented people of the demonstration are let in no more once this administrator has chosen "
        "a password.\n"
    )
    served = "Somebody real has an account here now, so `serve --demo` refuses to start with this database.\n"
    code, output, errors = run("create", "ada@example.org")
    assert (code, errors) == (0, password + served)
    assert re.fullmatch(LINK, output)
    assert run("create", "mira@example.org", "--role", "coordinator")[2] == served
