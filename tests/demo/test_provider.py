"""The demo's provider answers under the real host names, with a certificate of its own CA."""

import json
import ssl
from pathlib import Path
from typing import Any

import httpx2
import pytest
from farebox.demo.provider import provider

HOSTS = ("api.one.example", "api.two.example")


def post(client: httpx2.Client, port: int, host: str, **body: Any) -> httpx2.Response:
    url = f"https://127.0.0.1:{port}/v1/chat/completions"
    body = {"model": "m", "metadata": {"call": "1", "chunks": "2", "refuse": str(body.pop("refuse", 0))}, **body}
    return client.post(url, json=body, extensions={"sni_hostname": host})


def test_every_host_has_the_certificate_and_no_other_name(tmp_path: Path) -> None:
    with provider(tmp_path, HOSTS) as made_up:
        trust = ssl.create_default_context(cafile=made_up.authority)
        answers = []
        # A client of its own for each host: a kept connection would not shake hands again.
        for host in HOSTS:
            with httpx2.Client(verify=trust, trust_env=False) as client:
                answers.append(post(client, made_up.port, host))
        refused = pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED")
        with httpx2.Client(verify=trust, trust_env=False) as client, refused:
            post(client, made_up.port, "api.three.example")

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].headers["content-type"] == "application/json"
    assert json.loads(answers[0].content)["id"] == "demo-1"


def test_a_stream_comes_in_chunks_and_the_connection_is_kept(tmp_path: Path) -> None:
    with provider(tmp_path, HOSTS) as made_up:
        trust = ssl.create_default_context(cafile=made_up.authority)
        with httpx2.Client(verify=trust, trust_env=False) as client:
            stream = post(client, made_up.port, HOSTS[0], stream=True)
            refused = post(client, made_up.port, HOSTS[0], refuse=1)

    assert stream.headers["transfer-encoding"] == "chunked"
    assert stream.headers["content-type"] == "text/event-stream"
    assert stream.content.endswith(b"data: [DONE]\n\n")
    assert stream.content.count(b"data: ") == 4
    assert refused.status_code == 429


def test_it_stops_listening_when_the_block_ends(tmp_path: Path) -> None:
    with provider(tmp_path, HOSTS) as made_up:
        pass

    with httpx2.Client(verify=False, trust_env=False) as client, pytest.raises(httpx2.ConnectError):
        post(client, made_up.port, HOSTS[0])
