"""What an answer comes to: totals that are the sum of their parts, units once, words that set a price."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from farebox.dialects._base import Reply
from farebox.dialects._shares import numbered
from farebox.metering.bill import bill
from farebox.metering.call import call_of
from farebox.records.exchange import Response, request_to
from farebox.records.params import params_of
from farebox.records.usage import Part, Usage

from tests.support.answers import call

CHAT = call()
OK = Response(200)
SENT = {"prompt_tokens": 10, "completion_tokens": 5}


def test_the_totals_are_the_sum_of_the_parts() -> None:
    parts = numbered(Part(Usage(input_tokens=3, output_tokens=1)), Part(Usage(input_tokens=4), "other"))
    told = bill(CHAT, OK, Reply(usage=SENT, parts=parts))

    assert told.usage == Usage(input_tokens=7, output_tokens=1)
    assert told.parts == list(parts.values())


def test_what_is_counted_beside_the_parts_is_in_the_first() -> None:
    parts = numbered(Part(Usage(input_tokens=3)), Part(Usage(input_tokens=4), "other"))
    told = bill(CHAT, OK, Reply(parts=parts, seen=frozenset({("images", "1"), ("images", "2")})))

    assert told.parts is not None
    assert told.parts[0].usage == Usage(input_tokens=3, units={"images": 2})
    assert told.usage == Usage(input_tokens=7, units={"images": 2})


def test_without_parts_the_usage_is_the_providers() -> None:
    told = bill(CHAT, OK, Reply(usage=SENT, seen=frozenset({("pages", "1")}), units={"images": 3}))

    assert told == (Usage(input_tokens=10, output_tokens=5, units={"pages": 1, "images": 3}), None, None, None)


USED = frozenset({("web_search_requests", "srvtoolu_1"), ("web_search_requests", "srvtoolu_2")})


@pytest.mark.parametrize(
    ("stated", "seen", "units", "doubts"),
    [
        (2, USED, 2, None),
        (0, USED, 2, ["parts_not_explained"]),
        (4, USED, 4, ["parts_not_explained"]),
        (2, frozenset(), 2, None),
    ],
)
def test_searches_that_the_usage_counts_are_those_that_the_response_shows(
    stated: int, seen: frozenset[tuple[str, str]], units: int, doubts: list[str] | None
) -> None:
    sent = {"input_tokens": 9, "output_tokens": 5, "server_tool_use": {"web_search_requests": stated}}
    told = bill(call("https://api.anthropic.com/v1/messages"), OK, Reply(usage=sent, seen=seen))

    assert (told.usage.units, told.doubts) == ({"web_search_requests": units}, doubts)


@pytest.mark.parametrize(
    ("status", "reply", "units"),
    [
        (200, Reply(), {"images": 2}),
        (200, Reply(is_error=True), None),
        (429, Reply(), None),
        (200, Reply(units={"images": 1}), {"images": 1}),
    ],
    ids=["silent", "error in the stream", "refused", "told"],
)
def test_the_units_asked_for_are_billed_if_an_answer_tells_none(
    status: int, reply: Reply, units: dict[str, int] | None
) -> None:
    asked = replace(CHAT, asked=msgspec.structs.replace(CHAT.asked, units={"images": 2}))

    assert bill(asked, Response(status), reply).usage.units == units


def test_a_rule_for_the_maker_s_models_sees_what_was_sent() -> None:
    sent = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 22,
        "completion_tokens_details": {"reasoning_tokens": 7},
    }

    assert bill(CHAT, OK, Reply(usage=sent, model="grok-4")).usage.output_tokens == 12


def test_what_was_served_goes_before_what_was_asked_for() -> None:
    asked = replace(CHAT, asked=msgspec.structs.replace(CHAT.asked, context={"quality": "high", "size": "auto"}))

    told = bill(asked, OK, Reply(usage=SENT, context={"size": "1024x1024"}))

    assert told.price_context == {"quality": "high", "size": "1024x1024"}


@pytest.mark.parametrize(
    ("params", "served", "doubts"),
    [
        ({"service_tier": "priority"}, None, ["service_tier_not_told"]),
        ({"serviceTier": "FLEX"}, None, ["service_tier_not_told"]),
        ({"serviceTier": {"type": "priority"}}, None, ["service_tier_not_told"]),
        ({"service_tier": "priority"}, "priority", None),
        ({"service_tier": "priority"}, "default", None),
        ({"service_tier": "auto"}, None, None),
        ({"service_tier": 1}, None, None),
        ({}, None, None),
    ],
    ids=str,
)
def test_a_tier_that_the_answer_does_not_confirm_is_doubted(
    params: dict[str, Any], served: str | None, doubts: list[str] | None
) -> None:
    call = replace(CHAT, asked=msgspec.structs.replace(CHAT.asked, params=params_of(params)))

    assert bill(call, OK, Reply(usage=SENT, service_tier=served)).doubts == doubts


def test_a_tier_that_a_header_asks_for_is_doubted_too() -> None:
    url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1:0/invoke"
    request = request_to("POST", url, (("x-amzn-bedrock-service-tier", "flex"),), b"{}")
    asked = call_of(request, call_id="1", started_at=0)
    assert asked is not None

    assert bill(asked, OK, Reply(usage=SENT)).doubts == ["service_tier_not_told"]
