"""Figures by which two ledgers are compared."""

from datetime import timedelta

from farebox.store.snapshot import snapshot
from farebox.store.transfer.figures import NULLABLE, NUMBERS, differing, figures
from sqlalchemy import Engine

from tests.store.transfer.ledgers import BEGUN, fill, reprice, rows, some_calls

EVER = (BEGUN - timedelta(days=1), BEGUN + timedelta(days=100))


def test_unknown_values_are_counted_apart_from_zero(engine: Engine) -> None:
    records = some_calls(40)
    fill(engine, records)

    with snapshot(engine) as connection:
        found = figures(connection, *EVER)

    assert found["calls"] == 40
    for name in NUMBERS:
        assert found[f"sum_{name}"] == sum(getattr(record, name) or 0 for record in records)
    for name in NULLABLE:
        assert found[f"known_{name}"] == sum(getattr(record, name) is not None for record in records)


def test_the_end_is_not_within_and_prices_are_those_of_today(engine: Engine) -> None:
    fill(engine, some_calls(3))
    reprice(engine, [rows(engine)[0].id], 9)

    with snapshot(engine) as connection:
        first = figures(connection, BEGUN, rows(engine)[1].started_at)

    assert (first["calls"], first["sum_cost_nanousd"], first["known_cost_nanousd"]) == (1, 9, 1)


def test_what_differs_is_named(engine: Engine) -> None:
    with snapshot(engine) as connection:
        nothing = figures(connection, *EVER)
        fill(engine, [record for record in some_calls(2) if record.input_tokens])

    with snapshot(engine) as connection:
        something = figures(connection, *EVER)

    assert differing(nothing, nothing) == []
    assert {"calls", "sum_input_tokens", "known_input_tokens"} <= set(differing(nothing, something))
    assert "sum_cache_read_tokens" not in differing(nothing, something)
