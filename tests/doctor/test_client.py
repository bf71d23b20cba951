"""The environment of a client: one variable that is wrong is one finding with the value to set."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from farebox.doctor import client
from farebox.doctor.finding import OK, PROBLEM, WARNING, Finding
from farebox.errors import FareboxError
from farebox.librechat.deployment import Farebox
from farebox.process.client_environment import ProxyEndpoint, client_environment

from tests.support.findings import levels, only


def found(environment: dict[str, str], endpoint: ProxyEndpoint, **values: Any) -> list[Finding]:
    return list(client.check(client.Client("x", environment, **values), Farebox(endpoint, (8080,))))


def test_the_environment_that_farebox_run_sets_is_ok(endpoint: ProxyEndpoint) -> None:
    assert only(found(client_environment({}, endpoint), endpoint)) == Finding(
        OK, "x: its calls reach the proxy, and it trusts the CA"
    )


@pytest.mark.parametrize(
    ("change", "level", "message", "fix"),
    [
        (
            {"HTTPS_PROXY": None, "https_proxy": None},
            PROBLEM,
            "bypasses the proxy: HTTPS_PROXY is not set",
            "set HTTPS_PROXY=http://127.0.0.1:8080",
        ),
        (
            {"HTTPS_PROXY": "http://corp:3128"},
            PROBLEM,
            "HTTPS_PROXY leads to port 3128, but farebox listens on 8080",
            "set HTTPS_PROXY=http://127.0.0.1:8080",
        ),
        ({"HTTPS_PROXY": "http://[::1"}, PROBLEM, "HTTPS_PROXY is not a valid URL", "set HTTPS_PROXY=http://127"),
        ({"HTTPS_PROXY": "http://a:99999"}, PROBLEM, "HTTPS_PROXY is not a valid URL", "set HTTPS_PROXY=http://127"),
        (
            {"NO_PROXY": "db,.openai.com"},
            PROBLEM,
            "NO_PROXY makes calls to api.openai.com bypass the proxy",
            "remove these hosts from NO_PROXY",
        ),
        (
            {"NO_PROXY": "*"},
            PROBLEM,
            "NO_PROXY makes calls to api.openai.com, chatgpt.com, api.anthropic.com",
            "remove these",
        ),
        (
            {"NO_PROXY": "localhost", "OLLAMA_BASE_URL": "http://localhost:11434/v1"},
            WARNING,
            "OLLAMA_BASE_URL leads to localhost, and NO_PROXY makes these calls bypass the proxy",
            "remove localhost from NO_PROXY",
        ),
        ({"OPENAI_BASE_URL": "http://[::1"}, WARNING, "OPENAI_BASE_URL is not a valid URL", "correct OPENAI_BASE_URL"),
        ({"SSL_CERT_FILE": "/etc/hosts"}, PROBLEM, "SSL_CERT_FILE is a file without", "set SSL_CERT_FILE="),
        ({"NODE_EXTRA_CA_CERTS": None}, WARNING, "NODE_EXTRA_CA_CERTS is not set", "set NODE_EXTRA_CA_CERTS="),
        ({"NODE_EXTRA_CA_CERTS": "/etc/hosts"}, PROBLEM, "NODE_EXTRA_CA_CERTS is a file without", "set NODE"),
        (
            {"NODE_EXTRA_CA_CERTS": "/app/ca.pem"},
            WARNING,
            "NODE_EXTRA_CA_CERTS is /app/ca.pem, which doesn't exist here",
            "mount ",
        ),
        ({"REQUESTS_CA_BUNDLE": "x" * 5000}, WARNING, "REQUESTS_CA_BUNDLE is xxx", "mount "),
        ({"CURL_CA_BUNDLE": "/etc/hosts"}, PROBLEM, "CURL_CA_BUNDLE is a file without", "set CURL_CA_BUNDLE="),
        ({"AWS_CA_BUNDLE": "/no/such/file"}, PROBLEM, "AWS_CA_BUNDLE is a file without", "set AWS_CA_BUNDLE="),
        (
            {"HTTPS_PROXY": "http://172.17.0.1:8080"},
            WARNING,
            "HTTPS_PROXY is http://172.17.0.1:8080",
            "check that this is the address",
        ),
        ({"NODE_USE_ENV_PROXY": None}, WARNING, "Node's own fetch bypasses", "set NODE_USE_ENV_PROXY=1"),
    ],
)
def test_one_wrong_variable_is_one_finding(
    endpoint: ProxyEndpoint, change: dict[str, str | None], level: str, message: str, fix: str
) -> None:
    before = {**client_environment({}, endpoint), **change}
    environment = {name: value for name, value in before.items() if value is not None}

    finding = only(found(environment, endpoint))

    assert finding.level == level
    assert message in finding.message
    assert (finding.fix or "").startswith(fix)


@pytest.mark.parametrize(
    ("no_proxy", "more"),
    [("openai.com,anthropic.com,groq.com", ""), ("openai.com,anthropic.com,groq.com,deepseek.com", " and 1 more")],
)
def test_the_first_three_hosts_of_no_proxy_are_named(endpoint: ProxyEndpoint, no_proxy: str, more: str) -> None:
    finding = only(found({**client_environment({}, endpoint), "NO_PROXY": no_proxy}, endpoint))

    assert finding.message.count(",") == 2
    assert finding.message.endswith(f"{more} bypass the proxy")
    assert (" more" in finding.message) == bool(more)


@pytest.mark.parametrize(
    "proxy",
    ["http://localhost:8080", "http://farebox:8080", "127.0.0.1:8080", "http://127.0.0.1:8080/", "http://0.0.0.0:8080"],
)
def test_the_proxy_may_have_another_name(endpoint: ProxyEndpoint, proxy: str) -> None:
    environment = {**client_environment({}, endpoint), "HTTPS_PROXY": proxy}

    assert only(found(environment, endpoint)).level == OK


def test_a_proxy_s_password_is_not_printed(endpoint: ProxyEndpoint) -> None:
    environment = {**client_environment({}, endpoint), "HTTPS_PROXY": "http://me:canary@proxy.example:8080"}

    finding = only(found(environment, endpoint))

    assert finding.message == "x: HTTPS_PROXY is http://me:***@proxy.example:8080"


@pytest.mark.parametrize("key", ["https_proxy", "ALL_PROXY", "all_proxy", "PROXY"])
def test_each_variable_that_names_a_proxy_is_read(endpoint: ProxyEndpoint, key: str) -> None:
    environment = {**client_environment({}, endpoint), key: "http://corp:3128"}
    for other in {"HTTPS_PROXY", "https_proxy"} - {key}:
        del environment[other]

    assert only(found(environment, endpoint)).message.startswith(f"x: {key} leads to port 3128")


def test_no_proxy_in_lower_case_is_read(endpoint: ProxyEndpoint) -> None:
    environment = {**client_environment({}, endpoint), "no_proxy": "api.openai.com"}
    environment.pop("NO_PROXY")

    assert "NO_PROXY makes calls to api.openai.com" in only(found(environment, endpoint)).message


def test_the_environment_of_a_process_is_read() -> None:
    with subprocess.Popen(
        ["cat"], env={"HTTPS_PROXY": "http://made.up:1"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as cat:
        # The kernel shows the new environment once the program runs.
        assert cat.stdin
        assert cat.stdout
        cat.stdin.write(b"ready\n")
        cat.stdin.flush()
        cat.stdout.readline()

        assert client.of_process(cat.pid)["HTTPS_PROXY"] == "http://made.up:1"


def test_a_process_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(FareboxError, match=r"^process 999999999: no such process$"):
        client.of_process(999_999_999)


def test_an_env_file_is_read_as_librechat_reads_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('# made up\nexport PROXY="http://farebox:8080"\nNO_PROXY=mongodb\nEMPTY\n')

    assert client.of_file(tmp_path / ".env") == {"PROXY": "http://farebox:8080", "NO_PROXY": "mongodb", "EMPTY": ""}


def test_an_env_file_that_does_not_exist_or_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"A=\xff\xfe\n")

    with pytest.raises(FareboxError, match=r"/\.env: not a file: name the \.env file itself$"):
        client.of_file(tmp_path / ".env")
    with pytest.raises(FareboxError, match=r"/binary: not a text file in UTF-8$"):
        client.of_file(tmp_path / "binary")


def test_an_env_file_that_cannot_be_read_is_an_error() -> None:
    # Address 0 of a process is never mapped, so not even root can read it.
    with pytest.raises(FareboxError, match=r"^/proc/self/mem: cannot be read \(Input/output error\)$"):
        client.of_file(Path("/proc/self/mem"))


def test_without_any_variable_each_missing_one_is_named(endpoint: ProxyEndpoint) -> None:
    assert [level for level, _ in levels(found({}, endpoint))] == [PROBLEM, *[WARNING] * 4]


@pytest.mark.parametrize(
    ("runtimes", "keys"),
    [
        ((client.NODE,), ["NODE_EXTRA_CA_CERTS", "NODE_USE_ENV_PROXY"]),
        ((client.PYTHON,), ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"]),
    ],
)
def test_a_client_is_asked_for_the_variables_of_its_own_runtime(
    endpoint: ProxyEndpoint, runtimes: tuple[str, ...], keys: list[str]
) -> None:
    messages = [one.message for one in found({"HTTPS_PROXY": endpoint.proxy}, endpoint, runtimes=runtimes)]

    assert [message.split()[1] for message in messages] == keys


def test_a_port_on_which_nothing_listens_is_no_advice(endpoint: ProxyEndpoint) -> None:
    farebox = Farebox(endpoint, (8080,), is_running=False)
    environment = {**client_environment({}, endpoint), "HTTPS_PROXY": "http://127.0.0.1:9000"}

    finding = only(client.check(client.Client("x", environment), farebox))

    assert finding.message == "x: HTTPS_PROXY leads to port 9000, where no farebox runs, and its settings name 8080"
    assert (finding.fix or "").startswith("start farebox with --port 9000, or set ")


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:8080", "http://localhost:8080"])
def test_127_0_0_1_in_a_container_is_the_container(endpoint: ProxyEndpoint, proxy: str) -> None:
    environment = {**client_environment({}, endpoint), "HTTPS_PROXY": proxy}

    finding = only(found(environment, endpoint, in_container=True))

    assert finding.level == PROBLEM
    assert finding.message.endswith("which in its container is the container itself")


def test_a_process_of_this_machine_is_known_by_its_program() -> None:
    seen = client.client_of(os.getpid())

    assert seen.runtimes == (client.PYTHON,) or not Path(sys.executable).name.startswith("python")
    assert not seen.in_container
