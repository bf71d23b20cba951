"""Kinds of calls in a ledger, on each of the databases."""

from datetime import UTC, datetime

from farebox.pricing.consumption import Consumption
from farebox.records.usage import Usage
from farebox.sinks.database import DatabaseSink
from farebox.store.migrate import migrate
from farebox.store.traffic import traffic
from sqlalchemy import Engine

from tests.support.samples import AT, record

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def test_calls_that_are_priced_alike_are_one_kind(empty: Engine) -> None:
    migrate(empty)
    azure = {
        "provider": "azure",
        "host": "shop.openai.azure.com",
        "model_returned": "gpt-4o",
        "model_requested": "prod",
    }
    batch = {"price_context": {"processing": "batch"}, "service_tier": "default"}
    rows = [
        record(**azure, cost_status="priced", input_tokens=1),
        record(**azure, cost_status="unpriced", started_at=AT.replace(hour=23)),
        record(**azure, **batch),
        record(**azure, started_at=AT.replace(day=2, hour=0)),
        record(**azure, started_at=DAY.replace(month=10)),
    ]
    DatabaseSink(empty).write(rows, {})

    found = traffic(empty, DAY)

    kind = Consumption("azure", ("gpt-4o", "prod"), Usage(), DAY, host="shop.openai.azure.com")
    batched = Consumption(
        "azure", ("gpt-4o", "prod"), Usage(), DAY, kind.host, tier="default", context={"processing": "batch"}
    )
    later = Consumption("azure", ("gpt-4o", "prod"), Usage(), DAY.replace(day=2), kind.host)
    assert sorted(found, key=repr) == sorted([(kind, 2, 1), (batched, 1, 0), (later, 1, 0)], key=repr)
    assert len(traffic(empty, None)) == 4
