"""Who made a call: headers of the settings before known ones, these before the body; a placeholder is nobody."""

from typing import Any

import pytest
from farebox.attribution.attributor import Attributor
from farebox.attribution.key import fingerprint_of
from farebox.attribution.lines import HeaderMap
from farebox.attribution.sources import COLUMNS, HEADERS
from farebox.records.exchange import request_to
from hypothesis import given

from tests.support.names import NAMES, invisible

URL = "https://api.openai.com/v1/chat/completions"
SALT = b"salt"
TRACE = "1ea1b8b638f26a72ecafe395af6eeaf6"


def caller(sent: dict[str, str], body: dict[str, Any] | None = None, **options: Any) -> dict[str, str]:
    request = request_to("POST", options.pop("url", URL), tuple(sent.items()))
    return Attributor(**options).caller(request, body or {}, "10.0.0.7")


def test_a_call_of_librechat_is_attributed() -> None:
    headers = {
        "authorization": "Bearer sk-proj-abcdefghijklmnop",
        "user-agent": "CustomOpenAIClient/JS 6.49.0",
        "x-lc-user-id": "68b0c0ffee0000000000cafe",
        "x-lc-user-email": "ann@example.com",
        "x-lc-conversation-id": "c1",
        "x-lc-message-id": "m1",
        "x-lc-agent-id": "agent_1",
        "traceparent": f"00-{TRACE}-30d9b308360f803a-01",
    }

    assert caller(headers, {"user": "other"}, hmac_key=SALT) == {
        "user_id": "68b0c0ffee0000000000cafe",
        "conversation": "c1",
        "message_id": "m1",
        "agent_id": "agent_1",
        "trace": TRACE,
        "client_app": "LibreChat",
        "client_addr": "10.0.0.7",
        "key_fingerprint": fingerprint_of(SALT, "sk-proj-abcdefghijklmnop"),
    }


@pytest.mark.parametrize("value", ["{{LIBRECHAT_USER_ID}}", "", "b64:e3tMSUJSRUNIQVRfVVNFUl9JRH19"])
def test_behind_a_value_that_is_absent_the_next_source_counts(value: str) -> None:
    assert caller({"x-lc-user-id": value, "x-user-id": "u1"})["user_id"] == "u1"
    assert caller({"x-lc-user-id": value}, {"user": "u2"})["user_id"] == "u2"
    assert "user_id" not in caller({"x-lc-user-id": value})


def test_a_placeholder_within_json_is_absent_too() -> None:
    headers = {"cf-aig-metadata": '{"user_email": "{{LIBRECHAT_USER_EMAIL}}", "team": "research"}'}

    found = caller(headers)

    assert "user_id" not in found
    assert found["team"] == "research"


def test_a_member_of_a_json_header_is_the_user() -> None:
    assert caller({"cf-aig-metadata": '{"user_email": "ann@example.com"}'})["user_id"] == "ann@example.com"


def test_headers_of_the_settings_come_first() -> None:
    settings = HeaderMap(user_id=("X-Employee", "x-facts.employee"), team=("x-facts.unit",), trace=("x-run",))
    headers = {"x-facts": '{"employee": 7, "unit": "Blue Team"}', "x-user-id": "u1", "x-run": "run-1"}

    found = caller(headers, headers=settings)

    assert (found["user_id"], found["team"], found["trace"]) == ("7", "Blue Team", "run-1")


def test_the_first_of_several_values_counts() -> None:
    request = request_to("POST", URL, (("x-user-id", "u1"), ("x-user-id", "u2")))

    assert Attributor().caller(request, {})["user_id"] == "u1"


def test_claude_code_and_codex_name_session_and_agent() -> None:
    code = {"x-claude-code-session-id": "s1", "x-claude-code-agent-id": "a1", "user-agent": "claude-cli/2.1.140"}
    codex = {
        "session-id": "s2",
        "thread-id": "t2",
        "x-openai-subagent": "review",
        "originator": "codex_cli_rs",
        "x-codex-turn-metadata": '{"turn_id": "turn-1"}',
    }

    assert caller(code) == {
        "conversation": "s1",
        "agent_id": "a1",
        "client_app": "Claude Code",
        "client_addr": "10.0.0.7",
    }
    assert caller(codex) == {
        "conversation": "s2",
        "message_id": "turn-1",
        "agent_id": "review",
        "client_app": "Codex",
        "client_addr": "10.0.0.7",
    }


def test_unknown_headers_and_cookies_state_nothing() -> None:
    assert caller({"x-secret-plan": "p", "cookie": "user=ann", "authorization": "Bearer k"}) == {
        "client_addr": "10.0.0.7"
    }


def test_a_key_in_the_query_has_a_fingerprint() -> None:
    found = caller({}, url=f"{URL}?key=AIzaSyabcdefghijkl", hmac_key=SALT)

    assert found["key_fingerprint"] == fingerprint_of(SALT, "AIzaSyabcdefghijkl")


@given(NAMES)
def test_no_text_of_a_client_leaves_characters_that_nobody_sees(text: str) -> None:
    plain = [entry for column in COLUMNS for entry in HEADERS[column] if "." not in entry]
    names = [*plain, "user-agent", "originator", "traceparent", "b3"]
    bodies: list[dict[str, Any]] = [
        {"user": text},
        {"metadata": {"user_id": text}, "conversation": {"id": text}},
        {"safety_identifier": text},
    ]

    assert not invisible([caller({name: text}) for name in names])
    assert not invisible([caller({}, body) for body in bodies])
