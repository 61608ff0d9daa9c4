"""What `estimator verify` promises: of files that somebody holds, and of everything that was ever issued."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from estimator import create_app, estimates, quotes
from estimator.config import Settings
from estimator.db import db
from estimator.models import Estimate, Quote, QuoteRevision
from estimator.privacy import erasure
from estimator.verification import all_quotes
from pricing import canonical_json
from tests.support import example_quotes as example
from tests.support import hostile_pdfs as hostile
from tests.support.acts import acting
from tests.support.commands import environment, estimator
from tests.support.example_list import NOW
from tests.support.kept_rows import kept

Run = Callable[..., tuple[int, str, str]]

QUOTES = 3


@pytest.fixture
def app(
    settings: Settings, set_up: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """Return an app with quotes that were issued, of which the first was revised; the commands find it too."""
    set_up(settings.database_url)
    app = create_app(settings)
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    with app.app_context():
        kept("three quotes of which one is revised", issue)
        yield app
        app.extensions["jobs"].close()
        db.session.remove()
        db.engine.dispose()


def issue() -> None:
    """Issue quotes, and revise the first."""
    found = [example.quoted(submission=f"form {number}") for number in range(QUOTES)]
    request = found[0].quote.request
    example.prepare(request, adjustments=[("-100.00", "Kept for longer")])
    example.issue(request)


@pytest.fixture
def run(app: Flask) -> Run:
    """Return a function that runs the command and returns exit code, standard output and standard error."""

    def run(*arguments: object, before: str = "") -> tuple[int, str, str]:
        db.session.remove()
        return estimator("verify", *arguments, before=before)

    return run


def draw(number: str = "Q-2026-00001", revision: int = 1) -> bytes:
    """Make the document of a revision, as the worker does."""
    return example.draw(revision_of(number, revision))


def revision_of(number: str, revision: int) -> QuoteRevision:
    found = db.session.query(QuoteRevision).join(Quote).filter(Quote.number == number)
    return found.filter(QuoteRevision.number == revision).one()


def behind(statement: str, **values: Any) -> None:
    """Change something at the database itself, by somebody who has removed what protects it."""
    if db.engine.dialect.name == "sqlite":
        names = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for name in names:
            db.session.execute(text(f'DROP TRIGGER "{name}"'))
    else:
        db.session.execute(text("SET session_replication_role = replica"))
    db.session.execute(text(statement), values)
    db.session.commit()


def test_what_was_issued_is_all_as_it_was(run: Run) -> None:
    for number in range(1, QUOTES):
        draw(f"Q-2026-{number:05d}")
    assert run("--all") == (
        0,
        "4 revisions were computed again. Everything is as it was issued.\nThe PDFs of 2 are not made yet.\n",
        "",
    )


@pytest.mark.long
def test_people_who_were_erased_are_counted_and_their_figures_computed(run: Run) -> None:
    draw()
    erasure.erase(acting(actor="user:1", now=NOW), revision_of("Q-2026-00001", 1).quote.request)
    db.session.commit()
    code, output, _errors = run("--all")
    assert code == 0
    assert "2 of them are of people who were erased; only their figures are left." in output


def test_a_total_that_was_changed_at_the_database_is_found(run: Run) -> None:
    behind("UPDATE quote_revision SET total = '1.00' WHERE id = 2")
    code, output, _errors = run("--all")
    assert code == 1
    assert "Q-2026-00002/1: The column total says something else than the content." in output
    assert "1 is not as it was issued." in output


@pytest.mark.long
def test_figures_that_were_changed_in_the_content_are_found(run: Run) -> None:
    """Whoever changes content and columns alike is found by the price list."""
    revision = revision_of("Q-2026-00002", 1)
    content = json.loads(revision.content)
    before = content["total"]
    content["total"] = content["price"] = "1.00"
    behind(
        "UPDATE quote_revision SET total = '1.00', content = :content WHERE id = 2",
        content=canonical_json(content).decode(),
    )
    code, output, _errors = run("--all")
    assert code == 1
    assert output.count("Q-2026-00002/1: ") > 1
    assert f"Q-2026-00002/1: Written: USD 1.00. Computed again: USD {before}." in output
    assert f"Q-2026-00002/1: Differs: total, written 1.00, computed {before}." in output


@pytest.mark.long
def test_a_price_list_that_was_changed_is_found(run: Run) -> None:
    behind("UPDATE table_version SET text = replace(text, 'Taxi', 'Cab')")
    code, output, _errors = run("--all")
    assert code == 1
    assert "Q-2026-00003/1: The stored price list, 2026-1, is not the one that was published." in output
    assert "4 are not as they were issued." in output


def test_a_price_list_that_was_exchanged_with_its_hash_is_found(run: Run) -> None:
    import pricing

    table = pricing.read(example.list_text(price="1000.00"))
    behind(
        "UPDATE table_version SET text = :text, sha256 = :sha256",
        text=pricing.write(table),
        sha256=pricing.sha256(table),
    )
    code, output, _errors = run("--all")
    assert code == 1
    assert "Q-2026-00003/1: It was issued from another price list than the stored one, 2026-1." in output


@pytest.mark.long
def test_a_document_that_was_exchanged_is_found(run: Run) -> None:
    draw("Q-2026-00002")
    revision = revision_of("Q-2026-00002", 1)
    other = hostile.with_files({"quote.json": b"{}"})
    sealed = example.settings().data_keys.seal_bytes(other, "quote_revision", "pdf", revision.name)
    behind("UPDATE quote_revision SET pdf = :pdf WHERE id = 2", pdf=sealed)
    code, output, _errors = run("--all")
    assert code == 1
    assert "Q-2026-00002/1: Its stored PDF is not the one that was issued." in output


@pytest.mark.long
def test_a_document_that_was_exchanged_with_its_hash_is_found(run: Run) -> None:
    import hashlib

    draw("Q-2026-00002")
    revision = revision_of("Q-2026-00002", 1)
    other = hostile.with_files({"quote.json": b"{}"})
    behind(
        "UPDATE quote_revision SET pdf = :pdf, pdf_sha256 = :sha256 WHERE id = 2",
        pdf=example.settings().data_keys.seal_bytes(other, "quote_revision", "pdf", revision.name),
        sha256=hashlib.sha256(other).hexdigest(),
    )
    code, output, _errors = run("--all")
    assert code == 1
    assert "Q-2026-00002/1: The data in its stored PDF are not its content." in output


@pytest.mark.long
@pytest.mark.parametrize(
    ("column", "sentence"),
    [("NULL", "Its PDF was made and is gone."), (":sealed", "Its PDF cannot be opened")],
)
def test_a_document_that_is_lost_is_found(run: Run, column: str, sentence: str) -> None:
    draw("Q-2026-00002")
    values = {"sealed": b"no seal at all"} if column == ":sealed" else {}
    behind(f"UPDATE quote_revision SET pdf = {column} WHERE id = 2", **values)
    code, output, _errors = run("--all")
    assert code == 1
    assert f"Q-2026-00002/1: {sentence}" in output


@pytest.mark.long
@pytest.mark.parametrize(
    ("statement", "missing"),
    [
        ("UPDATE quote SET number = 'Q-2026-00007' WHERE number = 'Q-2026-00002'", "Q-2026-00002"),
        ("UPDATE quote SET number = 'Q-2026-00007' WHERE number = 'Q-2026-00002'", "Q-2026-00007"),
        ("UPDATE counter SET last = 5", "Q-2026-00005"),
        ("UPDATE counter SET last = 2", "Q-2026-00003"),
        ("DELETE FROM quote_revision WHERE id = 1", "Q-2026-00001/1"),
        ("DELETE FROM quote_revision WHERE id = 3", "Q-2026-00003/1"),
    ],
)
def test_a_gap_in_the_numbers_is_found(run: Run, statement: str, missing: str) -> None:
    behind(statement)
    code, output, _errors = run("--all")
    assert code == 1
    assert f"{missing}: a number is missing here, or one was never issued.\n" in output


def test_many_quotes_are_checked_a_few_at_a_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_quotes, "BATCH", 2)
    found = [str(each.reference) for each in all_quotes.each(example.settings().data_keys)]
    assert found == ["Q-2026-00001/1", "Q-2026-00002/1", "Q-2026-00003/1", "Q-2026-00001/2"]
    assert not list(db.session)


@pytest.mark.long
def test_of_many_quotes_it_is_told_how_far_it_has_come(run: Run) -> None:
    code, _output, errors = run("--all", before="from estimator.cli import verify; verify.EVERY = 0.2")
    assert (code, errors) == (
        0,
        "2 of 4, up to Q-2026-00002/1\n4 of 4, up to Q-2026-00001/2\n",
    )


@pytest.mark.long
def test_several_processes_say_the_same_as_one_in_the_same_order(run: Run) -> None:
    draw()
    for statement in (
        "UPDATE quote_revision SET total = '1.00' WHERE id = 2",
        "UPDATE quote SET number = 'Q-2026-00007' WHERE number = 'Q-2026-00003'",
    ):
        behind(statement)
    revision = revision_of("Q-2026-00001", 2)
    content = json.loads(revision.content) | {"price": "1.00"}
    behind(
        "UPDATE quote_revision SET content = :content WHERE id = :id",
        content=canonical_json(content).decode(),
        id=revision.id,
    )
    alone = run("--all", "--processes", "1")
    small = "from estimator.verification import all_quotes; all_quotes.BATCH = 1"
    assert run("--all", "--processes", 3, before=small) == alone
    assert alone[0] == 1
    assert "Q-2026-00001/2: Differs: " in alone[1]
    assert "3 are not as they were issued." in alone[1]


@pytest.mark.long
def test_a_run_that_was_interrupted_goes_on_from_the_number_that_was_told_last(run: Run) -> None:
    behind("UPDATE quote_revision SET total = '1.00' WHERE id = 2")
    code, output, _errors = run("--all", "--from", "q-2026-00003/1")
    assert (code, output) == (
        0,
        "What was issued before q-2026-00003/1 was not computed again in this run.\n"
        "2 revisions were computed again. Everything is as it was issued.\n"
        "The PDFs of 2 are not made yet.\n",
    )
    code, output, _errors = run("--all", "--from", "Q-2026-00002", "--processes", "2")
    assert code == 1
    assert "3 revisions were computed again. 1 is not as it was issued." in output
    assert run("--all", "--from", "Q-2026-00009") == (
        2,
        "",
        "estimator: There is no quote or revision Q-2026-00009.\n",
    )


@pytest.mark.long
def test_a_process_that_is_killed_ends_the_run_and_it_is_said_how_to_go_on(run: Run) -> None:
    killed = (
        "import os, signal, threading, time\n"
        "from multiprocessing import process\n"
        "start = process.BaseProcess.start\n"
        "def start_and_kill(self):\n"
        "    start(self)\n"
        "    os.kill(self.pid, signal.SIGKILL)\n"
        "process.BaseProcess.start = start_and_kill\n"
    )
    code, output, errors = run("--all", "--processes", "2", before=killed)
    assert (code, output) == (1, "")
    assert errors == (
        "estimator: A process that was checking ended before it was done. Go on from the last number that was told "
        "with: estimator verify --all --from NUMBER\n"
    )


@pytest.mark.parametrize("option", [("--processes", "2"), ("--from", "Q-2026-00001")])
def test_what_belongs_to_all_quotes_is_refused_with_files(run: Run, option: tuple[str, str]) -> None:
    assert run("a.pdf", *option) == (2, "", "estimator: --processes and --from belong to --all.\n")


@pytest.mark.long
def test_a_file_that_was_issued_is_genuine(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "quote.pdf"
    file.write_bytes(draw("Q-2026-00002"))
    total = revision_of("Q-2026-00002", 1).total
    assert run(file) == (
        0,
        f"{file}: genuine, byte for byte what was issued.\n"
        "  Q-2026-00002/1 is expired.\n"
        f"  Written: USD {total}. Computed again: USD {total}.\n",
        "",
    )


@pytest.mark.long
def test_each_file_has_its_sentences_and_one_that_is_not_ours_ends_with_1(run: Run, tmp_path: Path) -> None:
    data = json.loads(revision_of("Q-2026-00002", 1).content)
    true = data["total"]
    data["total"] = "1.00"
    record = db.session.query(Estimate).first()
    assert record is not None
    files = {
        "changed.pdf": (
            hostile.with_files({"quote.json": canonical_json(data)}),
            1,
            f"Differs: total, written 1.00, computed {true}.",
        ),
        "saved.pdf": (
            draw("Q-2026-00002") + b"\n",
            1,
            "not the file that was issued, though the data in it are",
        ),
        "estimate.pdf": (estimates.pdf_document.pdf_of(record), 0, "an estimate; they are not kept"),
        "scan.pdf": (hostile.with_files({}), 1, "there are no data of ours in it"),
        "locked.pdf": (hostile.locked(b"{}"), 1, "encrypted; our documents never are."),
        "text.pdf": (b"hello", 1, "no PDF."),
    }
    for name, (content, _code, _sentence) in files.items():
        (tmp_path / name).write_bytes(content)
    for name, (_content, expected, sentence) in files.items():
        code, output, errors = run(tmp_path / name)
        assert (code, errors) == (expected, ""), name
        assert sentence in output, name
    code, output, _errors = run(*(tmp_path / name for name in files))
    assert code == 1
    assert all(f"{tmp_path / name}: " in output for name in files)


def test_files_that_cannot_be_read_are_named_before_anything_is_checked(run: Run, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(10_000_001)
    assert run(large) == (2, "", f"estimator: {large} is larger than any document of ours.\n")
    assert run(tmp_path / "none.pdf") == (
        2,
        "",
        f"estimator: {tmp_path / 'none.pdf'}: there is no such file.\n",
    )


@pytest.mark.parametrize("arguments", [(), ("--all", "a.pdf")])
def test_it_wants_files_or_all(run: Run, arguments: tuple[str, ...]) -> None:
    assert run(*arguments) == (2, "", "estimator: Name PDFs, or give --all: one of the two.\n")


@pytest.mark.long
def test_without_any_quote_there_is_nothing_wrong(tmp_path: Path) -> None:
    installation = {"INSTANCE": str(tmp_path / "instance"), "PUBLIC_URL": "https://estimate.example.org"}
    assert estimator("prepare", **installation)[0] == 0
    code, output, _errors = estimator("verify", "--all", **installation)
    assert code == 0
    assert output == "0 revisions were computed again. Everything is as it was issued.\n"


@pytest.mark.long
def test_a_confirmation_for_others_is_known_and_says_whether_the_quote_is_still_accepted(
    run: Run, tmp_path: Path
) -> None:
    revision = revision_of("Q-2026-00002", 1)
    example.accept(revision)
    made = draw("Q-2026-00003")  # stands for a page of its own: any file that was kept as one
    act = acting(now=NOW)
    quotes.certificates.keep(act, revision, made + b"%", ["name"])
    db.session.commit()
    path = tmp_path / "confirmation.pdf"
    path.write_bytes(made + b"%")
    code, said, _errors = run(path)
    assert (code, "a confirmation for others of an acceptance that still holds" in said) == (0, True)
    quotes.take_back(act, revision_of("Q-2026-00002", 1))
    db.session.commit()
    code, said, _errors = run(path)
    assert (code, "of an acceptance that does not hold any more" in said) == (1, True)
