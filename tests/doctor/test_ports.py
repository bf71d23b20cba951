"""Each port is free, used by farebox, or taken by a program that the finding names."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from farebox.config.settings import Settings, load
from farebox.doctor import ports
from farebox.doctor.finding import OK, PROBLEM
from farebox.home.folder import claim

from tests.support.findings import levels


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which this process listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def test_free_ports_are_ok(settings: Settings) -> None:
    assert levels(ports.check(settings)) == [
        (OK, "port 127.0.0.1:0 is free"),
        (OK, "metrics_port 127.0.0.1:0 is free"),
    ]


@pytest.mark.parametrize(("key", "flag"), [("port", "--port"), ("metrics_port", "--metrics-port")])
def test_a_taken_port_names_the_process(home: Path, taken: int, key: str, flag: str) -> None:
    settings = load({"home": str(home), "port": 0, "metrics_port": 0, key: taken}, environment={})

    found = {finding.message.partition(" ")[0]: finding for finding in ports.check(settings)}

    finding = found.pop(key)
    assert finding.level == PROBLEM
    assert finding.message.startswith(f"{key} 127.0.0.1:{taken} is taken by ")
    assert finding.message.endswith(f", process {os.getpid()} (Address already in use)")
    assert finding.fix == f"stop the program that listens there, or give farebox another {flag}"
    assert [other.level for other in found.values()] == [OK]


def test_a_port_that_farebox_uses_is_ok(home: Path, taken: int) -> None:
    settings = load({"home": str(home), "port": taken, "metrics_port": 0}, environment={})
    with claim(home, "sidecar"):
        proxy, _ = ports.check(settings)

    assert (proxy.level, proxy.message) == (
        OK,
        f"port 127.0.0.1:{taken} is used by farebox, process {os.getpid()}",
    )


def test_a_port_of_another_program_is_a_problem_though_farebox_runs(home: Path, taken: int) -> None:
    settings = load({"home": str(home), "port": taken, "metrics_port": 0}, environment={})
    code = "import sys; from pathlib import Path; from farebox.home.folder import claim\n"
    code += "with claim(Path(sys.argv[1]), 'sidecar'): print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(home)]
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        other.stdout.readline()

        proxy, _ = ports.check(settings)
        other.communicate("")

    assert (proxy.level, other.returncode) == (PROBLEM, 0)


def test_a_host_that_does_not_resolve_is_a_problem(home: Path) -> None:
    hosts = {"host": "no.such.invalid", "metrics_host": "no.such.invalid"}
    found = list(ports.check(load({"home": str(home), **hosts}, environment={})))

    assert levels(found) == [
        (PROBLEM, "port no.such.invalid:8080: 'no.such.invalid' is not an address of this machine"),
        (PROBLEM, "metrics_port no.such.invalid:9464: 'no.such.invalid' is not an address of this machine"),
    ]
    assert [finding.fix for finding in found] == [
        "set --host to one, for example 127.0.0.1",
        "set metrics_host to one, for example 127.0.0.1",
    ]
