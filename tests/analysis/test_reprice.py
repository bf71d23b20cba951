"""Recorded calls priced again: new prices beside the recorded ones, with differences to the nano-dollar."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from farebox.analysis.reprice import Changes, reprice
from farebox.pricing.pricer import Pricer
from farebox.pricing.rate import Rate
from farebox.pricing.ratecard import RateCard
from farebox.pricing.standard import standard
from farebox.records.record import Completion, Record
from farebox.sinks.batch import Links
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.engine import opened
from farebox.store.reprices import PAGE, Selection, history
from farebox.store.summary import Scope
from msgspec.structs import replace
from sqlalchemy import Engine

from tests.pricing.test_pricer import Shelf
from tests.support.samples import AT, reading, record, record_of

NOW = datetime(2026, 11, 20, tzinfo=UTC)


ALL = Selection(Scope())


def pricer(usd: str, model: str = "m") -> Pricer:
    """Return one that knows one model, at a price for a million of input and as much for one of output."""
    rates = {"input_tokens": Rate(Decimal(usd)), "output_tokens": Rate(Decimal(usd))}
    return Pricer([Shelf("list", {model: RateCard(model, "list", "7", rates)})])


def call(model: str = "m", **values: Any) -> Record:
    given = {"provider": "acme", "model_returned": model, "input_tokens": 1_000, "output_tokens": 0}
    return record(**given | {"cost_status": "unpriced", "cost_reasons": ["unknown_model"]} | values)


def keep(engine: Engine, *rows: Record) -> None:
    DatabaseSink(engine).write(rows, {})


def costs(engine: Engine) -> list[tuple[int | None, str]]:
    return [(row["cost_nanousd"], row["cost_status"]) for row in queries.all_calls(engine)]


def summary(changes: Changes) -> dict[tuple[str | None, str, str], tuple[int, int | None, int | None]]:
    return {key[1:]: (one.calls, one.before, one.after) for key, one in changes.by_key.items()}


def test_changes_by_a_new_price_are_reported_and_kept_beside_the_old_ones(engine: Engine) -> None:
    keep(engine, call(), call("n"), call(cost_nanousd=5, cost_status="priced", cost_reasons=None))

    changes = reprice(engine, ALL, pricer("2"), at=NOW, dry=False)

    assert changes.seen == 3
    assert summary(changes) == {
        ("m", "unpriced", "priced"): (1, None, 2_000_000),
        ("m", "priced", "priced"): (1, 5, 2_000_000),
    }
    assert changes.total.difference == 4_000_000 - 5
    assert sorted(costs(engine), key=str) == [(2_000_000, "priced"), (2_000_000, "priced"), (None, "unpriced")]


def test_a_second_time_there_is_nothing_to_change(engine: Engine) -> None:
    keep(engine, call())
    reprice(engine, ALL, pricer("2"), at=NOW, dry=False)

    again = reprice(engine, ALL, pricer("2"), at=NOW + timedelta(days=1), dry=False)

    assert (again.seen, again.by_key) == (1, {})
    [row] = queries.all_calls(engine)
    assert [one["revision"] for one in history(engine, row)] == [0, 1]


def test_a_dry_run_reports_the_same_and_writes_nothing(engine: Engine) -> None:
    keep(engine, call())

    dry = reprice(engine, ALL, pricer("2"), at=NOW, dry=True)

    assert costs(engine) == [(None, "unpriced")]
    assert summary(dry) == summary(reprice(engine, ALL, pricer("2"), at=NOW, dry=False))


def test_pages_of_calls_at_the_same_moment_are_each_seen_once(engine: Engine) -> None:
    number = 2 * PAGE + 7
    keep(engine, *(call() for _ in range(number)))

    changes = reprice(engine, ALL, pricer("2"), at=NOW, dry=False)

    assert (changes.seen, changes.total.calls, changes.total.after) == (number, number, number * 2_000_000)
    assert costs(engine) == [(2_000_000, "priced")] * number


def test_only_calls_of_a_status_or_a_time_are_priced_anew(engine: Engine) -> None:
    keep(engine, call(), call(started_at=AT - timedelta(days=9)), call(cost_status="priced", cost_nanousd=1))

    changes = reprice(engine, Selection(Scope(start=AT), ("unpriced",)), pricer("2"), at=NOW, dry=False)

    assert (changes.seen, changes.total.calls) == (1, 1)


def test_a_cost_that_the_answer_stated_stays_and_the_catalogues_is_renewed(engine: Engine) -> None:
    stated: dict[str, Any] = {
        "cost_nanousd": 9,
        "cost_status": "reported",
        "cost_reasons": ["usage.cost"],
        "price_source": "reported",
    }
    keep(engine, call(**stated, catalogue_cost_nanousd=8))

    reprice(engine, ALL, pricer("2"), at=NOW, dry=False)

    [row] = queries.all_calls(engine)
    assert (row["cost_nanousd"], row["cost_status"], row["cost_reasons"]) == (9, "reported", ["usage.cost"])
    assert row["catalogue_cost_nanousd"] == 2_000_000


def test_an_estimate_keeps_its_band_which_is_priced_anew(engine: Engine) -> None:
    estimated: dict[str, Any] = {"usage_source": "estimated", "estimate": {"input_tokens": [500, 3_000]}}
    keep(engine, call(**estimated, cost_reasons=["unknown_model", "no_usage"]))

    reprice(engine, ALL, pricer("2"), at=NOW, dry=False)

    [row] = queries.all_calls(engine)
    assert (row["cost_status"], row["cost_reasons"]) == ("estimated", ["no_usage"])
    assert row["estimate"] == {"input_tokens": [500, 3_000], "cost_nanousd": [1_000_000, 6_000_000]}


@pytest.mark.parametrize(
    "row",
    [
        {
            "usage_source": "none",
            "cost_status": "none",
            "cost_reasons": None,
            "input_tokens": None,
            "output_tokens": None,
        },
        {"usage_source": "none", "cost_reasons": ["pending"], "input_tokens": None, "output_tokens": None},
        {"usage_source": "none", "cost_reasons": ["no_usage"], "input_tokens": None, "output_tokens": None},
    ],
    ids=["refused", "not finished", "not counted"],
)
def test_units_without_a_count_have_no_price(engine: Engine, row: dict[str, Any]) -> None:
    keep(engine, call(**row))

    assert reprice(engine, ALL, pricer("2"), at=NOW, dry=False).by_key == {}


def test_a_row_that_is_completed_later_has_the_price_of_what_it_then_holds(engine: Engine) -> None:
    half = call(input_tokens=None, output_tokens=None, usage_source="estimated", estimate={"input_tokens": [1, 2]})
    keep(engine, half)
    reprice(engine, ALL, pricer("2"), at=NOW, dry=False)
    whole = replace(half, usage_source="reported", input_tokens=7, output_tokens=1, estimate=None, cost_nanousd=8)

    DatabaseSink(engine).write([], {}, links=Links(completions=[Completion(half, whole)]))

    [row] = queries.all_calls(engine)
    assert (row["input_tokens"], row["cost_nanousd"]) == (7, 8)
    assert len(history(engine, row)) == 1


def test_two_at_the_same_time_give_each_call_one_price(engine: Engine) -> None:
    keep(engine, *(call() for _ in range(PAGE // 2)))
    # As commands open it: it waits for the ledger.
    with opened(engine.url.render_as_string(hide_password=False)) as shared, ThreadPoolExecutor(3) as pool:
        running = [pool.submit(reprice, shared, ALL, pricer("2"), at=NOW, dry=False) for _ in range(3)]
        changed = [one.result(60).total.calls for one in running]

    assert sum(changed) == PAGE // 2
    assert costs(engine) == [(2_000_000, "priced")] * (PAGE // 2)
    assert [len(history(engine, row)) for row in queries.all_calls(engine)] == [2] * (PAGE // 2)


def test_the_price_of_a_recorded_call_is_the_price_that_it_gets_again(engine: Engine) -> None:
    """Recording and pricing anew go the same way: without a change in prices there is none in the ledger."""
    keep(
        engine, *(record_of(one) for one in (reading(), reading(service_tier="flex"), reading(outcome="client_abort")))
    )

    assert reprice(engine, ALL, standard(), at=NOW, dry=False).by_key == {}
