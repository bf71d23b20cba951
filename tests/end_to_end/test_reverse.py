"""mitmproxy's reverse mode: clients that know farebox as their base URL, without a CA."""

import socket

import httpx2
import pytest

from tests.conftest import StartSidecar
from tests.support.upstream import Upstream, plain


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def test_reverse_mode_meters_like_the_explicit_proxy(
    upstream: Upstream, start_sidecar: StartSidecar, port: int
) -> None:
    upstream.answer = lambda _asked: plain(
        b'{"id": "r", "model": "deepseek-chat", "choices": [], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}'
    )
    sidecar = start_sidecar(upstream, "--mode", f"reverse:https://api.deepseek.com@{port}")

    answer = httpx2.post(f"http://127.0.0.1:{port}/v1/chat/completions", json={"model": "deepseek-chat"})

    [row] = sidecar.rows(1)
    assert answer.status_code == 200
    assert (row["provider"], row["host"], row["input_tokens"]) == ("deepseek", "api.deepseek.com", 10)
    assert f"reverse:https://api.deepseek.com@{port} at 127.0.0.1:{port}" in sidecar.banner
