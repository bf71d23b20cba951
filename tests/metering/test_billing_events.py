"""Codex states its plan and its windows by an event, where a websocket has no head."""

import json
from typing import Any

import pytest
from farebox.metering.call import call_of
from farebox.metering.meter import Meter
from farebox.records.exchange import Response, request_to
from farebox.records.reading import Reading

from tests.support.answers import STREAM

CODEX = request_to(
    "POST",
    "https://chatgpt.com/backend-api/codex/responses",
    (("authorization", "Bearer eyJ.MADE.x"),),
    b'{"model": "gpt-5.3-codex", "stream": true}',
)
LIMITS = {"primary": {"used_percent": 100, "window_minutes": 300, "reset_after_seconds": 60}}


def read(*events: dict[str, Any]) -> Reading:
    call = call_of(CODEX, call_id="one", started_at=0)
    assert call is not None
    meter = Meter(call, Response(200, STREAM))
    for event in events:
        meter.feed(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode(), 0.1)
    return meter.close(0.2)


@pytest.mark.parametrize(
    ("event", "billing"),
    [
        ({"plan_type": "plus", "rate_limits": LIMITS}, "plan"),
        ({"plan_type": "plus", "rate_limits": LIMITS, "credits": {"has_credits": True}}, "overage"),
        ({"plan_type": "plus", "rate_limits": {"primary": "none"}, "credits": []}, "plan"),
        ({}, "plan"),
    ],
    ids=str,
)
def test_an_event_says_who_pays(event: dict[str, Any], billing: str) -> None:
    reading = read({"type": "codex.rate_limits", **event})

    assert (reading.billing, reading.billing_source, reading.plan) == (billing, "header", "codex")


def test_an_event_states_the_windows() -> None:
    reading = read({"type": "codex.rate_limits", "plan_type": "plus", "rate_limits": LIMITS})

    assert reading.ratelimit == {"utilization_5h_percent": 100, "reset_5h_ms": 60_000}


def test_without_the_event_the_path_says_it() -> None:
    assert read({"type": "response.created"}).billing_source == "path"
