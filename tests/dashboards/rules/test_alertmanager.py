"""The example of deploy/alertmanager, with both versions of Alertmanager."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from dashboards.rules import ALERTS, files
from tests.support.paths import ROOT
from tests.support.prometheus import VERSIONS, Alertmanager, check_output, tools

EXAMPLE = ROOT / "deploy" / "alertmanager" / "alertmanager.yml"
RETENTION = "768h"


def example() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    return found


def test_its_inhibitions_are_those_of_the_alerts() -> None:
    assert example()["inhibit_rules"] == files.inhibit_rules()


def test_its_routes_name_alerts_that_are_there() -> None:
    names = [alert.full_name for alert in ALERTS]
    patterns = re.findall(r'alertname=~?"([^"]+)"', yaml.safe_dump(example()["route"], width=1_000))

    assert len(patterns) == 2
    for pattern in patterns:
        assert [name for name in names if re.fullmatch(pattern, name)]


@pytest.mark.parametrize("version", VERSIONS)
def test_amtool_accepts_it(version: str) -> None:
    check_output(tools(version).amtool, "check-config", str(EXAMPLE))


@pytest.mark.parametrize("version", VERSIONS)
def test_it_starts_without_a_warning(version: str, tmp_path: Path) -> None:
    """amtool accepts what the server refuses, and only the server compares repeat_interval with the retention."""
    with Alertmanager(tools(version), EXAMPLE, tmp_path, retention=RETENTION) as server:
        assert server.get("/api/v2/status")["config"]["original"]
    warnings = re.findall(r"^.*level=(?:warn|error).*$", server.log, re.IGNORECASE | re.MULTILINE)

    assert warnings == []
