"""A cost that a response states counts only if its host is known to bill by it, or the user named the host."""

import json
from typing import Any

import pytest
from farebox.metering.call import call_of
from farebox.metering.cost_fields import CostField
from farebox.metering.meter import Meter
from farebox.providers.table import PROVIDERS, table_with
from farebox.records.exchange import Response, request_to
from farebox.records.reading import Reading, decode, encode
from farebox.records.record import Record

from tests.support.samples import record_of

GATEWAY = table_with([("litellm", ("llm.example",))])
STATED = {"x-litellm-response-cost": "9999", "x-litellm-version": "1.108.7", "x-acme-cost": "9999"}
FORGED = 9_999_000_000_000
# 9 tokens in, 1 out.
PRICE = 9 * 2_500 + 1 * 10_000


def read(url: str, table: Any = PROVIDERS, *fields: CostField, cost: object = 9999) -> Reading:
    """Return what the spool gives back of a call whose response states `cost` in its usage and in its headers."""
    asked = request_to("POST", f"{url}/v1/chat/completions", (("content-type", "application/json"),), b"{}")
    call = call_of(asked, call_id="0", started_at=0, table=table)
    assert call is not None
    object.__setattr__(call, "cost_fields", fields)
    meter = Meter(call, Response(200, (("content-type", "application/json"), *STATED.items())))
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "cost": cost}
    meter.feed(json.dumps({"model": "gpt-4o", "choices": [], "usage": usage}).encode(), 0.1)
    return decode(encode(meter.close(0.2)))


def money(row: Record) -> tuple[int | None, str, int | None]:
    return row.cost_nanousd, row.cost_status, row.stated_cost_nanousd


ANYWHERE = CostField(header="x-acme-cost")


@pytest.mark.parametrize(
    ("url", "table", "fields", "is_believed"),
    [
        ("https://openrouter.ai/api", PROVIDERS, (), True),
        ("https://api.x.ai", PROVIDERS, (), True),
        ("http://litellm:4000", PROVIDERS, (), True),
        ("http://llm.example", GATEWAY, (), True),
        ("https://api.openai.com", PROVIDERS, (), False),
        ("https://evil.example", PROVIDERS, (), False),
        ("http://evil.example", GATEWAY, (), False),
        ("https://evil.example", PROVIDERS, (ANYWHERE,), False),
        ("https://evil.example", PROVIDERS, (CostField(header="x-acme-cost", host="llm.example"),), False),
        ("https://llm.example", PROVIDERS, (CostField(header="x-acme-cost", host="llm.example"),), True),
        ("https://api.openai.com", PROVIDERS, (ANYWHERE,), True),
    ],
)
def test_a_stated_cost_counts_at_hosts_known_to_bill_by_it(
    url: str, table: Any, fields: tuple[CostField, ...], *, is_believed: bool
) -> None:
    row = record_of(read(url, table, *fields))

    expected = (FORGED, "reported", None) if is_believed else (row.catalogue_cost_nanousd, row.cost_status, FORGED)
    assert money(row) == expected
    assert (row.cost_status == "reported") is is_believed


def test_a_server_that_names_itself_is_not_believed() -> None:
    row = record_of(read("http://evil.example"))

    assert row.provider == "litellm"
    assert (row.stated_cost_nanousd, row.cost_status) == (FORGED, "unpriced")


@pytest.mark.parametrize(
    ("cost", "reasons"),
    [(9999, ["stated_cost_differs"]), (0.02, ["stated_cost_differs"]), (0.000033, None), (0, None), (0.005, None)],
)
def test_a_cost_far_from_the_price_is_flagged(cost: float, reasons: list[str] | None) -> None:
    row = record_of(read("https://api.openai.com", cost=cost))

    assert money(row) == (PRICE, "priced", round(cost * 10**9))
    assert row.cost_reasons == reasons


def test_what_an_earlier_worker_left_is_believed() -> None:
    earlier = Reading(id="0", started_at=0, provider="x", host="x", outcome="ok", raw_usage={"cost": 1})

    assert record_of(earlier).cost_status == "reported"
