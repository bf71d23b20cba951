"""The library with which LibreChat calls models, through the real sidecar: each call is one row with exact tokens.

Three ways in: by options that LibreChat gives its clients (`PROXY`), by Node's environment, and by base URLs.
"""

from typing import Any

import pytest

from tests.support.librechat_provider import CACHED, INPUT, OUTPUT
from tests.support.librechat_turns import Played, play

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

USER = "68b0c0ffee0000000000cafe"
ENDPOINTS = {
    "openai": "openai",
    "deepseek": "deepseek",
    "mistral": "mistral",
    "groq": "groq",
    "openrouter": "openrouter",
    "xai": "xai",
    "fireworks": "fireworks",
    "ollama": "ollama",
    "anthropic": "anthropic",
    "google": "gemini",
    "bedrock": "bedrock",
}
# The purpose and the attempt of each call of a turn, in their order.
CHAT, TITLE = ("chat", 1), ("title", 1)
FLOWS = {
    "tools": [CHAT, CHAT],
    "memory": [("memory", 1), ("memory", 1)],
    "subagent": [CHAT, ("subagent", 1), CHAT],
    "summary": [("summary", 1)],
    "label": [CHAT, ("activity_label", 1)],
    "retitled": [CHAT, TITLE],
    "abort": [CHAT],
    "refused": [CHAT],
    "limited": [CHAT, ("chat", 2), ("chat", 3)],
}
TURNS = (*ENDPOINTS, *FLOWS)
# Their clients send none of the headers that join the calls of a turn.
WITHOUT_HEADERS = {"bedrock", "xai"}
# LibreChat's client for xAI ignores `PROXY`; Bedrock signs its own host name, so it has no base URL.
MISSED = {"options": {"xai"}, "environment": set[str](), "routes": {"bedrock"}}


@pytest.fixture(scope="module", params=MISSED)
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def played(way: str, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Every turn, by one way in."""
    turns = tuple(name for name in TURNS if name not in MISSED[way])
    return play(way, turns, tmp_path_factory.mktemp("librechat"))


def tokens(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["input_tokens"], row["cache_read_tokens"], row["output_tokens"], row["usage_source"]


def test_every_turn_ends_well(played: Played) -> None:
    assert {name: error for name, error in played.outcome.items() if error} == {}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_chat_and_its_title_are_a_row_each_with_exact_tokens(way: str, played: Played, name: str) -> None:
    if name in MISSED[way]:
        assert played.of(ENDPOINTS[name]) == []
        return
    rows = played.of(ENDPOINTS[name])
    if name == "openai":
        rows = played.of_turn(name)

    assert [row["streamed"] for row in rows] == [True, False]
    assert [tokens(row) for row in rows] == [(INPUT, CACHED, OUTPUT, "reported")] * 2
    assert {row["outcome"] for row in rows} == {"ok"}


@pytest.mark.parametrize("name", ENDPOINTS)
def test_a_chat_and_its_title_have_their_purposes_and_are_first_attempts(way: str, played: Played, name: str) -> None:
    rows = played.of_turn(name) if name == "openai" else played.of(ENDPOINTS[name])

    assert [(row["purpose"], row["attempt"]) for row in rows] == ([] if name in MISSED[way] else [CHAT, TITLE])


@pytest.mark.parametrize("name", FLOWS)
def test_each_call_of_a_flow_has_its_purpose_and_attempt(played: Played, name: str) -> None:
    rows = played.of_turn(name)

    assert [(row["purpose"], row["attempt"]) for row in rows] == FLOWS[name]


@pytest.mark.parametrize("name", [name for name in TURNS if name not in WITHOUT_HEADERS])
def test_the_calls_of_a_flow_are_one_turn(played: Played, name: str) -> None:
    rows = played.of_turn(name)

    assert played.turns[f"conversation-{name}/message-{name}"] == len(rows) == len(FLOWS.get(name, (CHAT, TITLE)))


@pytest.mark.parametrize("name", [name for name in ENDPOINTS if name not in WITHOUT_HEADERS])
def test_user_conversation_and_message_are_those_of_the_headers(played: Played, name: str) -> None:
    rows = played.of_turn(name)

    seen = {(row["user_id"], row["conversation"], row["message_id"]) for row in rows}
    assert seen == {(USER, f"conversation-{name}", f"message-{name}")}


def test_a_tool_loop_is_a_row_for_each_call(played: Played) -> None:
    rows = played.of_turn("tools")

    assert [row["finish_reason"] for row in rows] == ["tool_calls", "stop"]
    assert {tokens(row) for row in rows} == {(INPUT, CACHED, OUTPUT, "reported")}


def test_a_subagent_is_a_row_between_those_of_its_parent(played: Played) -> None:
    assert [row["finish_reason"] for row in played.of_turn("subagent")] == ["tool_calls", "stop", "stop"]


def test_the_memory_agent_is_a_row_for_each_call(played: Played) -> None:
    rows = played.of_turn("memory")

    assert [row["streamed"] for row in rows] == [False, False]
    assert {tokens(row) for row in rows} == {(INPUT, CACHED, OUTPUT, "reported")}


def test_a_stopped_chat_is_an_abort(played: Played) -> None:
    [row] = played.of_turn("abort")

    assert (row["outcome"], row["status"]) == ("client_abort", 200)
    assert row["usage_source"] == "estimated"


def test_a_refused_key_is_one_row_without_cost(played: Played) -> None:
    [row] = played.of_turn("refused")

    assert (row["status"], row["outcome"], row["cost_status"]) == (401, "http_error", "none")


def test_retries_after_a_rate_limit_are_numbered(played: Played) -> None:
    rows = played.of_turn("limited")

    assert [(row["status"], row["attempt"]) for row in rows] == [(429, 1), (429, 2), (200, 3)]
    assert [row["retry_of"] for row in rows] == [None, rows[0]["id"], rows[0]["id"]]
