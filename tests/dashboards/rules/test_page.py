"""Docs of alerts: the tables of docs/alerts.md and a runbook for each alert."""

import re

import pytest

from dashboards.rules import ALERTS, GROUPS, page
from dashboards.rules.rule import Alert, Group
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
HEADINGS = ["Meaning", "Impact", "Look", "Mend"]


@pytest.mark.parametrize("group", [one for one in GROUPS if list(page.alerts(one))[2:]], ids=lambda group: group.name)
def test_the_docs_list_the_alerts_of_a_group(group: Group) -> None:
    assert "\n".join(page.alerts(group)) + "\n\n" in (DOCS / "alerts.md").read_text(encoding="utf-8")


def test_the_docs_list_the_inhibitions() -> None:
    assert "\n".join(page.inhibitions(ALERTS)) in (DOCS / "alerts.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_has_a_runbook(alert: Alert) -> None:
    text = (DOCS / "runbook" / f"{alert.full_name}.md").read_text(encoding="utf-8")

    assert text.startswith(f"# {alert.full_name}\n\n{alert.summary} Severity: {alert.severity}.\n")
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == HEADINGS
    assert len(text.splitlines()) <= 45


def test_every_runbook_is_of_an_alert() -> None:
    assert {path.stem for path in (DOCS / "runbook").iterdir()} == {alert.full_name for alert in ALERTS}
