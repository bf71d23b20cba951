"""`farebox run`: the right bill, and a command that does not notice."""

import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import StartSidecar
from tests.support import processes
from tests.support.chats import BODY, COST, USAGE, answer
from tests.support.effort import few
from tests.support.node import node_command
from tests.support.paths import SUPPORT
from tests.support.sidecar import REDIRECT, clean_environment, export
from tests.support.upstream import Upstream, plain

pytestmark = pytest.mark.slow

PROGRAMS = SUPPORT / "programs"
URL = "https://api.openai.com/v1/chat/completions"
CALL = ["curl", "-sS", "--max-time", "30", URL, "-H", "content-type: application/json", "-d", '{"model":"gpt-4o"}']
SECONDS = 120.0

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def arguments(upstream: Upstream, tmp_path: Path) -> list[str]:
    """What sends the sidecar of a run to `upstream`."""
    upstream.answer = answer
    authority = tmp_path / "upstream-ca.pem"
    upstream.authority.cert_pem.write_to_path(str(authority))
    options = (
        f"upstream_port={upstream.port}",
        f"upstream_plain_port={upstream.plain_port}",
        f"ssl_verify_upstream_trusted_ca={authority}",
    )
    return ["--script", str(REDIRECT), *(word for option in options for word in ("--set", option))]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def start(arguments: list[str], home: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start `farebox run -- COMMAND`."""

    def run(command: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "farebox", "run", *arguments, "--", *command],
            env={**clean_environment(), "FAREBOX_HOME": str(home), "COLUMNS": "200"},
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )

    return run


@pytest.fixture
def run(start: Callable[..., subprocess.Popen[str]]) -> Run:
    """Run `farebox run -- COMMAND` to its end."""

    def to_its_end(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        process = start(command, **options)
        out, err = process.communicate(timeout=SECONDS)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    return to_its_end


def costs(home: Path) -> list[int]:
    return [row["cost_nanousd"] for row in export(home)]


def bill(printed: str) -> str:
    """Return the bill's lines with single blanks."""
    return "\n".join(" ".join(line.split()) for line in printed.splitlines())


@pytest.mark.parametrize(
    ("command", "code", "calls"),
    [
        (lambda: [sys.executable, str(PROGRAMS / "openai_chat.py")], 0, 2),
        (lambda: [sys.executable, str(PROGRAMS / "http_chat.py")], 3, 2),
        (lambda: node_command("chat.mjs"), 0, 2),
        (lambda: CALL, 0, 1),
    ],
    ids=["python with the OpenAI SDK", "python with httpx and requests", "node with the OpenAI SDK", "curl"],
)
def test_the_bill_is_right_and_the_exit_code_passes(
    run: Run, home: Path, command: Callable[[], list[str]], code: int, calls: int
) -> None:
    done = run(*command())

    assert done.returncode == code, done.stderr
    assert costs(home) == [COST] * calls
    head, line, *rest = bill(done.stderr).splitlines()
    cost = {1: "$0.00115", 2: "$0.00230"}[calls]
    assert re.fullmatch(
        rf"farebox: {calls} calls? in [\d.]+ m?s, {300 * calls} tokens in, {40 * calls} out, {re.escape(cost)}", head
    )
    assert line == f"openai gpt-4o {calls} call{'s' * (calls > 1)} {300 * calls} in {40 * calls} out {cost}"
    assert rest == []


def test_output_and_input_are_the_command_s_own(run: Run) -> None:
    done = run("sh", "-c", "cat; echo told >&2", stdin=subprocess.DEVNULL)
    assert (done.stdout, done.stderr.splitlines()[0]) == ("", "told")

    process = run("echo", "--since", "-h", "--")
    assert process.stdout == "--since -h --\n"


@pytest.mark.parametrize("number", few([signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGUSR1]))
def test_a_signal_that_ends_the_command_ends_the_run(run: Run, number: signal.Signals) -> None:
    assert run("sh", "-c", f"kill -{number.value} $$").returncode == -number


@pytest.mark.parametrize("number", few([signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR2]))
def test_a_signal_to_the_run_is_the_command_s(
    start: Callable[..., subprocess.Popen[str]], number: signal.Signals
) -> None:
    """It is passed on once, and what the command makes of it is what happens."""
    program = (
        "import signal, sys, time\n"
        f"signal.signal({number.value}, lambda *_: (print('got it', flush=True), sys.exit(4)))\n"
        "print('ready', flush=True)\ntime.sleep(60)"
    )
    process = start([sys.executable, "-c", program], start_new_session=True)
    assert process.stdout and process.stdout.readline() == "ready\n"

    process.send_signal(number)
    out, _ = process.communicate(timeout=SECONDS)

    assert (out, process.returncode) == ("got it\n", 4)


def test_a_terminal_is_the_command_s_and_its_interrupt_comes_once(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    program = (
        "import os, signal, sys, time\n"
        "seen = []\n"
        "signal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
        "print('tty', os.isatty(0), os.tcgetpgrp(0) == os.getpgrp(), flush=True)\n"
        "while not seen: time.sleep(0.05)\n"
        "time.sleep(0.5)\nprint('seen', len(seen), flush=True)\nsys.exit(5)"
    )
    ours, theirs = pty.openpty()
    # A session of its own takes the terminal as its controlling one.
    process = start(
        ["sh", "-c", 'exec "$0" -c "$1"', sys.executable, program],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
    )
    os.close(theirs)
    printed = b""
    while b"tty True True\r\n" not in printed:
        printed += os.read(ours, 4096)
    os.write(ours, b"\x03")
    with suppress(OSError):
        while piece := os.read(ours, 4096):
            printed += piece

    assert process.wait(SECONDS) == 5
    assert b"seen 1\r\n" in printed
    assert b"no LLM call was recorded" in printed
    os.close(ours)


@pytest.mark.parametrize(
    ("command", "code", "told"), [("no-such-command", 127, "there is no such command"), ("/etc", 126, "cannot be run")]
)
def test_a_command_that_cannot_be_run_is_named(run: Run, command: str, code: int, told: str) -> None:
    done = run(command)

    assert (done.returncode, done.stderr.count("\n")) == (code, 1)
    assert f"farebox: {command}" in done.stderr and told in done.stderr


def test_a_command_without_calls_is_told_why(run: Run) -> None:
    done = run("true")

    assert done.returncode == 0
    assert "no LLM call was recorded" in done.stderr
    assert "No connection reached the proxy" in done.stderr


def test_a_command_that_does_not_trust_the_ca_is_told_so(run: Run) -> None:
    done = run("env", "-u", "SSL_CERT_FILE", "-u", "CURL_CA_BUNDLE", "SSL_CERT_DIR=/nowhere", *CALL)

    assert done.returncode != 0
    assert "no LLM call was recorded" in done.stderr
    assert re.search(r"1 connection to api\.openai\.com closed by curl/[\d.]+ at 127\.0\.0\.1", done.stderr)


def test_a_host_that_passed_undecrypted_is_named(run: Run) -> None:
    done = run("curl", "-ksS", "https://www.example.org/")

    assert "no LLM call was recorded" in done.stderr
    assert "www.example.org (1)" in done.stderr


def test_what_has_no_price_is_said_and_not_zero(run: Run, upstream: Upstream) -> None:
    upstream.answer = lambda _asked: plain(json.dumps({**BODY, "model": "gpt-9", "usage": USAGE}).encode())

    done = run(*CALL[:-1], '{"model":"gpt-9"}')

    assert bill(done.stderr).splitlines()[1:] == [
        "openai gpt-9 1 call 300 in 40 out unpriced",
        "1 call to openai gpt-9 unpriced: unknown_model (`farebox prices lint` has the lines to add)",
    ]


def test_two_runs_and_an_up_keep_their_bills_apart(
    start: Callable[..., subprocess.Popen[str]], start_sidecar: StartSidecar, upstream: Upstream, home: Path
) -> None:
    up = start_sidecar(upstream)
    again = f"for n in 1 2 3 4 5; do {' '.join(map(repr, CALL))} >/dev/null; done"
    few, many = start(CALL), start(["sh", "-c", again])
    with httpx2.Client(proxy=up.proxy, verify=False) as client:
        for _ in range(3):
            client.post(URL, json={"model": "gpt-4o"})
    told = [bill(process.communicate(timeout=SECONDS)[1]) for process in (few, many)]

    assert "farebox: 1 call in" in told[0]
    assert "farebox: 5 calls in" in told[1]
    assert len({row["sidecar"] for row in up.rows(9)}) == 3
    assert (
        up.metrics()['farebox_calls_total{model="gpt-4o",operation="chat",outcome="ok",provider="openai",status="200"}']
        == 3
    )


def test_calls_that_the_ledger_could_not_take_are_recorded_by_the_next_run(run: Run, home: Path) -> None:
    run("true")
    with closing(sqlite3.connect(home / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = run(*CALL)
        other.execute("ROLLBACK")
    assert done.returncode == 0
    assert "calls wait in the spool" in done.stderr
    assert costs(home) == []

    after = run("true")

    assert costs(home) == [COST]
    assert "no LLM call was recorded" in after.stderr


def test_a_killed_run_loses_nothing(start: Callable[..., subprocess.Popen[str]], run: Run, home: Path) -> None:
    run("true")
    with closing(sqlite3.connect(home / "ledger.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = start(["sh", "-c", f"{' '.join(map(repr, CALL))}; exec sleep 60"])
        assert process.stdout and "hello" in process.stdout.read(200)
        left = [child.pid for child in processes.descendants(process.pid)]
        for pid in (process.pid, *left):
            os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=SECONDS)
        other.execute("ROLLBACK")
    assert costs(home) == []

    give_up = time.monotonic() + SECONDS
    while costs(home) != [COST] and time.monotonic() < give_up:
        run("true")

    assert costs(home) == [COST]
    assert list((home / "runs").iterdir()) == []


def test_the_data_folder_is_as_before(run: Run, home: Path) -> None:
    run(*CALL)

    assert sorted(path.name for path in home.iterdir()) == ["estimates.json", "ledger.db", "mitmproxy", "runs", "salt"]
    assert list((home / "runs").iterdir()) == []
    assert shutil.which("curl")
