"""`farebox prices show` as it is typed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.commands import Done, farebox

Command = Callable[..., Done]
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

    assert ["openai", "chatgpt", "azure"] in sellers
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
        {"match": {"host": "localhost", "model": "llama4"}, "per_mtok": {"input": "...", "output": "..."}}
    ]


@pytest.mark.parametrize(("name", "meant"), [("opnai", "did you mean openai?"), ("x", "use one of ai21, anthropic, ")])
def test_a_provider_that_is_none_is_told(run: Command, name: str, meant: str) -> None:
    done = run("show", "gpt-4o", "--provider", name)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"farebox: provider: unknown provider {name!r}: {meant}")
