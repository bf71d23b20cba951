"""A gateway says that an answer comes from its own cache, and which of its options answered."""

import pytest
from farebox.metering.gateway import fallbacks, is_cache_hit
from farebox.records.exchange import Response


@pytest.mark.parametrize(
    ("headers", "is_hit"),
    [
        ({}, False),
        ({"x-litellm-cache-key": "d606"}, True),
        ({"x-litellm-cache-key": "d606", "x-litellm-response-cost": "0.0001"}, False),
        ({"x-litellm-response-cost": "0.0001"}, False),
        ({"cf-aig-cache-status": "HIT"}, True),
        ({"cf-aig-cache-status": "MISS"}, False),
        ({"helicone-cache": "HIT"}, True),
        ({"x-portkey-cache-status": "SEMANTIC HIT"}, True),
        ({"x-portkey-cache-status": "DISABLED"}, False),
        ({"x-cache-status": "Hit", "server": "kong/3.11.0"}, True),
        ({"x-cache-status": "Hit", "via": "1.1 kong/3.11.0"}, True),
        ({"x-cache-status": "Hit", "x-kong-request-id": "d606"}, True),
        ({"x-cache-status": "Bypass", "server": "kong/3.11.0"}, False),
        ({"x-cache-status": "HIT", "server": "cloudflare"}, False),
        ({"x-tfy-cache-status": "hit"}, True),
        ({"x-litellm-cache-hit": "True"}, True),
        ({"x-litellm-cache-hit": "False"}, False),
    ],
    ids=str,
)
def test_the_head_tells_a_hit(headers: dict[str, str], is_hit: bool) -> None:
    assert is_cache_hit(Response(200, tuple(headers.items()))) is is_hit


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, {}),
        ({"x-litellm-attempted-fallbacks": "0"}, {}),
        ({"x-litellm-attempted-fallbacks": "1"}, {"gateway_fallbacks": "1"}),
        ({"x-litellm-attempted-fallbacks": "many"}, {}),
        ({"x-portkey-last-used-option-index": "config.targets[1]"}, {"gateway_option": "1"}),
        ({"x-portkey-last-used-option-index": "config.targets[0].targets[12]"}, {"gateway_option": "0.12"}),
        ({"x-portkey-last-used-option-index": "config"}, {}),
    ],
    ids=str,
)
def test_the_head_tells_which_option_answered(headers: dict[str, str], expected: dict[str, str]) -> None:
    assert fallbacks(Response(200, tuple(headers.items()))) == expected
