"""The rule file and the inhibitions."""

import re

import yaml

from dashboards.rules import ALERTS, files

# What Prometheus 2.42 lacks, 3.x removed or needs a flag for.
NEWER = r"limitk|limit_ratio|info\(|histogram_avg|double_exponential_smoothing|holt_winters|sort_by_label"

# Gauges that are the same from each of several sidecars with one ledger.
SHARED = ("farebox_budget_used", "farebox_budget_burn", "farebox_budget_forecast", "farebox_spend_")


def page() -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = yaml.safe_load(files.rules())
    return found


def test_groups_and_rules_have_only_keys_that_both_versions_accept() -> None:
    for group in page()["groups"]:
        assert set(group) == {"name", "rules"}
        for rule in group["rules"]:  # type: ignore[attr-defined]
            assert set(rule) <= {"alert", "record", "expr", "for", "labels", "annotations"}
            assert re.search(NEWER, rule["expr"]) is None


def test_an_alert_links_to_the_runbook_of_its_name() -> None:
    rules = [rule for group in page()["groups"] for rule in group["rules"] if "alert" in rule]  # type: ignore[attr-defined]

    assert len(rules) == len(ALERTS)
    for rule in rules:
        assert rule["annotations"]["runbook_url"].endswith(f"/{rule['alert']}.md")


def test_values_are_in_annotations_alone() -> None:
    """A label with a value makes a new alert of each step."""
    assert all(set(rule.get("labels", ())) <= {"severity"} for group in page()["groups"] for rule in group["rules"])  # type: ignore[attr-defined]


def test_no_alert_of_a_figure_that_all_sidecars_share_names_one() -> None:
    shared = [alert for alert in ALERTS if any(name.startswith(SHARED) for name in alert.series)]

    assert len(shared) >= 9
    assert not [alert for alert in shared if "instance" in alert.expr + alert.description]


def test_an_inhibition_names_alerts_in_full() -> None:
    assert {
        "source_matchers": ['alertname="FareboxProviderDown"'],
        "target_matchers": ['alertname="FareboxProviderErrors"'],
        "equal": ["provider"],
    } in files.inhibit_rules()
