"""`make plan-clients`: run the command lines that people pay for by plan or by key, and check who their calls say pays.

Claude Code, Codex, Gemini's and opencode's command lines come from npm, which takes 1 GB, and talk to a stand-in for
their providers. Each of the first three runs twice: with a key, and with a login of a subscription.
"""

import base64
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.node import NODE, npm
from tests.support.sidecar import Sidecar, clean_environment, redirected
from tests.support.upstream import Asked, Step, Upstream, plain, stream
from tests.support.watcher import run

# Later versions of Codex ask for more of an account than this stand-in has.
PACKAGES = (
    "@anthropic-ai/claude-code@2.1.197",
    "@openai/codex@0.63.0",
    "@google/gemini-cli@0.61.0",
    "opencode-ai@1.18.33",
)
HOSTS = (
    *("api.anthropic.com", "api.openai.com", "chatgpt.com", "generativelanguage.googleapis.com"),
    *("cloudcode-pa.googleapis.com", "models.dev", "opencode.ai"),
)
KEYS = {"anthropic": f"sk-ant-api03-{'a' * 40}", "openai": f"sk-proj-{'a' * 40}", "google": f"AIza{'a' * 35}"}
_SECONDS = 120


@dataclass(frozen=True)
class Run:
    """One command line, the variables that it gets beside the proxy's, and what its rows say of who pays."""

    name: str
    command: tuple[str, ...]
    wanted: tuple[str | None, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    calls: int = 1


def _zen(path: str) -> dict[str, str]:
    """Return the variable that adds opencode's own gateway, at `path`, to its providers."""
    options = {"baseURL": f"https://opencode.ai/{path}", "apiKey": f"sk-{'a' * 40}"}
    zen = {"npm": "@ai-sdk/openai-compatible", "options": options, "models": {"glm-4.6": {"name": "GLM 4.6"}}}
    return {"OPENCODE_CONFIG_CONTENT": json.dumps({"provider": {"zen": zen}})}


_CLAUDE = ("@anthropic-ai/claude-code-linux-x64/claude", "-p", "hi")
_CODEX = (".bin/codex", "exec", "--skip-git-repo-check", "hi")
_GEMINI = (".bin/gemini", "--skip-trust", "-m", "gemini-2.5-flash", "-p", "hi")
_OPENCODE = ("opencode-linux-x64/bin/opencode", "run", "-m", "anthropic/claude-sonnet-4-5", "hi")
_ZEN = ("opencode-linux-x64/bin/opencode", "run", "-m", "zen/glm-4.6", "hi")
_METERED = ("metered", "key_kind", None, "api", "priced")
RUNS = (
    Run("Claude Code, key", _CLAUDE, _METERED, {"ANTHROPIC_API_KEY": KEYS["anthropic"]}),
    Run(
        "Claude Code, login",
        _CLAUDE,
        ("plan", "key_kind", "claude", "oauth", "included"),
        {"CLAUDE_CODE_OAUTH_TOKEN": f"sk-ant-oat01-{'a' * 40}"},
    ),
    Run("Codex, key", _CODEX, _METERED, {"CODEX_API_KEY": KEYS["openai"]}),
    Run("Codex, login", _CODEX, ("plan", "path", "codex", "oauth", "included")),
    Run("Gemini, key", _GEMINI, _METERED, {"GEMINI_API_KEY": KEYS["google"]}),
    Run(
        "Gemini, login",
        _GEMINI,
        ("plan", "host", "code_assist", "oauth", "included"),
        {"GOOGLE_GENAI_USE_GCA": "true", "GOOGLE_CLOUD_ACCESS_TOKEN": "ya29.made-up"},
    ),
    # Another call is for the title.
    Run("opencode, key", _OPENCODE, _METERED, {"ANTHROPIC_API_KEY": KEYS["anthropic"]}, calls=2),
    Run("opencode Zen, key", _ZEN, ("metered", "path", None, "api", "unpriced"), _zen("zen/v1"), calls=2),
    Run("opencode Go, key", _ZEN, ("plan", "path", "opencode_go", "api", "included"), _zen("zen/go/v1"), calls=2),
)
_COLUMNS = ("billing", "billing_source", "plan", "key_kind", "cost_status")


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "package.json").write_text('{"private": true}')
        done = npm(folder, "install", *PACKAGES)
        assert done.returncode == 0, done.stderr
        return 1 if [name for name, problem in _played(folder) if problem] else 0


def _played(folder: Path) -> Iterator[tuple[str, str]]:
    """Play each run against a stand-in of its provider and a sidecar of its own; yield what is wrong with its rows."""
    with Upstream(answer, hosts=HOSTS) as provider:
        for number, one in enumerate(RUNS):
            home = folder / f"home-{number}"
            home.mkdir()
            with Sidecar(folder / f"sidecar-{number}", *redirected(provider, folder)) as sidecar:
                done = run(
                    [folder / "node_modules" / one.command[0], *one.command[1:]],
                    env={**_environment(sidecar, home), **one.environment},
                    cwd=home,
                    timeout=_SECONDS,
                )
                rows = sidecar.rows(one.calls)
            found = {tuple(row[name] for name in _COLUMNS) for row in rows}
            problem = "" if done.returncode == 0 and found == {one.wanted} else f"{found} {done.stdout} {done.stderr}"
            print(f"{one.name}: {len(rows)} calls, {problem or 'as it pays: ' + str(one.wanted)}", flush=True)
            yield one.name, problem


def _environment(sidecar: Sidecar, home: Path) -> dict[str, str]:
    login = home / ".codex" / "auth.json"
    login.parent.mkdir()
    login.write_text(json.dumps(_login()))
    trust = dict.fromkeys(("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "CODEX_CA_CERTIFICATE"), str(sidecar.ca))
    quiet = dict.fromkeys(("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "DISABLE_AUTOUPDATER", "CI", "NO_COLOR"), "1")
    path = f"{NODE.parent}:{clean_environment().get('PATH', '')}"
    return {**clean_environment(), **trust, **quiet, "HOME": str(home), "PATH": path, "HTTPS_PROXY": sidecar.proxy}


def _login() -> dict[str, object]:
    """Return the file of a login to ChatGPT, with a token that nobody signed."""
    account = {"chatgpt_plan_type": "plus", "chatgpt_account_id": "a", "chatgpt_user_id": "u"}
    claims = {"exp": int(time.time()) + 86_400, "https://api.openai.com/auth": account}
    token = ".".join((_encoded({"alg": "none"}), _encoded(claims), "c2ln"))
    tokens = {"id_token": token, "access_token": token, "refresh_token": "r", "account_id": "a"}
    return {
        "auth_mode": "chatgpt",
        "tokens": tokens,
        "last_refresh": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def _encoded(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def answer(asked: Asked) -> list[Step]:
    """Answer each provider's call with "Hello.", and anything else with an empty object."""
    if asked.headers.get("upgrade"):
        return [b"HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n"]
    target = asked.target.partition("?")[0]
    events = next((events for ending, events in _ANSWERS.items() if target.endswith(ending)), None)
    if events is not None:
        return _events([{"response": one} for one in events] if "v1internal" in target else events)
    if target.endswith(":loadCodeAssist"):
        return plain(json.dumps({"currentTier": {"id": "free-tier"}, "cloudaicompanionProject": "p"}).encode())
    return plain(b"{}")


def _events(events: list[dict[str, object]]) -> list[Step]:
    named = (f"event: {one['type']}\n" if "type" in one else "" for one in events)
    return stream([f"{name}data: {json.dumps(one)}\n\n".encode() for name, one in zip(named, events, strict=True)])


_MESSAGE: dict[str, object] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "content": [],
    "model": "claude-sonnet-4-5",
    "stop_reason": None,
    "stop_sequence": None,
    "usage": {"input_tokens": 100, "output_tokens": 1},
}
_MESSAGES: list[dict[str, object]] = [
    {"type": "message_start", "message": _MESSAGE},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
    {"type": "message_stop"},
]
_RESPONSE = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-5.1-codex", "output": []}
_ITEM = {"type": "message", "id": "m1", "role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]}
_USAGE = {
    "input_tokens": 100,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 3,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 103,
}
_RESPONSES: list[dict[str, object]] = [
    {"type": "response.created", "response": {**_RESPONSE, "status": "in_progress"}},
    {"type": "response.output_item.done", "output_index": 0, "item": _ITEM},
    {"type": "response.completed", "response": {**_RESPONSE, "status": "completed", "usage": _USAGE}},
]
_CHUNK = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "glm-4.6"}
_CHUNKS: list[dict[str, object]] = [
    {**_CHUNK, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hello."}, "finish_reason": None}]},
    {
        **_CHUNK,
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 3, "total_tokens": 103},
    },
]
_GEMINI_ANSWER: dict[str, object] = {
    "candidates": [{"content": {"role": "model", "parts": [{"text": "Hello."}]}, "finishReason": "STOP", "index": 0}],
    "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 3, "totalTokenCount": 103},
    "modelVersion": "gemini-2.5-flash",
}
_ANSWERS = {
    "/v1/messages": _MESSAGES,
    "/responses": _RESPONSES,
    "/chat/completions": _CHUNKS,
    ":streamGenerateContent": [_GEMINI_ANSWER],
}


if __name__ == "__main__":
    sys.exit(main())
