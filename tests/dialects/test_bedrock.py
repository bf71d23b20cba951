"""Bedrock's paths, heads and errors."""

from typing import Any

import pytest
from farebox.dialects._base import Reply
from farebox.dialects._bedrock import Target, begin, failed, guardrail_usages, policy_units, target
from farebox.records.exchange import Response, request_to
from farebox.wire.documents import Document

HOST = "https://bedrock-runtime.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/model/m/converse", Target("m", "converse")),
        ("POST", "/model/m/converse/", Target("m", "converse")),
        ("POST", "/gateway/model/m/invoke", Target("m", "invoke")),
        ("POST", "/model/us.maker.m-v1%3A0/invoke", Target("us.maker.m-v1:0", "invoke")),
        ("POST", "/model/arn:aws:bedrock:r:1:inference-profile/p/converse-stream", None),
        ("POST", "/model/a%20b/converse", Target(None, "converse")),
        ("POST", "/model//converse", Target(None, "")),
        ("POST", "/models/m/converse", Target(None, "")),
        ("GET", "/model/m/converse", Target(None, "")),
    ],
)
def test_the_path_names_model_and_verb(method: str, path: str, expected: Target | None) -> None:
    arn = Target("arn:aws:bedrock:r:1:inference-profile/p", "converse-stream")

    assert target(request_to(method, HOST + path)) == (expected or arn)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Reply(context={"latency": None})),
        (
            {"x-amzn-errortype": "ThrottlingException:http://internal"},
            Reply(context={"latency": None}, is_error=True, error_type="ThrottlingException"),
        ),
        ({"x-amzn-errortype": "not a word"}, Reply(context={"latency": None}, is_error=True)),
        ({"x-amzn-bedrock-service-tier": "flex"}, Reply(context={"latency": None}, service_tier="flex")),
        ({"x-amzn-bedrock-performanceconfig-latency": "optimized"}, Reply(context={"latency": "optimized"})),
    ],
    ids=str,
)
def test_the_head_names_error_tier_and_latency(headers: dict[str, str], expected: Reply) -> None:
    assert begin(Response(200, tuple(headers.items()))) == expected


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (Document("throttlingException", {}), "throttlingException"),
        (Document("", {"__type": "com.amazon#ValidationException"}), "ValidationException"),
        (Document("", {"__type": "ValidationException"}), "ValidationException"),
        (Document("", {"__type": "two words"}), "before"),
        (Document("", {}), "before"),
        (Document("", None), "before"),
        (Document("modelStreamError", {"__type": "Other"}), "modelStreamError"),
    ],
    ids=str,
)
def test_an_error_keeps_its_kind(document: Document, kind: str) -> None:
    assert failed(Reply(error_type="before"), document) == Reply(error_type=kind, is_error=True)


TRACE = {
    "inputAssessment": {"g": {"invocationMetrics": {"usage": {"topicPolicyUnits": 2, "wordPolicyUnits": 9}}}},
    "outputAssessments": {
        "g": [
            {"invocationMetrics": {"usage": {"topicPolicyUnits": 1, "contextualGroundingPolicyUnits": 4}}},
            {"invocationMetrics": {"usage": {"contentPolicyUnits": 0, "sensitiveInformationPolicyFreeUnits": 5}}},
        ]
    },
}


@pytest.mark.parametrize(
    ("trace", "units"),
    [
        ({}, {}),
        ({"inputAssessment": "odd", "outputAssessments": {"g": ["odd"]}}, {}),
        (TRACE, {"guardrail_topic_units": 3, "guardrail_grounding_units": 4}),
    ],
    ids=["none", "odd", "input and output"],
)
def test_guardrails_are_counted_by_policy_and_words_are_free(trace: Any, units: dict[str, int]) -> None:
    assert policy_units(guardrail_usages(trace)) == units
