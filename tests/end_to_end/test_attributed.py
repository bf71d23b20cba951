"""Who asked, through the real proxy: users at once are never mixed, and no header of ours reaches a provider."""

import json
import ssl
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.conftest import StartSidecar
from tests.support.sidecar import Sidecar
from tests.support.upstream import Upstream, plain

CHAT = "https://api.deepseek.com/v1/chat/completions"
USERS = ("user1", "user2", "user3")
CANARY = "CANARY-9d1e"
GATEWAY = {
    "cf-aig-metadata": '{"user_email": "ann@example.com"}',
    "x-librechat-body-parentmessageid": "p1",
    "helicone-user-id": "u1",
    "x-user-id": "u2",
    "x-lc-bucket": "b",
}


@pytest.fixture
def sidecar(upstream: Upstream, start_sidecar: StartSidecar) -> Sidecar:
    answer = {"id": "r", "model": "deepseek-chat", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}
    upstream.answer = lambda _asked: plain(json.dumps(answer).encode())
    return start_sidecar(upstream)


def ask(sidecar: Sidecar, headers: dict[str, str], number: int = 1) -> None:
    verify = ssl.create_default_context(cafile=sidecar.ca)
    with httpx2.Client(proxy=sidecar.proxy, verify=verify) as client:
        for _ in range(number):
            body = {"model": "deepseek-chat", "messages": [{"role": "user", "content": "What is the capital?"}]}
            assert client.post(CHAT, json=body, headers=headers).status_code == 200


def test_three_users_at_once_are_never_mixed(upstream: Upstream, sidecar: Sidecar) -> None:
    def chat(user: str) -> None:
        ids = {"X-LC-User-Id": user, "X-LC-Conversation-Id": f"convo-{user}", "X-LC-Message-Id": f"msg-{user}"}
        ask(sidecar, {**ids, "X-LC-User-Name": "{{LIBRECHAT_USER_NAME}}", "authorization": f"Bearer {user}-key"}, 5)

    with ThreadPoolExecutor(len(USERS)) as pool:
        list(pool.map(chat, USERS))

    rows = sidecar.rows(15)
    found = {(row["user_id"], row["conversation"], row["message_id"], row["key_fingerprint"]) for row in rows}
    assert sorted(ids[:3] for ids in found) == [(user, f"convo-{user}", f"msg-{user}") for user in USERS]
    assert len({ids[3] for ids in found}) == 3
    assert {(row["client_app"], row["client_addr"]) for row in rows} == {("LibreChat", "127.0.0.1")}
    sent = {name for asked in upstream.asked for name in asked.headers}
    assert [name for name in sent if name.startswith(("x-lc-", "x-farebox-"))] == []


def test_a_gateway_s_header_reaches_the_gateway(upstream: Upstream, sidecar: Sidecar) -> None:
    ask(sidecar, {**GATEWAY, "x-farebox-team": "research"})

    [row] = sidecar.rows(1)
    assert (row["user_id"], row["team"]) == ("u2", "research")
    [asked] = upstream.asked
    assert {name: asked.headers.get(name) for name in GATEWAY} == GATEWAY
    assert "x-farebox-team" not in asked.headers


def test_credentials_and_unknown_headers_are_nowhere(sidecar: Sidecar) -> None:
    ask(
        sidecar,
        {
            "authorization": f"Bearer {CANARY}-key-of-a-provider",
            "x-user-id": f"Bearer {CANARY}-token",
            "x-lc-user-email": f"eyJ{CANARY}abcdefghijkl.eyJzdWIiOiIxIn0.c2ln",
            "x-lc-conversation-id": f"sk-proj-{CANARY}abcdefghijklmnop",
            "x-conversation-id": f"{CANARY} told someone that",
            "x-openid-access-token": f"{CANARY}",
            "cookie": f"user={CANARY}",
            "x-unknown": CANARY,
        },
    )
    [row] = sidecar.rows(1)
    sidecar.stop()

    assert (row["user_id"], row["conversation"]) == (None, None)
    kept = [path for path in sidecar.home.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert kept == []
    assert CANARY not in sidecar.log.read_text()
