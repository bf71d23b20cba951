"""A refused call gets the provider's own form of an error, so that its SDK and its UI show the reason."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from farebox.budgets.decisions import refusal_of
from farebox.budgets.error_forms import body_of, headers_of
from farebox.dialects import DIALECTS

from tests.support.budgets import budget

REFUSAL = refusal_of(budget(), [""], datetime(2026, 12, 1, tzinfo=UTC))
MESSAGE = "The budget 'office' (100 USD, month) is used up, so farebox refused this call."
CODE = "farebox_budget_exceeded"


@pytest.mark.parametrize(
    ("dialect", "path", "value"),
    [
        ("openai_chat", ("error", "code"), CODE),
        ("openai_chat", ("error", "message"), MESSAGE),
        ("openai_responses", ("error", "code"), CODE),
        ("anthropic_messages", ("error", "type"), "rate_limit_error"),
        ("anthropic_messages", ("error", "code"), CODE),
        ("gemini_generate", ("error", "status"), "RESOURCE_EXHAUSTED"),
        ("gemini_generate", ("error", "code"), 429),
        ("gemini_generate", ("error", "details", 0, "reason"), CODE.upper()),
        ("vertex_predict", ("error", "details", 1, "retryDelay"), "90s"),
        ("bedrock_converse", ("message",), MESSAGE),
        ("ollama_chat", ("error",), MESSAGE),
        ("ollama_chat", ("code",), CODE),
        ("cohere_chat", ("message",), MESSAGE),
    ],
)
def test_the_form_is_that_of_the_api(dialect: str, path: tuple[Any, ...], value: object) -> None:
    found = json.loads(body_of(dialect, REFUSAL, 90))
    for step in path:
        found = found[step]

    assert found == value


@pytest.mark.parametrize("dialect", [dialect.name for dialect in DIALECTS])
def test_every_api_states_code_and_message_somewhere(dialect: str) -> None:
    body = body_of(dialect, REFUSAL, 90).decode()

    assert MESSAGE in body
    assert CODE in body.lower()


def test_the_headers_say_when_to_try_again_and_that_it_is_not_worth_it_before() -> None:
    assert headers_of("openai_chat", 90).items() >= {("retry-after", "90"), ("x-should-retry", "false")}
    assert headers_of("bedrock_invoke", 90)["x-amzn-errortype"] == "ThrottlingException"
