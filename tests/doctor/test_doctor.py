"""`farebox doctor`: what it finds, each with its fix; it changes nothing."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from farebox.config.settings import Settings, load
from farebox.doctor import client, folder, ledger, ports, sidecar
from farebox.doctor.finding import OK, PROBLEM, WARNING, Finding
from farebox.errors import FareboxError
from farebox.home.folder import claim
from farebox.process.client_environment import ProxyEndpoint, client_environment
from farebox.proxy.trust import confdir, hand_out
from farebox.recorder.http import serve
from farebox.recorder.recorder import Health
from farebox.spool.telemetry import ClientDiagnostics, UntrustedConnections
from farebox.spool.writer import SpoolWriter
from farebox.store.migrate import revisions
from farebox.supervisor.health import HealthReport
from prometheus_client import CollectorRegistry

from tests.support.commands import Done, farebox
from tests.support.ledgers import locked, new_ledger

DOOR = ProxyEndpoint("http://127.0.0.1:8080", "/data/cert.pem", "/data/bundle.pem")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    return load({"home": str(home), "port": 0, "metrics_port": 0}, environment={})


def levels(findings: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(finding.level, finding.what) for finding in findings]


def only(findings: Iterator[Finding]) -> Finding:
    [finding] = findings
    return finding


def test_a_new_machine_is_well_and_stays_as_it_is(settings: Settings, home: Path) -> None:
    found = [*folder.look(settings), *ports.look(settings), *ledger.look(settings)]

    assert {finding.level for finding in found} == {OK}
    assert not home.exists()


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    # A file system that takes no files, for root too.
    finding = only(folder.look(load({"home": "/proc/farebox"}, environment={})))

    assert finding.level == PROBLEM
    assert finding.what.startswith("data folder /proc/farebox cannot be written")
    assert "FAREBOX_HOME" in (finding.fix or "")


def test_what_is_dead_lettered_is_told(settings: Settings, home: Path) -> None:
    (home / "dead-letter").mkdir(parents=True)
    (home / "dead-letter" / "a-00000001.seg").touch()

    assert levels(folder.look(settings))[0] == (
        WARNING,
        f"1 dead letter in {home / 'dead-letter'}: calls that could not be recorded",
    )


def test_calls_that_wait_for_a_start_are_told(settings: Settings, home: Path) -> None:
    with closing(SpoolWriter(home / "spool", "worker")) as worker:
        worker.append(b"one")
        worker.append(b"two")

    assert levels(folder.look(settings))[0] == (
        WARNING,
        f"up to 2 calls of an earlier start in {home / 'spool'} may not be in the ledger",
    )
    with claim(home, "sidecar"):
        assert [level for level, _ in levels(folder.look(settings))] == [OK, OK]


def test_a_folder_in_use_names_its_holder(settings: Settings, home: Path) -> None:
    with claim(home, "sidecar"):
        assert f"in use by farebox, process {os.getpid()}" in next(folder.look(settings)).what


def test_a_key_that_others_can_read_is_a_warning(settings: Settings) -> None:
    ca = confdir(Path(settings.ca))
    assert levels(folder.look(settings))[1:] == [(OK, f"CA in {ca}")]

    (ca / "mitmproxy-ca.pem").chmod(0o644)
    ca.chmod(0o755)

    found = list(folder.look(settings))[1:3]
    assert [finding.level for finding in found] == [WARNING, WARNING]
    assert [finding.fix for finding in found] == [f"chmod 700 {ca}", f"chmod 600 {ca / 'mitmproxy-ca.pem'}"]


def test_a_certificate_of_another_ca_is_a_problem(settings: Settings, home: Path) -> None:
    confdir(Path(settings.ca))
    (home / "mitmproxy-ca-cert.pem").write_text("another")

    assert PROBLEM in dict(levels(folder.look(settings)))


def test_a_port_that_is_taken_names_by_whom(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        proxy, metrics = ports.look(load({"home": str(home), "port": port, "metrics_port": 0}, environment={}))

    assert (proxy.level, metrics.level) == (PROBLEM, OK)
    assert f"port 127.0.0.1:{port} is taken by " in proxy.what
    assert f"process {os.getpid()} " in proxy.what
    assert (proxy.fix or "").endswith("give farebox another --port")


def test_farebox_s_own_port_is_well(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken, claim(home, "sidecar"):
        port = taken.getsockname()[1]
        proxy, _ = ports.look(load({"home": str(home), "port": port, "metrics_port": 0}, environment={}))

    assert (proxy.level, proxy.what) == (OK, f"port 127.0.0.1:{port} is farebox's, process {os.getpid()}")


def test_an_address_that_is_none_is_a_problem(home: Path) -> None:
    found = list(ports.look(load({"home": str(home), "host": "no.such.invalid"}, environment={})))

    assert [finding.level for finding in found] == [PROBLEM, PROBLEM]


def test_a_ledger_at_head_is_well(settings: Settings, home: Path) -> None:
    home.mkdir()
    with new_ledger(home / "ledger.db") as engine:
        _, head = revisions(engine)

    assert only(ledger.look(settings)).what.endswith(f"at revision {head}")


def test_a_locked_ledger_is_a_problem(settings: Settings, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    with new_ledger(home / "ledger.db"), locked(home / "ledger.db"):
        finding = only(ledger.look(settings))

    assert (finding.level, "database is locked" in finding.what) == (PROBLEM, True)


@pytest.mark.parametrize(("revision", "level", "fix"), [("9999", PROBLEM, "farebox"), (None, OK, None)])
def test_a_ledger_that_is_not_at_head(
    settings: Settings, home: Path, revision: str | None, level: str, fix: str | None
) -> None:
    home.mkdir()
    with closing(sqlite3.connect(home / "ledger.db")) as made:
        if revision:
            made.execute("CREATE TABLE alembic_version (version_num TEXT)")
            made.execute("INSERT INTO alembic_version VALUES (?)", [revision])
        made.commit()

    finding = only(ledger.look(settings))

    assert finding.level == level
    assert (fix or "") in (finding.fix or finding.what)


def test_a_file_that_is_no_ledger_is_a_problem(settings: Settings, home: Path) -> None:
    home.mkdir()
    (home / "ledger.db").write_bytes(b"no database, but long enough to be looked at" * 50)

    finding = only(ledger.look(settings))

    assert (finding.level, "is no ledger" in finding.what) == (PROBLEM, True)


def test_no_sidecar_is_a_warning(home: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    settings = load({"home": str(home), "metrics_port": port}, environment={})
    assert only(sidecar.look(settings, DOOR)).level == WARNING

    with claim(home, "sidecar"):
        finding = only(sidecar.look(settings, DOOR))

    assert (finding.level, finding.fix) == (PROBLEM, "give doctor the --metrics-port it has")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            HealthReport("ok", 2, "ok", 0, None, ClientDiagnostics(7)),
            [(OK, "sidecar runs, 2 workers, 7 connections so far")],
        ),
        (
            HealthReport("ok", 3, expected=4),
            [
                (OK, "sidecar runs, 3 workers, 0 connections so far"),
                (WARNING, "3 of 4 workers report: others are starting, or keep dying"),
            ],
        ),
        (HealthReport("no worker reports"), [(PROBLEM, "the sidecar has no worker (no worker reports)")]),
        (
            HealthReport("ok", 1, "behind", 3, "database is locked"),
            [
                (OK, "sidecar runs, 1 worker, 0 connections so far"),
                (PROBLEM, "the ledger is away (database is locked), 3 calls in the spool"),
            ],
        ),
        (
            HealthReport("ok", 1, dropped=1200),
            [
                (OK, "sidecar runs, 1 worker, 0 connections so far"),
                (PROBLEM, "1,200 calls lost since the recorder began: the spool was full or not to be written"),
            ],
        ),
        (
            HealthReport("ok", 1, clients=ClientDiagnostics(1, passed={"a.example": 2}, skew_ms=400)),
            [
                (OK, "sidecar runs, 1 worker, 1 connection so far"),
                (OK, "2 connections to a.example passed undecrypted: no known LLM host"),
                (OK, "this machine's clock agrees with the providers'"),
            ],
        ),
        (
            HealthReport("ok", 1, clients=ClientDiagnostics(1, skew_ms=-90_000)),
            [
                (OK, "sidecar runs, 1 worker, 1 connection so far"),
                (WARNING, "this machine's clock is 90 s behind the providers': days, and prices by the hour, go by it"),
            ],
        ),
    ],
)
def test_what_a_sidecar_tells(told: HealthReport, expected: list[tuple[str, str]]) -> None:
    assert levels(sidecar.findings(told, DOOR)) == expected


def test_a_client_without_trust_gets_the_variable_to_set() -> None:
    untrusted = UntrustedConnections("api.openai.com", "127.0.0.1", "node", 4)

    _, finding = sidecar.findings(HealthReport("ok", 1, clients=ClientDiagnostics(4, untrusted=(untrusted,))), DOOR)

    assert (
        finding.what
        == "4 connections to api.openai.com given up by node at 127.0.0.1, which does not trust farebox's CA"
    )
    assert "NODE_EXTRA_CA_CERTS=/data/cert.pem (Node" in (finding.fix or "")


@pytest.fixture
def endpoint(settings: Settings) -> ProxyEndpoint:
    hand_out_to = settings.folder
    hand_out(hand_out_to, confdir(Path(settings.ca)))
    return ProxyEndpoint(
        "http://127.0.0.1:8080", str(hand_out_to / "mitmproxy-ca-cert.pem"), str(hand_out_to / "ca-bundle.pem")
    )


def test_the_environment_of_a_run_is_well(endpoint: ProxyEndpoint) -> None:
    assert only(client.look("x", client_environment({}, endpoint), endpoint)) == Finding(
        OK, "x: its calls come to the proxy, and it trusts the CA"
    )


@pytest.mark.parametrize(
    ("change", "level", "what", "fix"),
    [
        (
            {"HTTPS_PROXY": None, "https_proxy": None},
            PROBLEM,
            "goes round the proxy",
            "set HTTPS_PROXY=http://127.0.0.1:8080",
        ),
        ({"HTTPS_PROXY": "http://corp:3128"}, PROBLEM, "another proxy", "set HTTPS_PROXY=http://127.0.0.1:8080"),
        ({"NO_PROXY": "db,.openai.com"}, PROBLEM, "NO_PROXY sends api.openai.com round", "take that out of NO_PROXY"),
        ({"NO_PROXY": "*"}, PROBLEM, "NO_PROXY sends api.openai.com, api.anthropic.com", "take that out"),
        (
            {"NO_PROXY": "localhost", "OLLAMA_BASE_URL": "http://localhost:11434/v1"},
            WARNING,
            "OLLAMA_BASE_URL",
            "take it out",
        ),
        ({"SSL_CERT_FILE": "/etc/hosts"}, PROBLEM, "SSL_CERT_FILE is a file without", "set SSL_CERT_FILE="),
        ({"NODE_EXTRA_CA_CERTS": None}, WARNING, "NODE_EXTRA_CA_CERTS is not set", "set NODE_EXTRA_CA_CERTS="),
        ({"NODE_EXTRA_CA_CERTS": "/etc/hosts"}, PROBLEM, "NODE_EXTRA_CA_CERTS is a file without", "set NODE"),
        (
            {"NODE_EXTRA_CA_CERTS": "/app/ca.pem"},
            WARNING,
            "NODE_EXTRA_CA_CERTS is /app/ca.pem, which is not here",
            "mount ",
        ),
        ({"CURL_CA_BUNDLE": "/etc/hosts"}, PROBLEM, "CURL_CA_BUNDLE is a file without", "set CURL_CA_BUNDLE="),
        ({"HTTPS_PROXY": "http://172.17.0.1:8080"}, WARNING, "HTTPS_PROXY is http://172.17.0.1:8080", "see that this"),
        ({"NODE_USE_ENV_PROXY": None}, WARNING, "Node's own fetch", "set NODE_USE_ENV_PROXY=1"),
    ],
)
def test_one_variable_amiss_is_one_finding(
    endpoint: ProxyEndpoint, change: dict[str, str | None], level: str, what: str, fix: str
) -> None:
    before = {**client_environment({}, endpoint), **change}
    environment = {name: value for name, value in before.items() if value is not None}

    finding = only(client.look("x", environment, endpoint))

    assert finding.level == level
    assert what in finding.what
    assert (finding.fix or "").startswith(fix)


@pytest.mark.parametrize(
    "proxy", ["http://localhost:8080", "http://farebox:8080", "127.0.0.1:8080", "http://127.0.0.1:8080/"]
)
def test_the_same_proxy_under_another_name_is_the_same(endpoint: ProxyEndpoint, proxy: str) -> None:
    environment = {**client_environment({}, endpoint), "HTTPS_PROXY": proxy}

    assert only(client.look("x", environment, endpoint)).level == OK


@pytest.mark.parametrize(
    ("no_proxy", "goes"),
    [
        ("", False),
        ("*", True),
        ("openai.com", True),
        (".openai.com", True),
        ("*.openai.com", True),
        ("api.openai.com:443", True),
        ("ai.com", False),
        ("a, API.OPENAI.COM", True),
        ("localhost api.openai.com", True),
        (",", False),
    ],
)
def test_which_hosts_no_proxy_means(no_proxy: str, goes: bool) -> None:
    assert client.goes_past("api.openai.com", no_proxy) == goes


def test_the_environment_of_a_process_is_read() -> None:
    with subprocess.Popen(
        ["cat"], env={"HTTPS_PROXY": "http://made.up:1"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as cat:
        # Its environment is there to be seen once it runs.
        assert cat.stdin
        assert cat.stdout
        cat.stdin.write(b"ready\n")
        cat.stdin.flush()
        cat.stdout.readline()

        assert client.of_process(cat.pid)["HTTPS_PROXY"] == "http://made.up:1"


def test_a_process_or_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FareboxError, match="process 999999999"):
        client.of_process(999_999_999)
    with pytest.raises(FareboxError, match="there is no such file"):
        client.of_file(tmp_path / ".env")


def test_an_env_file_is_read_as_librechat_reads_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('# made up\nexport PROXY="http://farebox:8080"\nNO_PROXY=mongodb\nEMPTY\n')

    assert client.of_file(tmp_path / ".env") == {"PROXY": "http://farebox:8080", "NO_PROXY": "mongodb", "EMPTY": ""}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path) -> Callable[..., Done]:
    return lambda *arguments: farebox(capfd, monkeypatch, "doctor", *arguments, home=home)


def test_the_command_prints_findings_and_fixes_and_its_exit_code_tells(
    run: Callable[..., Done], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-canary-0123456789abcdef\n")

    well = run("--port", "0", "--metrics-port", "0")
    amiss = run("--port", "0", "--metrics-port", "0", "--env-file", str(tmp_path / ".env"))

    assert well.code == 0
    assert "! no sidecar runs\n    fix: start `farebox up`" in well.out
    assert amiss.code == 1
    assert f"✗ {tmp_path}/.env: goes round the proxy" in amiss.out
    assert "canary" not in amiss.out + amiss.err


def test_importing_it_needs_no_mitmproxy() -> None:
    code = "import sys; import farebox.cli.doctor; sys.exit('mitmproxy' in sys.modules)"

    assert (
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONPATH": os.pathsep.join(sys.path)}, check=False
        ).returncode
        == 0
    )


def test_a_sidecar_of_another_folder_is_not_taken_for_this_one_s(home: Path) -> None:
    server = serve(("127.0.0.1", 0), CollectorRegistry(), lambda: Health(1, 0, None))
    settings = load({"home": str(home), "metrics_port": server.server_port}, environment={})

    finding = only(sidecar.look(settings, DOOR))

    server.shutdown()
    server.server_close()
    assert (finding.level, "has another data folder" in finding.what) == (WARNING, True)
