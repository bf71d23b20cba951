"""Own prices as farebox.yaml holds them: every digit is kept, every mistake is named by its key."""

import re
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from farebox.config.price_rules import PriceRule
from farebox.config.price_units import PerMtok, PerUnit
from farebox.config.settings import Settings, load
from farebox.errors import SettingsError
from hypothesis import given as for_any
from hypothesis import strategies as some

from tests.support.paths import ROOT

LEDGER = ROOT / "docs" / "ledger.md"
# Units that are shares of tokens, or no thing that anybody bills.
NOT_COUNTED = {"audio_milliseconds", "video_milliseconds", "further_calls", "input_video_seconds"}
PROVIDER = "match: {provider: acme}"


def rules(yaml: str, folder: Path) -> tuple[PriceRule, ...]:
    path = folder / "given.yaml"
    path.write_text(yaml, encoding="utf-8")
    return load(config=path, environment={}).prices


def rule(yaml: str, folder: Path) -> PriceRule:
    [found] = rules(f"prices: [{{{yaml}}}]", folder)
    return found


@for_any(number=some.decimals(min_value=0, max_value=10**9, places=15, allow_nan=False))
def test_a_number_is_the_one_that_is_written(number: Decimal, tmp_path_factory: pytest.TempPathFactory) -> None:
    found = rule(f"{PROVIDER}, per_mtok: {{input: {number:f}}}", tmp_path_factory.getbasetemp())

    assert found.per_mtok == PerMtok(input=number)


@pytest.mark.parametrize("written", ["0.1", ".1", "1e-1", "1.0e-1", "'0.1'", "0.10"])
def test_a_number_may_be_written_in_any_way(written: str, tmp_path: Path) -> None:
    assert rule(f"{PROVIDER}, per_request: {written}", tmp_path).per_request == Decimal("0.1")


def test_the_environment_keeps_numbers_as_they_are() -> None:
    variable = "[{match: {model: m}, per_mtok: {input: 0.100000000000001}}]"

    [found] = load(environment={"FAREBOX_PRICES": variable}).prices

    assert found.per_mtok == PerMtok(input=Decimal("0.100000000000001"))


def test_rules_reach_a_child_process_whole(tmp_path: Path) -> None:
    written = f"""
prices:
  - {PROVIDER}
    effective_from: 2026-11-01
    per_mtok: {{input: 0.1}}
    long_context: [{{above: 200000, per_mtok: {{input: 0.2}}}}]
  - match: {{model: 'own-*', context: {{processing: batch}}}}
    local: {{mode: gpu_hour, usd_per_hour: 2.10}}
"""
    settings = Settings(prices=rules(written, tmp_path))

    assert msgspec.json.decode(msgspec.json.encode(settings), type=Settings) == settings


@pytest.mark.parametrize(
    ("yaml", "error"),
    [
        ("per_mtok: {input: 1}", "prices[1]: has no match: add `match: {model: 'gpt-5*'}`"),
        ("match: {}, per_mtok: {input: 1}", "prices[1].match: is empty"),
        ("match: {modell: m}, per_request: 1", "prices[1].match.modell: there is no such key"),
        (
            "match: {host: 'box:8000'}, per_request: 1",
            "prices[1].match.host: 'box:8000' has a port: write `host: box` and `port: 8000`",
        ),
        ("match: {host: 'https://a.b'}, per_request: 1", "prices[1].match.host: 'https://a.b'"),
        ("match: {host: 'a/b'}, per_request: 1", "prices[1].match.host: 'a/b' is not a host"),
        (
            "match: {path: api/coding}, billing: plan",
            "prices[1].match.path: 'api/coding' is not a path: begin it with /",
        ),
        ("match: {port: 0}, billing: plan", "prices[1].match.port: 0 is not a port: write 1 to 65535"),
        (
            "match: {key_kind: admin}, billing: plan",
            "prices[1].match.key_kind: 'admin' is not one of its values: write api, oauth or plan",
        ),
        (f"{PROVIDER}, billing: gift", "prices[1].billing: 'gift' is not one of its values: write metered"),
        (f"{PROVIDER}, billing: plan, plan: My Plan", "prices[1].plan: 'My Plan' is not a name"),
        (f"{PROVIDER}, billing: plan, monthly_usd: -1", "prices[1].monthly_usd: -1 is not an amount in USD"),
        (
            f"{PROVIDER}, per_request: 1, monthly_usd: 20",
            "prices[1]: names a plan or its monthly price: add `billing: plan`",
        ),
        (PROVIDER, "prices[1]: sets no price"),
        (
            f"{PROVIDER}, per_mtok: {{inptu: 1}}",
            "prices[1].per_mtok.inptu: there is no such key; did you mean prices[1].per_mtok.input?",
        ),
        (
            f"{PROVIDER}, per_mtok: {{input: cheap}}",
            "prices[1].per_mtok.input: 'cheap' is not a number: write one such as 0.80",
        ),
        (f"{PROVIDER}, per_mtok: {{input: -0.1}}", "prices[1].per_mtok.input: -0.1 is not an amount in USD"),
        (f"{PROVIDER}, per_mtok: {{input: .nan}}", "prices[1].per_mtok.input: '.nan' is not a number"),
        (f"{PROVIDER}, per_mtok: {{input: nan}}", "prices[1].per_mtok.input: NaN is not an amount in USD"),
        (f"{PROVIDER}, per_mtok: {{input: 1e40}}", "prices[1].per_mtok.input: 1E+40 is not an amount in USD"),
        (f"{PROVIDER}, per_mtok: {{input: 1e-40}}", "prices[1].per_mtok.input: 1E-40 has more than 15 decimals"),
        (f"{PROVIDER}, per_mtok: {{input: yes}}", "prices[1].per_mtok.input: true is not a number"),
        (
            f"{PROVIDER}, per_mtok: {{input: 0,80}}",
            "prices[1].per_mtok.80: a comma ends a value within braces: write a decimal point, as in 0.80",
        ),
        (f"{PROVIDER}, per_unit: {{pictures: 1}}", "prices[1].per_unit.pictures: there is no such key"),
        (f"{PROVIDER}, per_unit: {{images: -1}}", "prices[1].per_unit.images: -1 is not an amount in USD"),
        (
            f"{PROVIDER}, per_unit: {{pages: 1}}, per_1k: {{pages: 1}}",
            "prices[1].per_1k.pages: is in per_unit too: remove one",
        ),
        (f"{PROVIDER}, alias_of: gpt-5.4", "prices[1].alias_of: 'gpt-5.4' is not PROVIDER/MODEL"),
        (f"{PROVIDER}, multiplier: 0", "prices[1].multiplier: 0 would hide costs"),
        (f"{PROVIDER}, multiplier: -1", "prices[1].multiplier: -1 is not an amount"),
        (f"{PROVIDER}, multiplier: 0.9, per_request: 1", "prices[1]: has prices of several kinds"),
        (f"{PROVIDER}, local: {{mode: free}}, per_request: 1", "prices[1]: has prices of several kinds"),
        (f"{PROVIDER}, local: {{mode: gratis}}", "prices[1].local.mode: 'gratis' is not one of its values: write free"),
        (f"{PROVIDER}, local: {{watts: 1}}", "prices[1].local: has no mode: add `mode: free`"),
        (
            f"{PROVIDER}, local: {{mode: energy, watts: 300}}",
            "prices[1].local: has no usd_per_kwh: add `usd_per_kwh: 0.30`",
        ),
        (
            f"{PROVIDER}, local: {{mode: gpu_hour, usd_per_hour: -2}}",
            "prices[1].local.usd_per_hour: -2 is not an amount",
        ),
        (
            f"{PROVIDER}, local: {{mode: gpu_hour, usd_per_hour: 2, concurrency: 0}}",
            "prices[1].local.concurrency: 0 is not a number of calls",
        ),
        (
            f"{PROVIDER}, per_request: 1, effective_from: 2026-13-01",
            "prices[1].effective_from: '2026-13-01' is not a day",
        ),
        (
            f"{PROVIDER}, per_request: 1, effective_from: november",
            "prices[1].effective_from: 'november' is not a day: write one such as 2026-11-01",
        ),
        (
            f"{PROVIDER}, per_request: 1, effective_from: 2026-11-02, effective_to: 2026-11-01",
            "prices[1].effective_to: 2026-11-01 is before effective_from",
        ),
        (
            f"{PROVIDER}, per_mtok: {{input: 1}}, long_context: [{{above: 0, per_mtok: {{input: 2}}}}]",
            "prices[1].long_context[0].above: 0: write 1 or more, and more than in the step before",
        ),
        (
            f"{PROVIDER}, per_mtok: {{input: 1}}, long_context: [{{above: 9, per_mtok: {{output: 2}}}}]",
            "prices[1].long_context[0].per_mtok.output: has no price below 9 tokens",
        ),
        (f"{PROVIDER}, per_request: 1, name: {'n' * 65}", "prices[1].name: a name has at most 64 characters"),
    ],
)
def test_a_mistake_is_named_by_its_key(yaml: str, error: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=rf"^\S+/given\.yaml:3: {re.escape(error)}"):
        rules(f"prices:\n  - {{{PROVIDER}, per_request: 1}}\n  - {{{yaml}}}\n", tmp_path)


def test_every_unit_of_the_ledger_can_be_given_a_price() -> None:
    table = LEDGER.read_text().partition("| unit | meaning |")[2].partition("\n\n")[0]
    names = {name for row in re.findall(r"^\| (`.*`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    tokens = {f"{name}_tokens" for name in PerMtok.__struct_fields__}

    shares = {name for name in names if name.endswith("_tokens")} - set(PerUnit.__struct_fields__)
    assert names - shares - NOT_COUNTED == set(PerUnit.__struct_fields__)
    assert shares <= tokens
