"""What the path and host of a request say about who pays."""

import pytest
from farebox.billing.places import PLACES, is_sold_by_the_call, named_by_place
from farebox.billing.plans import PROVIDERS
from farebox.providers.table import BY_NAME, provider_of
from farebox.records.exchange import request_to

ARN = "arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3A"
BEDROCK = "https://bedrock-runtime.eu-west-1.amazonaws.com/model"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://chatgpt.com/backend-api/codex/responses", ("plan", "path", "codex")),
        ("https://api.openai.com/v1/responses", None),
        ("https://cloudcode-pa.googleapis.com/v1internal:generateContent", ("plan", "host", "code_assist")),
        (
            "https://daily-cloudcode-pa.sandbox.googleapis.com/v1internal:generateContent",
            ("plan", "host", "code_assist"),
        ),
        ("https://generativelanguage.googleapis.com/v1beta/models/m:generateContent", None),
        ("https://api.z.ai/api/coding/paas/v4/chat/completions", ("plan", "path", "zai_coding")),
        ("https://api.z.ai/api/paas/v4/chat/completions", None),
        ("https://open.bigmodel.cn/api/coding/paas/v4/chat/completions", ("plan", "path", "zai_coding")),
        ("https://api.kimi.com/coding/v1/chat/completions", ("plan", "path", "kimi_coding")),
        ("https://api.kimi.com/coding/v1/messages", ("plan", "path", "kimi_coding")),
        ("https://api.moonshot.ai/v1/chat/completions", None),
        ("https://coding.dashscope.aliyuncs.com/v1/chat/completions", ("plan", "host", "dashscope_coding")),
        ("https://coding-intl.dashscope.aliyuncs.com/apps/anthropic/v1/messages", ("plan", "host", "dashscope_coding")),
        ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions", None),
        ("https://opencode.ai/zen/go/v1/chat/completions", ("plan", "path", "opencode_go")),
        ("https://opencode.ai/zen/v1/chat/completions", ("metered", "path", None)),
        (f"{BEDROCK}/{ARN}provisioned-model%2Fabc/converse", ("provisioned", "path", None)),
        (f"{BEDROCK}/{ARN}imported-model%2Fabc/invoke", ("provisioned", "path", None)),
        (f"{BEDROCK}/{ARN}inference-profile%2Fabc/invoke", None),
        ("https://x.eu.endpoints.huggingface.cloud/v1/chat/completions", ("provisioned", "host", None)),
        ("https://api.z.ai.evil.example/api/coding/paas/v4/chat/completions", None),
    ],
)
def test_the_more_specific_place_counts(url: str, expected: tuple[str, str, str | None] | None) -> None:
    request = request_to("POST", url)
    provider = provider_of(request.host)

    assert named_by_place(request, provider.name if provider else "unknown", None) == expected


def test_a_path_counts_at_a_host_that_the_user_names_for_the_provider() -> None:
    request = request_to("POST", "https://llm.example/api/coding/paas/v4/chat/completions")

    assert named_by_place(request, "zai", None) == ("plan", "path", "zai_coding")
    assert named_by_place(request, "unknown", None) is None


@pytest.mark.parametrize(
    ("model", "is_deployed"),
    [
        ("accounts/me/deployedModels/deepseek-v3p1-abc", True),
        ("accounts/fireworks/models/deepseek-v3p1#accounts/me/deployments/abc", True),
        ("accounts/me/deployments/abc", True),
        ("accounts/fireworks/models/deepseek-v3p1", False),
    ],
)
def test_the_name_of_a_deployment_at_fireworks_is_reserved_capacity(model: str, *, is_deployed: bool) -> None:
    request = request_to("POST", "https://api.fireworks.ai/inference/v1/chat/completions")

    assert (named_by_place(request, "fireworks", model) is not None) == is_deployed


def test_servers_of_one_s_own_sell_nothing() -> None:
    assert [is_sold_by_the_call(name) for name in ("openai", "ollama", "unknown")] == [True, False, False]


def test_places_and_plans_name_providers_of_the_table() -> None:
    named = {place.provider for place in PLACES} | {name for names in PROVIDERS.values() for name in names}

    assert named <= BY_NAME.keys()
    assert {place.payer.plan for place in PLACES if place.payer.plan} <= PROVIDERS.keys()
