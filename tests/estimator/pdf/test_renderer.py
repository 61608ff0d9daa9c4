"""The process that makes PDFs: whatever happens to it, a document is made or refused with a reason."""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from estimator.config import IN_FILES
from estimator.pdf import renderer

pytestmark = pytest.mark.processes

MADE = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
ONE = "<html lang=en><title>One</title><p>One document"
LONG = "<html lang=en><title>Long</title>" + "<p>One of very many sentences.</p>" * 20_000


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Give each test a child of its own, so that it has the test's limits."""
    renderer.close()
    yield
    renderer.close()


def make(html: str = ONE) -> str:
    return hashlib.sha256(renderer.document(html, created=MADE)).hexdigest()


def child() -> int:
    """Return the number of the kept child process."""
    kept = renderer._child
    assert kept is not None
    return kept.process.pid


def wait(until: Callable[[], object]) -> None:
    for _attempt in range(1000):
        if until():
            return
        time.sleep(0.02)
    raise AssertionError("it never came to it")


def runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{number}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_one_child_is_kept() -> None:
    first = make()
    before = child()
    assert make() == first
    assert child() == before


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (None, r"by the user {user}: {program} \(No such file"),
        (0o600, "the user {user} may not run {program} "),
    ],
)
def test_a_child_that_cannot_be_started_fails_its_document_and_not_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int | None, said: str
) -> None:
    renderer.close()
    (tmp_path / "link").symlink_to(tmp_path / "python")
    if mode is not None:
        (tmp_path / "python").touch(mode)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "link"))
    user = pwd.getpwuid(os.geteuid()).pw_name
    expected = said.format(user=user, program=re.escape(str(tmp_path / "python")))
    with pytest.raises(renderer.RenderingFailed, match=f"cannot be started.*{expected}"):
        make()
    monkeypatch.undo()
    assert make()


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the process was started with is asked of the process itself."""
    told = tmp_path / "told"
    for name in IN_FILES:
        monkeypatch.setenv(name, "do not tell")
    monkeypatch.setattr(
        renderer, "_PROGRAM", f"import os; open({str(told)!r}, 'w').write(repr(dict(os.environ)))"
    )
    with pytest.raises(renderer.RenderingFailed):
        make()
    assert "PATH" in told.read_text(), "fonts and libraries are still found"
    assert "do not tell" not in told.read_text()


def test_whatever_the_child_answers_runs_nothing_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Somebody may have taken it over by what it drew."""
    ran = tmp_path / "ran"
    monkeypatch.setattr(
        renderer,
        "_PROGRAM",
        "import sys; from multiprocessing.connection import Connection\n"
        "class Hostile:\n"
        f"    def __reduce__(self): return open, ({str(ran)!r}, 'w')\n"
        "pipe = Connection(int(sys.argv[1])); pipe.recv_bytes(); pipe.send(Hostile()); pipe.send(Hostile())",
    )
    with pytest.raises(renderer.RenderingFailed):
        make()
    assert not ran.exists()


@pytest.mark.long
def test_a_child_that_was_killed_between_documents_is_replaced() -> None:
    first, before = make(), child()
    os.kill(before, signal.SIGKILL)
    assert make() == first
    assert child() != before


def asked_while_stopped() -> tuple[int, Future[str]]:
    """Ask for a document while the child cannot answer; return both."""
    make()
    number = child()
    os.kill(number, signal.SIGSTOP)
    pool = ThreadPoolExecutor(1)
    asked = pool.submit(make)
    pool.shutdown(wait=False)
    wait(renderer._lock.locked)
    return number, asked


@pytest.mark.long
def test_a_child_that_is_killed_in_the_middle_of_a_document_costs_nobody_the_document() -> None:
    expected = make()
    number, asked = asked_while_stopped()
    os.kill(number, signal.SIGKILL)
    assert asked.result() == expected
    assert child() != number


@pytest.mark.long
def test_a_child_that_is_killed_twice_is_a_clear_refusal_and_then_forgotten() -> None:
    expected = make()
    number, asked = asked_while_stopped()
    os.kill(number, signal.SIGKILL)
    wait(lambda: renderer._child is not None and child() != number)
    os.kill(child(), signal.SIGKILL)
    with pytest.raises(renderer.RenderingFailed, match="ended twice"):
        asked.result()
    assert make() == expected


@pytest.mark.long
def test_what_takes_too_long_is_ended_and_the_next_document_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    expected, before = make(), child()
    with monkeypatch.context() as patched:
        patched.setattr(renderer, "SECONDS", 1)
        with pytest.raises(renderer.RenderingTookTooLong, match="more than 1 seconds"):
            make(LONG)
    assert not runs(before)
    assert make() == expected


@pytest.mark.long
def test_a_child_that_stands_still_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    make()
    number = child()
    os.kill(number, signal.SIGSTOP)
    monkeypatch.setattr(renderer, "SECONDS", 1)
    with pytest.raises(renderer.RenderingTookTooLong):
        make(LONG)  # more than the pipe holds: not even the question gets through
    assert not runs(number)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_what_needs_too_much_memory_is_refused_and_the_next_document_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = make()
    held = int(Path(f"/proc/{child()}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    renderer.close()
    # Room for the stacks of two threads that look for fonts: on a busy machine both run at once.
    monkeypatch.setattr(renderer, "ADDRESS_SPACE", held + 24 * 2**20)
    monkeypatch.setattr(renderer, "SECONDS", 300)  # on a busy machine memory must still be what it fails by
    with pytest.raises(renderer.RenderingFailed, match=r"more memory|ended twice"):
        make(LONG)
    assert make() == expected


@pytest.mark.long
def test_a_child_is_renewed_after_a_number_of_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "DOCUMENTS", 2)
    renderer.warm_up()
    children, documents = [], set()
    for _document in range(4):
        children.append(child())
        documents.add(make())
    assert children[0] == children[1] != children[2] == children[3]
    assert len(documents) == 1
    assert not runs(children[0])


def test_a_child_that_holds_too_much_memory_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    first, before = make(), child()
    monkeypatch.setattr(renderer, "RESIDENT", 1)
    assert make() == first
    assert child() != before


def test_threads_may_ask_at_once() -> None:
    expected = make()
    start = threading.Barrier(8)

    def ask() -> str:
        start.wait()
        return make()

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(ask) for _thread in range(8)]
    assert {answer.result() for answer in asked} == {expected}


def run(script: str) -> list[str]:
    """Run a program that may use `document()`; it must end well and say nothing on standard error."""
    start = (
        "import hashlib, os, sys, multiprocessing\n"
        "from datetime import UTC, datetime\n"
        "from estimator.pdf import renderer\n"
        "def document():\n"
        f"    made = renderer.document({ONE!r}, created=datetime(2026, 11, 10, 12, 0, tzinfo=UTC))\n"
        "    return hashlib.sha256(made).hexdigest()\n"
        "def report(*words):\n"
        "    os.write(1, (' '.join(map(str, words)) + '\\n').encode())  # whole lines, whoever else writes\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", start + script],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.long
def test_a_forked_process_has_a_child_of_its_own_and_leaves_that_of_its_parent() -> None:
    script = """
expected = document()
kept = renderer._child.process.pid
if os.fork() == 0:
    report(document() == expected, renderer._child.process.pid != kept)
    sys.exit()
os.wait()
report(document() == expected, renderer._child.process.pid == kept)
"""
    assert run(script) == ["True"] * 4


@pytest.mark.long
def test_forked_processes_may_ask_at_once() -> None:
    script = """
renderer.warm_up()
for _process in range(3):
    if os.fork() == 0:
        report(document())
        sys.exit()
for _process in range(3):
    os.wait()
report(document())
"""
    assert run(script) == [make()] * 4


@pytest.mark.long
def test_a_daemonic_process_may_make_documents() -> None:
    script = """
process = multiprocessing.get_context("fork").Process(target=lambda: report(document()), daemon=True)
process.start()
process.join()
"""
    assert run(script) == [make()]


@pytest.mark.long
@pytest.mark.parametrize("end", ["sys.exit()", "os.kill(os.getpid(), 9)"])
def test_a_child_ends_with_its_parent(end: str) -> None:
    script = f"""
document()
if os.fork() == 0:
    document()
    report(renderer._child.process.pid)
    {end}
os.wait()
report(renderer._child.process.pid)
"""
    inner, outer = map(int, run(script))
    wait(lambda: not runs(inner) and not runs(outer))


@pytest.mark.long
def test_nothing_of_the_renderer_is_loaded_before_or_in_the_process_that_asks() -> None:
    script = """
document()
report(sorted(name for name in sys.modules if name in ("weasyprint", "pydyf", "PIL")))
"""
    assert run(script) == ["[]"]


def test_the_child_keeps_to_the_fonts_of_documents_and_subsets_them_quickly() -> None:
    script = """
from estimator.pdf import renderer_process
from weasyprint.text import ffi
report(ffi.harfbuzz_subset is not None, os.path.basename(os.environ["FONTCONFIG_FILE"]).startswith("fonts-"))
"""
    assert run(script) == ["True", "True"]


@pytest.mark.long
def test_a_document_with_letters_that_have_no_font_is_drawn_once() -> None:
    script = """
import warnings
from estimator.pdf import renderer_process
warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves the file of its colours open
make, drawn = renderer_process._maker(), []
def counted(job, missing):
    drawn.append(job.html)
    return make(job, missing)
letters = [chr(code) for code in range(0x1d100, 0x1d108)]
known = {}
for one in letters, letters, ["Ann"], [letters[0], "\\ue123"]:
    html = "<html lang=en><title>One</title>" + "".join(f"<p>One {letter} and" for letter in one)
    job = renderer.Job(html, None, "", "", datetime(2026, 1, 1, tzinfo=UTC))
    kind, content = renderer_process._attempt(counted, job, known)
    report(f"{kind}:{drawn.count(html)}/{len(drawn)}")
    drawn.clear()
"""
    first, again, plain, another = run(script)
    assert first == "pdf:1/2", "and its letters before it"
    assert (again, plain) == ("pdf:1/1", "pdf:1/1"), "what is known is not asked for again"
    assert another == "pdf:1/2"


@pytest.mark.long
def test_nothing_stays_in_the_folder_for_temporary_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(renderer, "DOCUMENTS", 1)
    for _document in range(3):
        make()
    os.kill(child(), signal.SIGKILL)
    make()
    renderer.close()
    kept = [path.name for path in tmp_path.iterdir() if not path.name.startswith("estimator-fonts-")]
    assert kept == []
