"""Recorded calls priced on another model, call by call."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import msgspec
import pytest
from farebox.analysis.what_if import Comparison, Other, what_if
from farebox.config.price_rules import PriceRule
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.pricing.standard import standard
from farebox.records.record import Record
from farebox.report.comparison import caveats, comparison_table
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.reprices import PAGE, Selection
from farebox.store.summary import DIMENSIONS, Scope
from rich.console import Console
from sqlalchemy import Engine

from tests.pricing.test_pricer import Shelf
from tests.support.ledgers import recording_meanwhile, summarise
from tests.support.samples import AT, reading, record, record_of

RATES = {"input_tokens": Rate(Decimal(2)), "cache_read_tokens": Rate(Decimal(1)), "output_tokens": Rate(Decimal(4))}


PRICER = Pricer([Shelf("list", {"m": RateCard("m", "list", "7", RATES)})])


ALL = Selection(Scope())


def call(model: str = "gpt-4o", **values: Any) -> Record:
    given = {"model_returned": model, "input_tokens": 1_000, "output_tokens": 100, "cost_nanousd": 50_000_000}
    return record(**given | values)


def compared(engine: Engine, *rows: Record) -> Comparison:
    DatabaseSink(engine).write(rows, {})
    before = list(queries.all_calls(engine))
    [found] = what_if(engine, ALL, PRICER, [Other("acme", "m")])
    assert list(queries.all_calls(engine)) == before
    return found


def test_each_call_is_priced_there_at_its_own_tokens(engine: Engine) -> None:
    found = compared(engine, call(), call(cache_read_tokens=400), call("gpt-5", output_tokens=0))

    # 1000 x 2 + 100 x 4, and with 400 of the input at 1 USD for a million.
    four, five = found.by_key["openai", "gpt-4o"], found.by_key["openai", "gpt-5"]
    assert (four.calls, four.actual, four.there) == (2, 100_000_000, 2_400_000 + 2_000_000)
    assert (five.calls, five.there, five.difference) == (1, 2_000_000, 2_000_000 - 50_000_000)
    assert (found.total.actual, found.total.there) == (150_000_000, 6_400_000)


def test_all_pages_are_of_one_moment(engine: Engine) -> None:
    DatabaseSink(engine).write([call() for _ in range(2 * PAGE)], {})

    with recording_meanwhile(engine, lambda: call(started_at=AT + timedelta(days=1))):
        [found] = what_if(engine, ALL, PRICER, [Other("acme", "m")])

    assert found.total.calls == 2 * PAGE


def test_calls_with_an_unknown_cost_on_either_side_are_left_out_of_both_sums_and_counted(engine: Engine) -> None:
    unpriced = call(cost_nanousd=None, cost_status="unpriced")
    impossible = call(output_audio_tokens=200)

    found = compared(engine, call(), unpriced, impossible)

    assert (found.total.calls, found.total.left_out, found.total.actual) == (1, 2, 50_000_000)
    assert any("2 calls left out of both sums" in caveat for caveat in caveats(found))


def test_calls_without_usage_are_left_out_and_refused_ones_are_not_calls(engine: Engine) -> None:
    unreported: dict[str, Any] = {"input_tokens": None, "output_tokens": None, "usage_source": "none"}
    stated = call(**unreported, cost_status="reported")
    unpriced = call(**unreported, cost_nanousd=None, cost_status="unpriced")
    refused = call(**unreported, cost_nanousd=None, cost_status="none")

    found = compared(engine, call(), stated, unpriced, refused)

    assert (found.total.calls, found.total.left_out, found.total.actual) == (1, 2, 50_000_000)


def test_a_call_of_which_nothing_has_a_price_there_would_not_cost_0(engine: Engine) -> None:
    spoken = call("tts-1", input_tokens=None, output_tokens=None, units={"characters": 1_000})

    found = compared(engine, call(), spoken)

    assert (found.total.calls, found.total.left_out, found.total.actual) == (1, 1, 50_000_000)
    assert "no_price:characters" in " ".join(caveats(found))


def test_units_without_a_price_are_named_and_make_the_cost_a_lower_bound(engine: Engine) -> None:
    found = compared(engine, call(units={"web_search_requests": 3}), call(cost_status="estimated"))

    text = " ".join(caveats(found))
    assert (found.total.partial, found.total.uncertain) == (1, 1)
    assert "no_price:web_search_requests" in text
    assert "1 call with an actual cost that is a lower bound or an estimate" in text


def own_machine() -> Pricer:
    rules = [{"match": {"provider": "llamacpp", "model": "m"}, "local": {"mode": "gpu_hour", "usd_per_hour": "3.6"}}]
    return standard(msgspec.convert(rules, tuple[PriceRule, ...], strict=False))


def test_on_a_machine_of_one_s_own_calls_last_as_long_as_it_would_write_them(engine: Engine) -> None:
    own = call("m", provider="llamacpp", output_tokens=50, price_context={"machine_ms": "2000"})
    DatabaseSink(engine).write([own, call(duration_ms=77_000)], {})

    [found] = what_if(engine, ALL, own_machine(), [Other("llamacpp", "m")])

    # 100 tokens at 25 a second, at 3.60 USD an hour.
    assert found.by_key["openai", "gpt-4o"].there == 4_000_000
    assert "25 tokens a second, measured over 1 call" in " ".join(caveats(found))


def test_on_a_machine_whose_speed_is_unknown_no_call_has_a_price(engine: Engine) -> None:
    DatabaseSink(engine).write([call(duration_ms=77_000)], {})

    [found] = what_if(engine, ALL, own_machine(), [Other("llamacpp", "m")])

    assert (found.total.calls, found.total.left_out) == (0, 1)
    assert "no recorded call shows how fast it writes" in " ".join(caveats(found))


def test_a_narrow_terminal_cuts_no_figure(engine: Engine) -> None:
    found, text = compared(engine, call(), call("claude-sonnet-4-5-20250929", cost_nanousd=123_456)), StringIO()

    Console(file=text, width=56).print(comparison_table(found, 56))

    assert "…" not in text.getvalue()
    assert max(map(len, text.getvalue().splitlines())) <= 56


def test_calls_are_compared_by_any_of_their_facts(engine: Engine) -> None:
    records = [call(user_id="ada"), call("gpt-5", user_id="ada"), call(status=200)]
    DatabaseSink(engine).write(records, {})

    [by_user] = what_if(engine, ALL, PRICER, [Other("acme", "m")], by=("user",))
    [by_two] = what_if(engine, ALL, PRICER, [Other("acme", "m")], by=("model", "user"))

    assert {key: (one.calls, one.there) for key, one in by_user.by_key.items()} == {
        ("ada",): (2, 4_800_000),
        (None,): (1, 2_400_000),
    }
    assert set(by_two.by_key) == {("gpt-4o", "ada"), ("gpt-5", "ada"), ("gpt-4o", None)}
    assert by_user.total == by_two.total


def test_every_fact_that_a_report_sums_up_by_is_one_to_compare_by(engine: Engine) -> None:
    DatabaseSink(engine).write([call(trace="t", conversation="c")], {})

    [found] = what_if(engine, ALL, PRICER, [Other("acme", "m")], by=tuple(DIMENSIONS))

    [key] = found.by_key
    assert dict(zip(DIMENSIONS, key, strict=True)) | {"sidecar": None} == {
        **dict.fromkeys(DIMENSIONS),
        "provider": "openai",
        "model": "gpt-4o",
        "outcome": "ok",
        "host": "api.openai.com",
        "conversation": "c",
        "turn": "t",
    }


@pytest.mark.parametrize(
    ("values", "turn"),
    [
        ({"conversation": "c", "message_id": "m", "trace": "t"}, "c/m"),
        ({"user_id": "u", "message_id": "m"}, "u/m"),
        ({"message_id": "m"}, "/m"),
        ({"trace": "t", "retry_of": "first"}, "t"),
        ({"retry_of": "first"}, "first"),
    ],
    ids=str,
)
def test_a_turn_is_that_of_reports(engine: Engine, values: dict[str, Any], turn: str) -> None:
    DatabaseSink(engine).write([call(**values)], {})

    [found] = what_if(engine, ALL, PRICER, [Other("acme", "m")], by=("turn",))

    assert list(found.by_key) == [(turn,)]
    assert summarise(engine, Scope(), ("turn",))[0].key == (turn,)


def test_calls_without_tokens_play_no_part(engine: Engine) -> None:
    refused = call(usage_source="none", cost_status="none", cost_nanousd=None, input_tokens=None, output_tokens=None)

    assert compared(engine, refused).by_key == {}


@pytest.mark.parametrize(
    ("tier", "there"),
    # 900 in and 100 out at 1.25 and 10 USD for a million; half of it in flex and in batches, twice as much in priority.
    [(None, 2_125_000), ("flex", 1_062_500), ("batch", 1_062_500), ("priority", 4_250_000)],
)
def test_a_tier_has_the_price_that_it_is_sold_at(engine: Engine, tier: str | None, there: int) -> None:
    DatabaseSink(engine).write([record_of(reading())], {})

    [found] = what_if(engine, ALL, standard(), [Other("openai", "gpt-5", tier)])

    assert (found.total.calls, found.total.there) == (1, there)


@pytest.mark.parametrize(
    ("provider", "model", "tier"),
    [
        ("openai", "gpt-5", "thrifty"),
        ("deepseek", "deepseek-chat", "batch"),
        ("anthropic", "claude-sonnet-4-5", "flex"),
    ],
)
def test_units_that_a_tier_does_not_sell_are_left_out_instead_of_priced_at_the_standard_price(
    engine: Engine, provider: str, model: str, tier: str
) -> None:
    DatabaseSink(engine).write([record_of(reading())], {})

    [found] = what_if(engine, ALL, standard(), [Other(provider, model, tier)])

    assert (found.total.calls, found.total.there, found.total.left_out) == (0, 0, 1)
    assert any(f"={tier}" in caveat for caveat in caveats(found))
