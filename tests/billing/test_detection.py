"""The strongest evidence says who pays."""

from itertools import pairwise
from typing import Any

import pytest
from farebox.billing.detection import Evidence, payer_of
from farebox.billing.payer import SOURCES, Payer
from farebox.providers.table import provider_of
from farebox.records.exchange import Response, request_to
from hypothesis import given
from hypothesis import strategies as st

CLAIMS = {
    None: None,
    "five_hour": Payer("plan", "header", "claude"),
    "seven_day_opus": Payer("plan", "header", "claude"),
    "overage": Payer("overage", "header", "claude"),
    "unheard_of": None,
}
USAGES: dict[str, tuple[dict[str, Any], Payer | None]] = {
    "{}": ({}, None),
    "byok": ({"is_byok": True}, Payer("byok", "answer")),
    "reserved": ({"trafficType": "PROVISIONED_THROUGHPUT"}, Payer("provisioned", "answer")),
}
KEYS = {
    None: None,
    "sk-proj-MADE": None,
    "sk-ant-oat01-MADE": Payer("plan", "key_kind", "claude"),
    "sk-cp-MADE": Payer("plan", "key_kind", "minimax_coding"),
    "sk-kimi-MADE": Payer("plan", "key_kind", "kimi_coding"),
}
URLS = {
    "https://api.openai.com/v1/chat/completions": None,
    "https://api.z.ai/api/coding/paas/v4/chat/completions": Payer("plan", "path", "zai_coding"),
    "https://coding.dashscope.aliyuncs.com/v1/chat/completions": Payer("plan", "host", "dashscope_coding"),
    "https://llm.example/v1/chat/completions": None,
}


def found(claim: str | None, usage: dict[str, Any], key: str | None, url: str) -> Payer:
    request = request_to("POST", url, (("authorization", f"Bearer {key}"),) if key else ())
    headers = (("anthropic-ratelimit-unified-representative-claim", claim),) if claim else ()
    provider = provider_of(request.host)
    return payer_of(Evidence(request, Response(200, headers), provider.name if provider else "unknown", usage=usage))


@given(*(st.sampled_from(list(table)) for table in (CLAIMS, USAGES, KEYS, URLS)))
def test_the_first_that_says_anything_counts(claim: Any, usage: str, key: Any, url: str) -> None:
    sent, by_answer = USAGES[usage]
    stated = next(filter(None, (CLAIMS[claim], by_answer, KEYS[key], URLS[url])), None)

    payer = found(claim, sent, key, url)

    if stated is not None:
        assert payer == stated
    else:
        assert payer.is_assumed


@pytest.mark.parametrize(
    ("key", "url", "expected"),
    [
        ("sk-proj-MADE", "https://api.openai.com/v1/chat/completions", ("metered", "key_kind", None)),
        (None, "https://api.openai.com/v1/chat/completions", ("metered", "host", None)),
        ("eyJ.MADE.x", "https://api.openai.com/v1/chat/completions", ("metered", "host", None)),
        ("sk-proj-MADE", "https://llm.example/v1/chat/completions", ("unknown", None, None)),
        (None, "http://localhost:11434/v1/chat/completions", ("unknown", None, None)),
    ],
)
def test_without_evidence_calls_are_metered_where_they_are_sold(key: str | None, url: str, expected: Payer) -> None:
    assert found(None, {}, key, url) == expected


def test_the_sources_stand_in_the_order_of_their_strength() -> None:
    order = [by("five_hour", True, "sk-cp-MADE", "z"), by(None, True, "sk-cp-MADE", "z")]
    order += [by(None, False, "sk-cp-MADE", "z"), by(None, False, None, "z"), by(None, False, None, "dashscope")]

    places = [SOURCES.index(source or "") for source in order]

    assert all(one < other for one, other in pairwise(places))


def by(claim: str | None, byok: Any, key: str | None, host: str) -> str | None:
    url = next(url for url in URLS if host in url and "coding" in url)
    return found(claim, {"is_byok": True} if byok else {}, key, url).billing_source
