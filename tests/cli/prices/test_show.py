"""`farebox prices show` and `lint` as they are typed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from farebox.report.missing import is_local, rule_for
from farebox.sinks.database import DatabaseSink

from tests.support.commands import Done, farebox
from tests.support.ledgers import new_ledger
from tests.support.samples import record

Command = Callable[..., Done]
OLLAMA = {"provider": "ollama", "host": "localhost"}
RULES = """
prices:
  - match: {host: "*.openai.azure.com", deployment: prod}
    alias_of: openai/gpt-4o
    multiplier: 0.5
  - match: {model: "internal-*"}
    per_request: 0.002
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Run `farebox prices` with the data folder `home`, beside which farebox.yaml can be."""
    return lambda *arguments: farebox(capfd, monkeypatch, "prices", *arguments, home=tmp_path / "home")


def write(content: str, folder: Path) -> None:
    (folder / "farebox.yaml").write_text(content, encoding="utf-8")


def test_a_price_is_shown_with_its_source(run: Command) -> None:
    done = run("show", "gpt-4o", "--provider", "openai")

    head, *lines, last = (line.rstrip() for line in done.out.splitlines())
    told = dict(line.split(maxsplit=1) for line in lines)
    assert (done.code, head) == (0, "openai")
    assert told["source"].startswith("genai-prices 0.2.")
    assert (told["model"], told["match"]) == ("gpt-4o", "exact")
    assert told["input_tokens"] == "2.5 per million"
    assert told["code_interpreter_sessions"].endswith("(litellm)")
    # 6,000 x 2.50/M + 4,000 x 1.25/M + 1,000 x 10/M
    assert last.split(maxsplit=3)[3] == "$0.0300 for 10,000 tokens in, 4,000 of them cached, 1,000 out"


def test_a_price_is_shown_for_machines_digit_by_digit(run: Command, tmp_path: Path) -> None:
    write(RULES, tmp_path)

    [shown] = json.loads(run("show", "prod", "--host", "shop.openai.azure.com", "--format", "json").out)

    assert (shown["providers"], shown["model"], shown["price_source"]) == (["azure"], "gpt-4o", "genai-prices")
    assert shown["rates"]["input_tokens"] == {
        "usd": "1.25",
        "per": 1_000_000,
        "above": {},
        "minimum": 0,
        "price_source": "genai-prices",
    }
    assert (shown["details"]["rule"], shown["details"]["multiplier"]) == ("prices[0]", "0.5")
    assert shown["standard_call"]["cost_nanousd"] == 15_000_000


def test_prices_are_those_of_the_day_and_the_tier(run: Command) -> None:
    def shown(*arguments: str) -> str:
        [one] = json.loads(run("show", "gpt-5.4", "--provider", "openai", "--format", "json", *arguments).out)
        return str(one["rates"]["input_tokens"]["usd"])

    assert [shown("--tier", tier) for tier in ("default", "flex", "batch")] == ["2.5", "1.25", "1.25"]
    assert shown("--tier", "flex", "--at", "2026-09-01") == "2.5"


def test_every_provider_that_has_the_model_is_shown_once_for_each_price(run: Command, tmp_path: Path) -> None:
    write(RULES, tmp_path)

    sellers = [one["providers"] for one in json.loads(run("show", "gpt-4o", "--format", "json").out)]
    [internal] = json.loads(run("show", "internal-7b", "--format", "json").out)

    assert ["openai", "azure"] in sellers
    assert len(internal["providers"]) > 30
    assert internal["standard_call"]["cost_nanousd"] == 2_000_000


def test_a_model_is_found_by_its_provider_s_name_before_it(run: Command) -> None:
    sellers = [one["providers"] for one in json.loads(run("show", "openai/gpt-4o", "--format", "json").out)]

    assert (sellers[0], ["openrouter"] in sellers) == (["openai"], True)


def test_a_rule_that_names_a_host_is_hinted_at_where_none_was_given(run: Command, tmp_path: Path) -> None:
    write(RULES, tmp_path)

    assert "Add --host NAME to use your rules for a host." in run("show", "prod").err


def test_a_rule_for_any_model_is_shown_where_nobody_knows_the_model(run: Command, tmp_path: Path) -> None:
    write("prices: [{match: {provider: ollama}, local: {mode: free}}]", tmp_path)

    def sellers(model: str) -> list[str]:
        found = json.loads(run("show", model, "--format", "json").out)
        return [name for one in found for name in one["providers"]]

    assert "ollama" not in sellers("gpt-4o")
    assert sellers("llama4-of-our-own") == ["ollama"]


def test_a_model_without_a_price_gets_the_lines_to_add(run: Command) -> None:
    done = run("show", "llama4", "--host", "localhost")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("farebox: no source has a price for 'llama4' at localhost.")
    assert yaml.safe_load(done.err.partition("\n")[2]) == [
        {"match": {"host": "localhost", "model": "llama4"}, "local": {"mode": "free"}}
    ]


@pytest.mark.parametrize(
    ("name", "meant"), [("opnai", "did you mean openai?"), ("x", "use one of ai21, anthropic, ")]
)
def test_a_provider_that_is_none_is_told(run: Command, name: str, meant: str) -> None:
    done = run("show", "gpt-4o", "--provider", name)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"farebox: provider: unknown provider {name!r}: {meant}")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("ollama", True),
        ("127.0.0.1", True),
        ("192.168.1.7", True),
        ("gpu.local", True),
        ("host.docker.internal", True),
        ("8.8.8.8", False),
        ("api.openai.com", False),
        ("", False),
    ],
)
def test_a_model_on_one_s_own_machine_is_told_by_its_host(host: str, *, local: bool) -> None:
    assert is_local(host) is local


def test_the_lines_to_add_name_the_provider_where_there_is_one() -> None:
    units = ["audio_milliseconds", "characters", "input_tokens", "service_tier"]
    assert yaml.safe_load(rule_for("groq", "x-1", units=units).replace("...", "1")) == [
        {
            "match": {"provider": "groq", "model": "x-1"},
            "per_mtok": {"input": 1},
            "per_unit": {"audio_seconds": 1, "characters": 1},
        }
    ]
    assert yaml.safe_load(rule_for("groq", "x-1", host="api.groq.com").replace("...", "1")) == [
        {"match": {"provider": "groq", "model": "x-1"}, "per_mtok": {"input": 1, "output": 1}}
    ]


def test_lint_is_content_with_nothing(run: Command, tmp_path: Path) -> None:
    write("port: 8081", tmp_path)

    assert run("lint") == Done(0, "0 rules in `prices`: no findings.\n", "")


def test_lint_says_that_there_is_no_file_to_look_into(run: Command, tmp_path: Path) -> None:
    assert run("lint").err == f"There is no farebox.yaml in {tmp_path}: --config FILE names one elsewhere.\n"


def test_lint_names_the_rules_that_the_ledger_has_no_use_for_and_the_models_that_lack_one(
    run: Command, tmp_path: Path
) -> None:
    write(RULES, tmp_path)
    (tmp_path / "home").mkdir()
    at = datetime.now(UTC) - timedelta(days=1)
    with new_ledger(tmp_path / "home" / "ledger.db") as engine:
        rows = [
            record(started_at=at, model_requested="internal-7b"),
            *(record(started_at=at, model_requested="llama4", cost_status="unpriced", **OLLAMA) for _ in range(2)),
        ]
        DatabaseSink(engine).write(rows, {})

    done = run("lint")

    since = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%d}"
    assert done.code == 1
    findings, _, lines = done.out.partition("\n\n")
    assert findings.splitlines() == [
        f"prices[0]: matches none of the 3 calls in the ledger since {since}",
        "2 rules in `prices`: 1 finding.",
    ]
    assert lines.splitlines()[2:] == [
        "prices:",
        "  # 2 calls to localhost",
        '  - match: {host: "localhost", model: "llama4"}',
        "    local: {mode: free}",
    ]


def test_a_mistake_in_a_rule_is_named_by_lint_too(run: Command, tmp_path: Path) -> None:
    write("prices: [{match: {model: a}, per_mtok: {inptu: 1}}]", tmp_path)

    done = run("lint")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("farebox: prices[0].per_mtok.inptu: there is no such key")
