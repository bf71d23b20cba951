"""The program is known by its headers, without its version."""

import pytest
from farebox.attribution.client_app import client_app

AGENTS = {
    "OpenAI/Python 3.26.0": "OpenAI/Python",
    "AsyncOpenAI/Python 1.2": "AsyncOpenAI/Python",
    "Anthropic/JS 0.115.0": "Anthropic/JS",
    "claude-cli/2.1.140 (external, cli)": "Claude Code",
    "codex_cli_rs/0.144.0 (Ubuntu 24.4.0; x86_64)": "Codex",
    "langchainjs-openai/1.0.0 ((node/v24.21.0; linux; x64))": "langchainjs-openai",
    "librechat-azure-openai-v2": "LibreChat",
    "python-requests/2.32": "python-requests",
    "axios/1.15.0": "axios",
    "Mozilla/5.0 (X11; Linux x86_64)": "Mozilla",
    "": None,
    "7f3a": None,
    "agent-sk-proj-abcdefghijklmnop": None,
}


@pytest.mark.parametrize(("agent", "app"), AGENTS.items())
def test_a_user_agent_names_the_program(agent: str, app: str | None) -> None:
    assert client_app({"user-agent": agent}) == app


def test_codex_names_itself_in_a_header_of_its_own() -> None:
    assert client_app({"originator": "codex_cli_rs", "user-agent": "reqwest/0.12"}) == "Codex"


@pytest.mark.parametrize(
    "headers",
    [
        {"x-lc-user-id": "68b0c0ffee0000000000cafe"},
        {"x-librechat-body-parentmessageid": "1"},
        {"x-user": "{{LIBRECHAT_USER_ID}}"},
    ],
    ids=str,
)
def test_librechat_is_known_by_its_headers(headers: dict[str, str]) -> None:
    assert client_app({"user-agent": "node", **headers}) == "LibreChat"
