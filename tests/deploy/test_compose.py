"""compose.yaml: the real Compose accepts it, and it gives nothing away."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from farebox.config.settings import keys

from tests.deploy.test_librechat import compose_program
from tests.support.paths import ROOT
from tests.support.sidecar import clean_environment

FILE = ROOT / "compose.yaml"
SERVICES: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
SECRETS = ("FAREBOX_LEDGER_PASSWORD", "FAREBOX_READER_PASSWORD", "FAREBOX_GRAFANA_PASSWORD")
# Variables of the files themselves, and those of no setting.
OTHERS = {*SECRETS, "FAREBOX_HOME"}


def config(folder: Path, *options: str, **secrets: str) -> subprocess.CompletedProcess[str]:
    command = [compose_program(), "--project-directory", str(ROOT), "--env-file", str(folder / ".env"), "-f", str(FILE)]
    (folder / ".env").touch()
    return subprocess.run(
        [*command, *options, "config", "-q"],
        env={**clean_environment(), "HOME": str(folder), **secrets},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("options", [(), ("--profile", "grafana")], ids=["ledger", "grafana"])
def test_compose_accepts_each_profile(tmp_path: Path, options: tuple[str, ...]) -> None:
    done = config(tmp_path, *options, **dict.fromkeys(SECRETS, "made-up"))

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("missing", SECRETS)
def test_no_password_has_a_default(tmp_path: Path, missing: str) -> None:
    done = config(tmp_path, "--profile", "grafana", **{name: "x" for name in SECRETS if name != missing})

    assert done.returncode != 0
    assert f"{missing} is missing a value: run make secrets" in done.stderr


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_ports_are_published_on_this_machine_only(name: str) -> None:
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_have_a_version_and_files_exist(name: str) -> None:
    service = SERVICES[name]
    sources = [volume.split(":")[0] for volume in service.get("volumes", [])]

    assert service["image"] == "farebox" or ":" in service["image"]
    assert [source for source in sources if source.startswith("./") and not (ROOT / source).is_file()] == []


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"boards", "farebox"}))
def test_services_that_stay_say_when_they_are_healthy(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_variables_are_settings(name: str) -> None:
    variables = {variable for variable in SERVICES[name].get("environment", {}) if variable.startswith("FAREBOX_")}

    assert variables - OTHERS <= {"FAREBOX_" + key.replace(".", "_").upper() for key in keys()}


def test_alertmanager_remembers_a_months_alerts() -> None:
    assert "--data.retention=768h" in SERVICES["alertmanager"]["command"]


def test_the_image_has_no_root_and_reports_its_health() -> None:
    lines = (ROOT / "Containerfile").read_text().splitlines()
    last_stage = lines[max(number for number, line in enumerate(lines) if line.startswith("FROM")) :]

    assert "USER farebox" in last_stage
    assert any(line.startswith("HEALTHCHECK") and "/healthz" in line for line in last_stage)
    assert not any("pip install" in line for line in last_stage)


def test_the_demo_prints_commands_for_grafana_that_are_there() -> None:
    printed = subprocess.run(
        [ROOT / "scripts" / "see-in-grafana.sh"], check=True, capture_output=True, text=True, timeout=30
    ).stdout
    page = (ROOT / "docs" / "grafana.md").read_text()
    commands = [line.strip() for line in printed.splitlines() if line.startswith("  ")]

    assert [command for command in commands if command not in page] == []
    assert commands[0] == "make secrets"
    assert "grafana" in SERVICES["grafana"]["profiles"]
    assert commands[-1].endswith(SERVICES["farebox"]["environment"]["FAREBOX_LEDGER"])
    assert "scripts/see-in-grafana.sh" in (ROOT / "Makefile").read_text().partition("\nrun:")[0]
