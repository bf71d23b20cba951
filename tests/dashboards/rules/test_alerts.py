"""Every alert fires where it should and stays quiet where it should: both versions of promtool run `cases`.

A case has series, the times at which its alert is quiet, and those at which it fires, with labels and description.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from farebox.sinks.metric_specs import COUNTERS, GAUGES, HISTOGRAMS, PREFIX, SPEND

from dashboards.rules import ALERTS, GROUPS, files
from dashboards.rules.rule import Alert
from tests.support.paths import ROOT
from tests.support.prometheus import VERSIONS, check_output, tools

BY_NAME = {alert.full_name: alert for alert in ALERTS}
CASES: dict[str, list[dict[str, Any]]] = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted(Path(__file__).with_name("cases").glob("*.yml"))
}
RECORDED = {rule.name for group in GROUPS for rule in group.rules if not isinstance(rule, Alert)}


def metrics() -> set[str]:
    histograms = {f"{name}_{part}" for name in HISTOGRAMS for part in ("bucket", "count", "sum")}
    return {PREFIX + name for name in {f"{name}_total" for name in COUNTERS} | set(GAUGES) | set(SPEND) | histograms}


def promtool_files(name: str, folder: Path) -> Iterator[str]:
    """Write the cases of the alert `name` as promtool reads them, and return the files: one for each interval.

    Each reads a rule file without rules that it doesn't need, which takes a thirtieth of the time.
    """
    needed = {name} | (RECORDED if BY_NAME[name].series & RECORDED else set())
    rules = yaml.safe_load(files.rules())
    for group in rules["groups"]:
        group["rules"] = [rule for rule in group["rules"] if rule.get("alert", rule.get("record")) in needed]
    rules["groups"] = [group for group in rules["groups"] if group["rules"]]
    (folder / f"{name}.rules.yml").write_text(yaml.safe_dump(rules))
    for every in sorted({case.get("every", "1m") for case in CASES[name]}):
        tests = [promtool_test(name, case) for case in CASES[name] if case.get("every", "1m") == every]
        page = {"rule_files": [f"{name}.rules.yml"], "evaluation_interval": every, "tests": tests}
        path = folder / f"{name}.{every}.yml"
        path.write_text(yaml.safe_dump(page))
        yield str(path)


def promtool_test(name: str, case: Mapping[str, Any]) -> dict[str, Any]:
    fires = case.get("fires", {})
    checks = [{"eval_time": time, "alertname": name, "exp_alerts": []} for time in case.get("quiet", ())]
    checks += [
        {"eval_time": time, "alertname": name, "exp_alerts": [expected(BY_NAME[name], labels)]}
        for time, labels in fires.items()
    ]
    return {
        "name": f"{name}: {case['case']}",
        "interval": case.get("every", "1m"),
        "input_series": [{"series": series, "values": values} for series, values in case["series"].items()],
        "alert_rule_test": checks,
    }


def expected(alert: Alert, labels: Mapping[str, str]) -> dict[str, Any]:
    told = dict(labels)
    runbook = f"{files.RUNBOOKS}{alert.full_name}.md"
    annotations = {"summary": alert.summary, "description": told.pop("description"), "runbook_url": runbook}
    return {"exp_labels": {"severity": alert.severity, **told}, "exp_annotations": annotations}


def test_every_alert_has_cases_that_fire_and_that_stay_quiet() -> None:
    silent = {"FareboxWatchdog"}

    assert set(CASES) == set(BY_NAME)
    for name, cases in CASES.items():
        assert any(case.get("fires") for case in cases), name
        assert any(case.get("quiet") for case in cases) or name in silent, name


@pytest.mark.parametrize("version", VERSIONS)
def test_the_rules_are_valid(version: str) -> None:
    rules = ROOT / "dashboards" / "generated" / "rules.yml"

    check_output(tools(version).promtool, "check", "rules", "--lint=all", "--lint-fatal", str(rules))


@pytest.mark.parametrize("version", VERSIONS)
def test_alerts_fire_and_stay_quiet_as_the_cases_say(version: str, tmp_path: Path) -> None:
    tests = [path for name in CASES for path in promtool_files(name, tmp_path)]

    check_output(tools(version).promtool, "test", "rules", *tests)


@pytest.mark.parametrize("rule", [rule for group in GROUPS for rule in group.rules], ids=lambda rule: rule.name)
def test_a_rule_reads_metrics_that_are_there(rule: Any) -> None:
    assert rule.series <= metrics() | RECORDED | {"up"}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_what_mutes_an_alert_is_an_alert_whose_labels_it_has(alert: Alert) -> None:
    names = {one.name for one in ALERTS}

    assert {inhibition.by for inhibition in alert.inhibited} <= names - {alert.name}
