"""Costs that stand where the user says: read by the meter, billed before all else."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from farebox.config.settings import load
from farebox.errors import SettingsError
from farebox.metering.cost_fields import CostField
from farebox.metering.meter import Meter
from farebox.pricing.reported import Reported, reported
from farebox.records.exchange import Response
from farebox.records.reading import Reading, StatedCost, decode, encode

from tests.support.answers import PLAIN, STREAM, call, chunk, event
from tests.support.samples import reading, record_of

HEADER = CostField(header="X-Acme-Cost")
TOTAL = CostField(field="usage.cost_usd_total")
OUTSIDE = CostField(field="billing.amount", unit="cent")
HEAD = ("x-acme-cost", "0.0031")


def read(fields: tuple[CostField, ...], *pieces: bytes, headers: tuple[tuple[str, str], ...] = STREAM) -> Reading:
    """Return what the meter reads of an answer in `pieces`, as the spool gives it back."""
    meter = Meter(replace(call(), cost_fields=fields), Response(200, headers))
    for piece in pieces:
        meter.feed(piece, 0.5)
    found = meter.close(1.0)
    assert meter.failure is None
    return decode(encode(found))


def body(**told: Any) -> bytes:
    return json.dumps(told).encode()


@pytest.mark.parametrize(
    ("fields", "answer", "stated"),
    [
        ((HEADER,), body(), StatedCost("x-acme-cost", "0.0031", "usd")),
        ((TOTAL,), body(usage={"cost_usd_total": 0.000125}), StatedCost("usage.cost_usd_total", "0.000125", "usd")),
        ((TOTAL,), body(usage={"cost_usd_total": "0.10"}), StatedCost("usage.cost_usd_total", "0.10", "usd")),
        ((OUTSIDE,), body(billing={"amount": 12}), StatedCost("billing.amount", "12", "cent")),
        ((OUTSIDE,), body(billing={"amount": 0}), StatedCost("billing.amount", "0", "cent")),
        ((TOTAL, HEADER), body(), StatedCost("x-acme-cost", "0.0031", "usd")),
        ((OUTSIDE, HEADER), body(billing={"amount": 5}), StatedCost("billing.amount", "5", "cent")),
        ((), body(usage={"cost_usd_total": 1}), None),
        ((OUTSIDE,), body(billing={"amount": "sk-canary"}), None),
        ((OUTSIDE,), body(billing={"amount": True}), None),
        ((OUTSIDE,), body(billing={"amount": -1}), None),
        ((OUTSIDE,), body(billing={"amount": {"usd": 1}}), None),
        ((OUTSIDE,), body(billing=[{"amount": 1}]), None),
        ((OUTSIDE,), b'["billing"]', None),
    ],
)
def test_a_named_number_is_read(fields: tuple[CostField, ...], answer: bytes, stated: StatedCost | None) -> None:
    assert read(fields, answer, headers=(*PLAIN, HEAD)).stated_cost == stated


def test_what_a_stream_says_last_counts() -> None:
    pieces = [chunk({"content": "The"}), event(billing={"amount": 1}), event(billing={"amount": 2}), chunk({})]

    assert read((OUTSIDE,), *pieces).stated_cost == StatedCost("billing.amount", "2", "cent")


@pytest.mark.parametrize(
    ("where", "is_read"),
    [
        ({}, True),
        ({"provider": "openai"}, True),
        ({"host": "*.openai.com"}, True),
        ({"provider": "acme"}, False),
        ({"host": "openai.com"}, False),
        ({"provider": "openai", "host": "acme.example"}, False),
    ],
)
def test_a_field_may_be_for_some_calls_only(where: Mapping[str, Any], *, is_read: bool) -> None:
    found = read((CostField(header="x-acme-cost", **where),), body(), headers=(*PLAIN, HEAD))

    assert (found.stated_cost is not None) is is_read


@pytest.mark.parametrize(
    ("unit", "nanousd"),
    [("usd", 1_500_000_000), ("cent", 15_000_000), ("microusd", 1_500), ("nanousd", 2)],
)
def test_a_cost_is_in_its_unit(unit: str, nanousd: int) -> None:
    assert reported({}, None, StatedCost("x", "1.5", unit)) == Reported(nanousd, "x")


def test_what_the_user_names_goes_before_what_farebox_knows() -> None:
    row = record_of(reading(raw_usage={"cost": 0.5}, cost_header="0.4", stated_cost=StatedCost("x-cost", "3", "cent")))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (30_000_000, "reported", ["x-cost"])


def test_fields_are_settings() -> None:
    variable = "[{header: x-acme-cost, host: llm.example.com}, {field: billing.amount, unit: cent}]"

    found = load(environment={"FAREBOX_COST_FIELDS": variable}).cost_fields

    assert found == (CostField(header="x-acme-cost", host="llm.example.com"), OUTSIDE)


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ("{}", "cost_fields[0]: set either `header` or `field`"),
        ("{header: a, field: b}", "cost_fields[0]: set either `header` or `field`"),
        ("{header: 'x cost'}", "cost_fields[0].header: 'x cost' is not a header name"),
        ("{field: usage..cost}", "cost_fields[0].field: 'usage..cost' is not a path"),
        ("{header: x, host: 'box:1'}", "cost_fields[0].host: 'box:1' is not a host"),
        ("{header: x, unit: eur}", "cost_fields[0].unit: 'eur' is not one of its values"),
        ("{headers: x}", "cost_fields[0].headers: there is no such key"),
    ],
)
def test_a_mistake_is_named_by_its_key(field: str, error: str) -> None:
    with pytest.raises(SettingsError, match=f"^FAREBOX_COST_FIELDS: {re.escape(error)}"):
        load(environment={"FAREBOX_COST_FIELDS": f"[{field}]"})
