"""A gateway says that an answer comes from its own cache."""

import pytest
from farebox.metering.gateway import is_cache_hit
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
    ],
    ids=str,
)
def test_the_head_tells_a_hit(headers: dict[str, str], is_hit: bool) -> None:
    assert is_cache_hit(Response(200, tuple(headers.items()))) is is_hit
