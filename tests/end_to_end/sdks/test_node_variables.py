"""The variables that the override file gives LibreChat work in Node's environment, and not in a file that Node loads.

LibreChat loads its `.env` itself, when Node has long read the variables that are for Node.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.conftest import StartSidecar
from tests.support.chats import answer
from tests.support.node import node
from tests.support.paths import ROOT
from tests.support.sidecar import Sidecar
from tests.support.upstream import Upstream

pytestmark = pytest.mark.slow

# A name that nobody has: past the proxy, it leads nowhere.
URL = "https://gateway.example.net/v1/chat/completions"
OVERRIDE = ROOT / "deploy" / "librechat" / "docker-compose.override.yml"


@pytest.fixture
def sidecar(upstream: Upstream, start_sidecar: StartSidecar) -> Sidecar:
    upstream.answer = answer
    upstream.asked.clear()
    return start_sidecar(upstream, environment={"FAREBOX_INTERCEPT_HOSTS": "gateway.example.net"})


@pytest.fixture
def variables(sidecar: Sidecar) -> Mapping[str, str]:
    """The variables of LibreChat's container, with the addresses of this sidecar."""
    given: dict[str, str] = yaml.safe_load(OVERRIDE.read_text())["services"]["api"]["environment"]
    ours = {"http://farebox:8080": sidecar.proxy, "/certificates/mitmproxy-ca-cert.pem": sidecar.ca}
    return {name: ours.get(value, value) for name, value in given.items()}


def test_in_the_environment_they_work(sidecar: Sidecar, upstream: Upstream, variables: Mapping[str, str]) -> None:
    said = json.loads(node("fetch.mjs", URL, environment=variables))

    assert said == {"seen": f"HTTPS_PROXY {sidecar.proxy}", "status": 200}
    assert len(upstream.asked) == len(sidecar.rows(1)) == 1


def test_loaded_from_a_file_they_come_too_late(
    sidecar: Sidecar, upstream: Upstream, variables: Mapping[str, str], tmp_path: Path
) -> None:
    """The process has them, and yet the call passes the proxy by."""
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))

    said = json.loads(node("fetch.mjs", URL, str(file)))

    assert said["seen"] == f"HTTPS_PROXY {sidecar.proxy}"
    assert "status" not in said
    assert (upstream.asked, sidecar.rows()) == ([], [])


def test_a_proxy_set_in_time_without_the_certificate_is_not_trusted(
    sidecar: Sidecar, upstream: Upstream, variables: Mapping[str, str], tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text(f"NODE_EXTRA_CA_CERTS={variables['NODE_EXTRA_CA_CERTS']}\n")
    early = {name: value for name, value in variables.items() if name != "NODE_EXTRA_CA_CERTS"}

    said = json.loads(node("fetch.mjs", URL, str(file), environment=early))

    assert said["error"] == "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
    assert upstream.asked == []
