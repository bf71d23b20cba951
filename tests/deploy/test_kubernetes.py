"""The manifests fit together: names, ports, probes and settings."""

from typing import Any

import yaml
from farebox.config.settings import keys

from tests.support.paths import ROOT

FILE = ROOT / "deploy" / "kubernetes" / "farebox.yaml"
OBJECTS: dict[str, dict[str, Any]] = {one["kind"]: one for one in yaml.safe_load_all(FILE.read_text())}
POD = OBJECTS["Deployment"]["spec"]["template"]
SIDECAR = POD["spec"]["initContainers"][0]


def test_the_sidecar_starts_first_and_stays() -> None:
    assert (SIDECAR["name"], SIDECAR["restartPolicy"]) == ("farebox", "Always")
    assert SIDECAR["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "metrics"}


def test_its_variables_are_settings() -> None:
    known = {"FAREBOX_" + key.replace(".", "_").upper() for key in keys()}

    assert {one["name"] for one in SIDECAR["env"]} <= known


def test_it_has_no_root_and_a_root_folder_that_cannot_be_written() -> None:
    assert POD["spec"]["securityContext"]["runAsNonRoot"] is True
    assert SIDECAR["securityContext"]["readOnlyRootFilesystem"] is True
    assert SIDECAR["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_every_mounted_volume_exists() -> None:
    containers = [SIDECAR, *POD["spec"]["containers"]]
    mounted = {mount["name"] for one in containers for mount in one["volumeMounts"]}

    assert mounted == {volume["name"] for volume in POD["spec"]["volumes"]}


def test_the_monitor_finds_the_service_and_the_service_the_pod() -> None:
    service, monitor = OBJECTS["Service"], OBJECTS["ServiceMonitor"]

    assert service["spec"]["selector"] == POD["metadata"]["labels"]
    assert monitor["spec"]["selector"]["matchLabels"] == service["metadata"]["labels"]
    assert monitor["spec"]["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    assert {"name": "metrics", "containerPort": 9464} in SIDECAR["ports"]
