"""The examples in deploy/ are what the programs that read them take, and do what their comments say.

What could not be checked: that the units run under systemd, because tests have no systemd to start them (their lines
are checked, and how much they shut off); the Containerfile by a linter and by building it, because Debian 12 has no
linter and a build needs the network. So the tests below read it themselves.
"""

from __future__ import annotations

import http.client
import os
import re
import shlex
import shutil
import socket
import ssl
import subprocess
import textwrap
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from estimator.config import IN_FILES, SETTINGS
from estimator.jobs import NIGHT
from estimator.processes import server, supervisor, worker
from estimator.verification import LARGEST as LARGEST_PDF
from estimator.web import guard
from tests.support.folders import ROOT
from tests.support.server_process import free_port

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
NAME = "estimate.example.org"
HOST = {"Host": NAME}
INSTALLED = "/opt/estimator/bin/estimator"


def program(name: str, package: str) -> str:
    """Return where a program is; one that is missing fails the test, so that nothing passes unchecked."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        pytest.fail(f"{name} is missing. `make test` installs it; by hand: apt-get install {package}")
    return found


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def lines(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


# systemd


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """Return the units with a program that is there: systemd looks whether what they start can be started."""
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace(INSTALLED, shutil.which("true") or "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return sorted(tmp_path.iterdir())


def test_systemd_understands_every_line_of_the_units(units: list[Path]) -> None:
    checked = run(program("systemd-analyze", "systemd"), "verify", "--man=no", *map(str, units))
    ours = [line for line in (checked.stdout + checked.stderr).splitlines() if "estimator" in line]
    assert (checked.returncode, ours) == (0, [])


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_may_do_nothing_to_the_machine(unit: Path) -> None:
    judged = run(
        program("systemd-analyze", "systemd"), "security", "--offline=true", "--threshold=20", str(unit)
    )
    assert judged.returncode == 0, judged.stdout[-3_000:] + judged.stderr
    assert lines(unit, "User") == ["estimator"]
    assert lines(unit, "UMask") == ["0077"]
    assert lines(unit, "MemoryMax")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_calls_a_command_that_there_is(unit: Path) -> None:
    (command,) = lines(unit, "ExecStart")
    where, verb, *words = shlex.split(command)
    assert where == INSTALLED
    options = [word for word in words if word.startswith("--")]
    said = run(shutil.which("sh") or "sh", "-c", f"{ROOT}/.venv/bin/estimator {verb} --help")
    assert said.returncode == 0, said.stderr
    assert all(option in said.stdout for option in options)


def test_work_under_way_has_the_time_that_it_is_promised() -> None:
    (web,) = lines(DEPLOY / "systemd" / "estimator-web.service", "TimeoutStopSec")
    (work,) = lines(DEPLOY / "systemd" / "estimator-worker.service", "TimeoutStopSec")
    assert int(web) > max(server.GRACE, supervisor.GRACE)
    assert int(work) > 2 * worker.GRACE  # what the queue hands out, then what waits in lanes


def test_the_copy_of_the_night_is_made_after_the_work_of_the_night() -> None:
    (copied,) = lines(DEPLOY / "systemd" / "estimator-backup.timer", "OnCalendar")
    (purged,) = lines(DEPLOY / "systemd" / "estimator-purge.timer", "OnCalendar")
    worked = f"*-*-* {int(NIGHT['hour']):02}:{int(NIGHT['minute']):02}:00 UTC"
    assert purged == worked < copied


def test_every_setting_of_the_example_is_one() -> None:
    known = {setting.name for setting in SETTINGS} | {f"{name}_FILE" for name in IN_FILES}
    text = (DEPLOY / "environment.example").read_text(encoding="utf-8")
    named = re.findall(r"^#?([A-Z_]+)=", text, re.MULTILINE)
    assert len(named) > 5
    assert set(named) <= known


# Web servers


class Echo(BaseHTTPRequestHandler):
    """Stands for the app: answers with what reached it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        if self.path.startswith("/gone"):
            self.close_connection = True
            return
        size = len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        said = "".join(f"{name}: {value}\n" for name, value in self.headers.items()) + f"size: {size}\n"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        with suppress(BrokenPipeError):  # the web server has refused it meanwhile
            self.wfile.write(said.encode())


@pytest.fixture(scope="module")
def app_behind() -> Iterator[int]:
    """Return the port of what stands for the app."""
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield listening.server_address[1]
    listening.shutdown()
    listening.server_close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate for the name of the examples."""
    folder, key = tmp_path_factory.mktemp("certificate"), ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


@contextmanager
def running(command: Sequence[str], port: int, log: Path) -> Iterator[None]:
    """Run a web server until the end of the block."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ, "HOME": str(log.parent)}
        )
    try:
        until = time.monotonic() + 20
        while True:
            assert process.poll() is None, log.read_text()
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def nginx(
    app_behind: int, certificate: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, Path]]:
    """Run nginx with our example, on ports and in a folder of the test; return its port and its folder."""
    folder, port, plain = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    example = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for before, after in (
        ("127.0.0.1:8000", f"127.0.0.1:{app_behind}"),
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("/etc/ssl/estimator", str(certificate)),
        ("/var/log/nginx", str(folder)),
    ):
        assert before in example
        example = example.replace(before, after)
    example = re.sub(r"^ *listen \[::\]:.*\n", "", example, flags=re.MULTILINE)
    whole = folder / "nginx.conf"
    user = "user root;\n" if os.getuid() == 0 else ""
    whole.write_text(
        f"{user}pid {folder}/pid;\ndaemon off;\nworker_processes 1;\nevents {{}}\n"
        f"http {{\n{folders(folder)}\n{example}\n}}\n",
        encoding="utf-8",
    )
    command = [program("nginx", "nginx-light"), "-c", str(whole), "-e", str(folder / "first-errors")]
    checked = run(*command, "-t")
    assert checked.returncode == 0, checked.stderr
    with running(command, port, folder / "log"):
        yield port, folder


def folders(folder: Path) -> str:
    """Return the lines by which nginx writes into a folder of the test alone."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)


@pytest.fixture(scope="module")
def caddy(
    app_behind: int, certificate: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, Path]]:
    """Run Caddy with our example and a certificate of the test; return its port and its folder."""
    folder, port = tmp_path_factory.mktemp("caddy"), free_port()
    example = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    keys = f"{certificate}/fullchain.pem {certificate}/privkey.pem"
    for before, after in (
        ("127.0.0.1:8000", f"127.0.0.1:{app_behind}"),
        (f"\n{NAME} {{", f"\nhttps://{NAME}:{port} {{\n\ttls {keys}"),
        ("\n:443 {", f"\n:{port} {{"),
        ("\n{\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n"),
    ):
        assert before in example
        example = example.replace(before, after, 1)
    (folder / "Caddyfile").write_text(example, encoding="utf-8")
    given = ["--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with running([program("caddy", "caddy"), "run", *given], port, folder / "log"):
        yield port, folder


@pytest.fixture(params=["nginx", "caddy"])
def in_front(request: pytest.FixtureRequest) -> tuple[int, Path]:
    found: tuple[int, Path] = request.getfixturevalue(request.param)
    return found


def ask(
    place: tuple[int, Path], path: str, size: int | None = None, headers: Mapping[str, str] = HOST
) -> tuple[int, dict[str, str]]:
    """Ask for a page through a web server, with a body of a size; return the status and what reached the app."""
    connection = connected(place)
    try:
        connection.request(
            "GET" if size is None else "POST", path, None if size is None else bytes(size), headers
        )
        answer = connection.getresponse()
        text = answer.read().decode()
    except (BrokenPipeError, ConnectionResetError):
        return 413, {}  # it was refused while it was being sent
    finally:
        connection.close()
    return answer.status, dict(line.split(": ", 1) for line in text.splitlines() if ": " in line)


def connected(place: tuple[int, Path]) -> http.client.HTTPSConnection:
    """Return a connection to a web server, made when it is first used."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return _Named("127.0.0.1", place[0], timeout=30, context=trusting)


class _Named(http.client.HTTPSConnection):
    """A connection to this machine that asks for the name of the examples."""

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._context.wrap_socket(self.sock, server_hostname=NAME)  # type: ignore[attr-defined]


def test_caddy_takes_our_example_as_it_is() -> None:
    example = str(DEPLOY / "Caddyfile")
    checked = run(program("caddy", "caddy"), "validate", "--config", example, "--adapter", "caddyfile")
    assert checked.returncode == 0, checked.stderr


def fragment(begins: str) -> str:
    """Return the lines that docs/several-machines.md puts in the place of some of an example, not indented."""
    text = (ROOT / "docs" / "several-machines.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^    {re.escape(begins)}.*?^    \}}$", text, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(found)


def test_caddy_takes_our_example_for_several_machines(tmp_path: Path) -> None:
    example = (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    one = re.search(r"^\treverse_proxy .*?^\t\}$", example, re.MULTILINE | re.DOTALL)
    assert one is not None
    (tmp_path / "Caddyfile").write_text(example.replace(one[0], fragment("reverse_proxy ")), encoding="utf-8")
    given = ("--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile")
    checked = run(program("caddy", "caddy"), "validate", *given)
    assert checked.returncode == 0, checked.stderr


def test_nginx_takes_our_example_for_several_machines(certificate: Path, tmp_path: Path) -> None:
    example = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    one = re.search(r"^upstream .*?^\}$", example, re.MULTILINE | re.DOTALL)
    assert one is not None
    example = example.replace(one[0], fragment("upstream estimator ")).replace(
        "/var/log/nginx", str(tmp_path)
    )
    example = example.replace("/etc/ssl/estimator", str(certificate))
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{folders(tmp_path)}\n{example}\n}}\n", "utf-8"
    )
    checked = run(program("nginx", "nginx-light"), "-t", "-c", str(whole), "-e", str(tmp_path / "errors"))
    assert checked.returncode == 0, checked.stderr


def test_the_app_is_told_who_asks_and_what_a_client_claims_counts_nothing(in_front: tuple[int, Path]) -> None:
    claims = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http", "Host": NAME}
    status, reached = ask(in_front, "/", headers=claims)
    assert status == 200
    assert (reached["Host"], reached["X-Forwarded-For"], reached["X-Forwarded-Proto"]) == (
        NAME,
        "127.0.0.1",
        "https",
    )


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "passes", "refused"),
    [
        ("/estimate/delhi", 300_000, 1_200_000),
        ("/verify", LARGEST_PDF + 100_000, 12_000_000),
        ("/staff/tables/drafts/1/text", guard.LARGEST, 45_000_000),
        ("/staff/settings/logo", guard.LARGEST // 10, 6_000_000),
    ],
)
def test_whatever_the_app_takes_is_let_through_and_not_much_more(
    in_front: tuple[int, Path], path: str, passes: int, refused: int
) -> None:
    status, reached = ask(in_front, path, passes)
    assert (status, reached["size"]) == (200, str(passes))
    assert ask(in_front, path, refused)[0] in (413, 502)


def test_pages_are_not_compressed_on_their_way(in_front: tuple[int, Path]) -> None:
    status, reached = ask(in_front, "/", headers={**HOST, "Accept-Encoding": "gzip"})
    assert (status, reached["Accept-Encoding"]) == (
        200,
        "gzip",
    )  # readable here, and the app may compress styles


@pytest.mark.long
def test_no_log_of_the_web_server_holds_an_address(in_front: tuple[int, Path]) -> None:
    for path, expected in (("/e/SECRETLINK?x=SECRETLINK", 200), ("/gone/SECRETLINK?x=SECRETLINK", 502)):
        assert ask(in_front, path)[0] == expected
        ask(in_front, path, 1_200_000)
    for file in in_front[1].rglob("*"):
        if file.is_file() and "Caddyfile" not in file.name:
            assert b"SECRETLINK" not in file.read_bytes(), file


def test_nginx_stops_whoever_asks_very_often_and_answers_no_other_name(nginx: tuple[int, Path]) -> None:
    connection = connected(nginx)
    statuses = []
    for _ in range(200):
        connection.request("GET", "/", headers=HOST)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()
    assert statuses[:20] == [200] * 20
    assert set(statuses) == {200, 429}
    with pytest.raises(ssl.SSLError):
        ssl.get_server_certificate(("127.0.0.1", nginx[0]))


def test_who_asks_for_another_name_behind_the_right_one_gets_nothing(in_front: tuple[int, Path]) -> None:
    connection = connected(in_front)
    connection.request("GET", "/", headers={"Host": "other.example.org"})
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/healthz"])
def test_strangers_get_nothing_of_what_machines_ask(nginx: tuple[int, Path], path: str) -> None:
    assert ask(nginx, path)[0] in (403, 429)


# The image

CONTAINERFILE = DEPLOY / "Containerfile"


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Containerfile, each on one line."""
    text = re.sub(r"^#.*\n", "", CONTAINERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    whole = re.sub(r"\\\n\s*", "", text)
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in whole.splitlines() if line]


def test_the_image_runs_as_nobody_special_and_its_instructions_are_known() -> None:
    known = set("ARG FROM RUN WORKDIR COPY ENV USER VOLUME EXPOSE STOPSIGNAL ENTRYPOINT CMD".split())
    found = instructions()
    assert {name for name, _rest in found} <= known
    assert [rest for name, rest in found if name == "USER"] == ["10001:10001"]
    last = max(number for number, (name, _rest) in enumerate(found) if name == "FROM")
    assert not [rest for name, rest in found[last:] if name == "RUN" and "pip" in rest]
    for name, rest in found:
        if name == "RUN":
            assert run("sh", "-n", "-c", rest).returncode == 0, rest


def test_the_image_is_installed_as_the_documents_say() -> None:
    commands = " ".join(rest for name, rest in instructions() if name == "RUN")
    assert "--require-hashes --requirement build.txt" in commands
    assert "--require-hashes --no-build-isolation --requirement requirements.txt" in commands
    assert "--no-deps --no-index treatment_cost_estimator-*.whl" in commands
    packages = (ROOT / "setup" / "system-packages.sh").read_text(encoding="utf-8")
    (needed,) = re.findall(r'^    packages="(.*)"$', packages, re.MULTILINE)
    assert set(needed.split()) <= set(commands.split())


def test_the_image_is_made_of_the_list_and_the_wheel_alone() -> None:
    copied = [rest.split()[:-1] for name, rest in instructions() if name == "COPY" and "--from" not in rest]
    assert copied == [["requirements.txt", "setup/build.txt"], ["dist/treatment_cost_estimator-*.whl"]]
    let_in = (ROOT / ".containerignore").read_text(encoding="utf-8").split()
    assert let_in == ["*", "!requirements.txt", "!setup/build.txt", "!dist/*.whl"]


def test_the_command_by_hand_is_plain_shell() -> None:
    assert run("sh", "-n", str(DEPLOY / "estimator-here")).returncode == 0
