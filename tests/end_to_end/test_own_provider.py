"""A provider that is defined in farebox.yaml, through the whole sidecar."""

import json
import ssl
from pathlib import Path

import httpx2

from tests.support.sidecar import REDIRECT, Sidecar
from tests.support.upstream import Upstream, plain

SETTINGS = """
providers:
  - {name: riverside, hosts: [llm.example.net]}
  - {name: openai, hosts: [gateway.example.net]}
"""
USAGE = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}


def test_a_provider_of_the_settings_is_decrypted_and_named(upstream: Upstream, tmp_path: Path) -> None:
    upstream.authority.cert_pem.write_to_path(str(tmp_path / "upstream.pem"))
    (tmp_path / "farebox.yaml").write_text(SETTINGS)
    upstream.answer = lambda _asked: plain(json.dumps({"model": "gpt-4o", "choices": [], "usage": USAGE}).encode())
    trusted = f"ssl_verify_upstream_trusted_ca={tmp_path}/upstream.pem"
    sets = ("--config", "farebox.yaml", "--set", f"upstream_port={upstream.port}", "--set", trusted)

    with Sidecar(tmp_path / "home", "--script", str(REDIRECT), *sets) as sidecar:
        with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
            for host in ("llm.example.net", "gateway.example.net"):
                client.post(f"https://{host}/v1/chat/completions", json={"model": "gpt-4o"})
        rows = {row["host"]: row for row in sidecar.rows(2)}

    own, gateway = rows["llm.example.net"], rows["gateway.example.net"]
    assert (own["provider"], own["cost_reasons"]) == ("riverside", ["unknown_provider"])
    assert (gateway["provider"], gateway["cost_status"]) == ("openai", "priced")
