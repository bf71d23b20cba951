"""Docs cannot drift: every command, setting, metric and file that they should name, they name."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from farebox.cli.main import app
from farebox.config import settings
from farebox.config.sources import PREFIX
from farebox.pricing.row import RESERVATIONS
from farebox.recorder.failures import Failures
from farebox.records.columns import NAMES
from farebox.sinks.budget_metrics import BudgetMetrics
from farebox.sinks.metrics import MetricsSink
from farebox.sinks.notification_metrics import NotificationMetrics
from farebox.sinks.otel_metrics import OtelMetrics
from farebox.sinks.self_metrics import SelfMetrics
from farebox.sinks.spend_gauges import SpendGauges
from farebox.store.schema import call_prices
from prometheus_client import CollectorRegistry

from tests.cases import cases
from tests.sessions import sessions
from tests.support.paths import ROOT

DOCS = ROOT / "docs"
TABLES = {"units": r"\| unit \|(.*?)\n\n", "price_context": r"\| name \| words \|(.*?)(?:\n\n|\Z)"}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def metric_names() -> list[str]:
    registry = CollectorRegistry()
    MetricsSink(registry, lambda _provider, _model: False)
    SelfMetrics(registry)
    BudgetMetrics(registry, ())
    Failures(registry)
    SpendGauges(registry)
    NotificationMetrics(registry, ())
    OtelMetrics(registry, lambda _provider, _model: False)
    return [metric.name + ("_total" if metric.type == "counter" else "") for metric in registry.collect()]


def commands(group: Any = None, prefix: str = "") -> dict[str, Any]:
    """Every command by what is typed for it, those of groups behind their group."""
    found: dict[str, Any] = {}
    whole: Any = group or typer.main.get_command(app())
    for name, command in whole.commands.items():
        found[prefix + name] = command
        if hasattr(command, "commands"):
            found |= commands(command, f"{prefix}{name} ")
    return found


def options() -> list[str]:
    opts = {option for command in commands().values() for item in command.params for option in item.opts}
    return sorted(option for option in opts if option.startswith("-"))


@pytest.mark.parametrize("key", settings.keys())
def test_every_setting_is_documented_with_its_variable(key: str) -> None:
    page = (DOCS / "configuration.md").read_text()

    assert f"| `{key}` | `{PREFIX}{key.replace('.', '_').upper()}` |" in page


@pytest.mark.parametrize("name", metric_names())
def test_every_metric_is_documented(name: str) -> None:
    assert f"| `{name}` |" in (DOCS / "metrics.md").read_text()


def test_no_metric_is_documented_that_is_not_there() -> None:
    told = set(re.findall(r"^\| `((?:farebox|gen_ai)_\w+)`", (DOCS / "metrics.md").read_text(), re.MULTILINE))

    assert told == set(metric_names())


@pytest.mark.parametrize("option", options())
def test_every_option_is_documented(option: str) -> None:
    assert f"`{option}" in (DOCS / "commands.md").read_text()


def test_every_command_is_documented() -> None:
    page = (DOCS / "commands.md").read_text()

    assert re.findall(r"^##+ `farebox (.+)`", page, re.MULTILINE) == list(commands())


@cache
def all_commands() -> dict[str, Any]:
    """Every command by what is typed for it, and farebox itself."""
    return {**commands(), "": typer.main.get_command(app())}


def named(page: Path) -> set[str]:
    """Return the command lines of farebox that `page` names within its text."""
    return set(re.findall(r"`(?:\.venv/bin/)?farebox ([^`]+)`", re.sub(r"\s+", " ", page.read_text())))


@pytest.mark.parametrize("page", [*PAGES[:2], *sorted(DOCS.glob("*.md"))], ids=lambda page: page.name)
def test_every_command_that_a_page_names_is_there_with_its_options(page: Path) -> None:
    known = all_commands()
    for line in named(page):
        words = line.partition(" -- ")[0].partition(" | ")[0].split()
        name = next(" ".join(words[:end]) for end in (2, 1, 0) if " ".join(words[:end]) in known)
        options = {option for item in known[name].params for option in item.opts}

        assert name or words[0].startswith("-"), line
        assert {word for word in words if word.startswith("--")} <= options | {"--help"}, line


def test_every_command_and_option_has_help() -> None:
    for name, command in commands().items():
        assert command.help, name
        assert [item.name for item in command.params if not getattr(item, "help", None)] == [], name


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_documented(name: str) -> None:
    assert f"| `{name}` |" in (DOCS / "ledger.md").read_text()


@pytest.mark.parametrize("name", [column.name for column in call_prices.columns])
def test_every_column_of_later_prices_is_documented(name: str) -> None:
    _, _, section = (DOCS / "ledger.md").read_text().partition("## Prices")

    assert f"`{name}`" in section


def kept(column: str) -> set[str]:
    """Return the names that the cases have in `column`."""
    records = [case.record for case in cases()] + [one for session in sessions() for one in session.readings]
    parts = [part for record in records for part in record.get("parts", ())]
    units = [{**part, **part["usage"]} for part in parts]
    return {name for record in (*records, *units) for name in record.get(column) or ()}


@pytest.mark.parametrize(
    ("column", "elsewhere"), [("units", {"further_calls"}), ("price_context", {"path", "port", "machine_ms"})]
)
def test_every_unit_and_word_is_documented_and_has_a_case(column: str, elsewhere: set[str]) -> None:
    """What no case has, other tests have: so many calls fit into none."""
    page = (DOCS / "ledger.md").read_text()
    [table] = re.findall(TABLES[column], page, re.DOTALL)
    told = set(re.findall(r"`([a-z0-9_]+)`", "".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE))))

    assert told == kept(column) | elsewhere


@pytest.mark.parametrize("reason", sorted(RESERVATIONS))
def test_every_reason_of_a_lower_bound_is_documented(reason: str) -> None:
    assert f"| `{reason}` |" in (DOCS / "ledger.md").read_text(encoding="utf-8")


def test_the_picture_shows_the_demo() -> None:
    picture = (DOCS / "report.svg").read_text()

    assert "claude-sonnet-4-5" in picture
    assert re.findall(r"https?://[^\"]*", picture) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_make_targets_lead_somewhere(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    for link in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (page.parent / link).exists(), link
    for target in re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)`", text, re.MULTILINE):
        assert (target[0] or target[1]) in targets, target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_docs_are_plain(page: Path) -> None:
    words = re.findall(
        r"\b(robust|seamless\w*|comprehensive|leverage\w*|simply|powerful|effortless\w*)\b", page.read_text()
    )

    assert words == []


@pytest.mark.parametrize("note", sorted((DOCS / "decisions").glob("*.md")), ids=lambda note: note.name)
def test_a_decision_is_short_and_has_its_headings(note: Path) -> None:
    text = note.read_text()

    assert len(text.splitlines()) <= 40
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
