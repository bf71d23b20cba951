"""The speed of a model of one's own is that of its recorded calls."""

from typing import Any

from farebox.records.record import Record
from farebox.sinks.database import DatabaseSink
from farebox.store.machine_speed import Speed, measured_speed
from farebox.store.snapshot import snapshot
from sqlalchemy import Engine

from tests.support.samples import record


def call(**values: Any) -> Record:
    return record(
        **{"provider": "llamacpp", "model_returned": "m", "output_tokens": 100, "duration_ms": 9_000, **values}
    )


def measured(engine: Engine, *rows: Record) -> Speed | None:
    DatabaseSink(engine).write(rows, {})
    with snapshot(engine) as connection:
        return measured_speed(connection, "llamacpp", "m")


def test_the_time_of_the_machine_goes_before_that_of_the_call(engine: Engine) -> None:
    found = measured(
        engine,
        call(raw_usage={"timings": {"prompt_ms": 100.0, "predicted_ms": 1_900.0}}),
        call(price_context={"machine_ms": "3000"}),
        call(duration_ms=7_000),
    )

    assert found == Speed(40.0, 3)
    assert (found.tokens_per_second, found.duration_ms(50), found.duration_ms(None)) == (25.0, 2_000, None)


def test_other_calls_do_not_count(engine: Engine) -> None:
    others = ({"model_returned": "n"}, {"provider": "vllm"}, {"outcome": "client_abort"}, {"output_tokens": 0})

    assert measured(engine, *(call(**other) for other in others)) is None
