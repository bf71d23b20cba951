"""A parameter is dropped on the evidence of answers alone."""

from datetime import UTC, datetime
from typing import Any

import pytest
from farebox.analysis.params import documented, param_uses, to_drop

AT = datetime(2026, 11, 2, tzinfo=UTC)


def call(params: str = "", status: int = 200, error_param: str | None = None, **values: Any) -> dict[str, Any]:
    return {
        "host": "api.mistral.ai",
        "provider": "mistral",
        "dialect": "openai_chat",
        "model_requested": "mistral-small",
        "model_returned": None,
        "status": status,
        "params": dict.fromkeys(params.split(), 1) or None,
        "error_param": error_param,
        "started_at": AT,
        **values,
    }


def test_sent_succeeded_and_refused_are_counted() -> None:
    calls = [call("user stop"), call("user", 422, "user"), call("user", 500), call("user", 429), call()]

    [user, stop] = param_uses(calls)

    assert (user.param, user.sent, user.answered, user.refused, user.last_refused) == ("user", 4, 1, 1, AT)
    assert (stop.param, stop.sent, stop.answered, stop.refused) == ("stop", 1, 1, 0)


@pytest.mark.parametrize(
    ("calls", "expected"),
    [
        ([call("user", 422, "user"), call("user", 422, "user")], ["user"]),
        ([call("user", 400, "user")], ["user"]),
        ([call("user", 422, "user"), call("user")], []),
        ([call("user", 404, "user")], []),
        ([call("user", 422)], []),
        ([call("", 400, "messages[0].content")], []),
        ([call("reasoning.effort", 400, "reasoning.effort")], ["reasoning"]),
        ([call("", 400, "top_k")], ["top_k"]),
    ],
    ids=[
        "always refused",
        "a 400",
        "sometimes taken",
        "not a refusal",
        "not named",
        "a request needs it",
        "a member",
        "named, though not among the known ones",
    ],
)
def test_only_what_was_named_and_never_taken_is_dropped(calls: list[dict[str, Any]], expected: list[str]) -> None:
    assert [param for one in to_drop(param_uses(calls)) for param in one.params] == expected


def test_a_model_of_the_same_host_that_takes_it_is_named() -> None:
    [one] = to_drop(param_uses([call("user", 422, "user"), call("user", model_requested="mistral-large")]))

    assert (one.host, one.params, one.accepted_by) == ("api.mistral.ai", ["user"], {"user": ["mistral-large"]})


@pytest.mark.parametrize(
    ("provider", "dialect", "model", "param", "expected"),
    [
        ("deepseek", "openai_chat", "deepseek-reasoner", "temperature", True),
        ("deepseek", "openai_chat", "deepseek-chat", "temperature", False),
        ("deepseek", "openai_chat", "deepseek-reasoner", "max_tokens", False),
        ("anthropic", "openai_chat", "claude-sonnet-4-5", "seed", True),
        ("anthropic", "anthropic_messages", "claude-sonnet-4-5", "seed", False),
        ("openai", "openai_chat", None, "seed", False),
    ],
)
def test_what_a_provider_ignores_has_a_source(
    provider: str, dialect: str, model: str | None, param: str, expected: bool
) -> None:
    found = documented(provider, dialect, model, param)

    assert (found is not None) is expected
    assert found is None or (found.source.startswith("https://") and found.read.year >= 2026)
