"""Who pays by the head of a response."""

import pytest
from farebox.billing.head import codex_payer, named_by_head
from farebox.billing.payer import Payer
from farebox.records.exchange import Response, request_to

Headers = dict[str, str]
PLAN = ("plan", "header", "claude")
OVERAGE = ("overage", "header", "claude")
CODEX = ("plan", "header", "codex")


def named(headers: Headers, *, status: int = 200, asked: Headers | None = None) -> Payer | None:
    request = request_to("POST", "https://api.example.com/v1", tuple((asked or {}).items()))
    return named_by_head(request, Response(status, tuple(headers.items())))


def claude(**stated: str) -> Headers:
    return {f"anthropic-ratelimit-unified-{name.replace('_', '-')}": value for name, value in stated.items()}


@pytest.mark.parametrize(
    "claim",
    [
        *("five_hour", "seven_day", "seven_day_opus", "seven_day_sonnet", "seven_day_oauth_apps", "5h", "7d"),
        *("five_hour_haiku", "7d_opus", "Five_Hour"),
    ],
)
def test_a_window_is_the_plan(claim: str) -> None:
    assert named(claude(status="allowed", representative_claim=claim)) == PLAN


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (claude(representative_claim="overage"), OVERAGE),
        (claude(representative_claim="five_hour", overage_in_use="true"), OVERAGE),
        (claude(overage_in_use="true"), OVERAGE),
        (claude(status="rejected", representative_claim="five_hour", overage_status="allowed"), OVERAGE),
        (claude(status="rejected", representative_claim="seven_day", overage_status="allowed_warning"), OVERAGE),
        (claude(status="rejected", representative_claim="five_hour", overage_status="rejected"), PLAN),
        (claude(status="allowed", representative_claim="five_hour", overage_status="allowed"), PLAN),
        (claude(representative_claim="five_hour", overage_in_use="false"), PLAN),
        ({"anthropic-ratelimit-unified-5h-utilization": "0.12"}, PLAN),
        ({"anthropic-ratelimit-unified-7d_opus-reset": "1790000000"}, PLAN),
        (claude(representative_claim="a_word_of_later"), None),
        (claude(status="allowed"), None),
        ({"anthropic-ratelimit-requests-remaining": "3999"}, None),
    ],
    ids=str,
)
def test_what_anthropic_states_of_a_login(headers: Headers, expected: Payer | None) -> None:
    assert named(headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-codex-plan-type": "plus"}, CODEX),
        ({"x-codex-plan-type": "enterprise", "x-codex-primary-used-percent": "99.9"}, CODEX),
        ({"x-codex-primary-used-percent": "12"}, CODEX),
        ({"x-codex-bengalfox-primary-used-percent": "12"}, CODEX),
        ({"x-codex-primary-used-percent": "100", "x-codex-credits-has-credits": "False"}, CODEX),
        ({"x-codex-primary-used-percent": "12", "x-codex-credits-has-credits": "True"}, CODEX),
        ({"x-codex-plan-type": "free"}, ("free_tier", "header", "codex")),
        (
            {"x-codex-secondary-used-percent": "100.0", "x-codex-credits-has-credits": "True"},
            ("overage", "header", "codex"),
        ),
        ({"x-codex-primary-used-percent": "100", "x-codex-credits-unlimited": "true"}, ("overage", "header", "codex")),
        ({"x-codex-primary-used-percent": "many"}, CODEX),
        ({"x-codex-turn-state": "x"}, None),
    ],
    ids=str,
)
def test_what_codex_states(headers: Headers, expected: Payer | None) -> None:
    assert named(headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"fireworks-deployment": "accounts/me/deployments/abc123"}, ("provisioned", "header", None)),
        ({"fireworks-deployment": "accounts/fireworks/deployments/shared"}, None),
        ({"azure-openai-deployment-utilization": "41.2%"}, ("provisioned", "header", None)),
        (
            {"azure-openai-deployment-utilization": "100%", "x-ms-spillover-from-deployment": "ptu"},
            ("overage", "header", None),
        ),
        ({"content-type": "application/json"}, None),
    ],
    ids=str,
)
def test_what_a_deployment_states(headers: Headers, expected: Payer | None) -> None:
    assert named(headers) == expected


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [("dedicated", 200, "provisioned"), ("shared", 200, "metered"), ("dedicated", 429, None), ("other", 200, None)],
)
def test_vertex_is_asked_for_reserved_capacity(kind: str, status: int, expected: str | None) -> None:
    found = named({}, status=status, asked={"x-vertex-ai-llm-request-type": kind})

    assert (found.billing if found else None) == expected


def test_an_event_of_codex_says_the_same_as_its_head() -> None:
    assert codex_payer("pro", 100, has_credits=True).billing == "overage"
    assert codex_payer("pro", 100, has_credits=False) == CODEX
