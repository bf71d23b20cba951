"""A title with a prompt of the operator's own is a title once `farebox librechat check --write-rules` has read it."""

import json
import ssl
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.conftest import StartSidecar
from tests.support.sidecar import clean_environment
from tests.support.upstream import Upstream, plain

CHAT = "https://api.mistral.ai/v1/chat/completions"
CONFIG = (
    "version: 1.3.14\nendpoints:\n  all:\n    titlePrompt: |\n      Name this talk in three words.\n\n      {convo}\n"
)
TITLE = "Name this talk in three words.\n\nUser: CANARY-71b3, please\nAI: Paris.\n"


@pytest.mark.parametrize(("is_written", "purpose"), [(False, "chat"), (True, "title")])
def test_a_title_prompt_of_librechat_yaml_is_known(
    upstream: Upstream, start_sidecar: StartSidecar, tmp_path: Path, *, is_written: bool, purpose: str
) -> None:
    answer = {"id": "r", "model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}
    upstream.answer = lambda _asked: plain(json.dumps(answer).encode())
    (tmp_path / "librechat.yaml").write_text(CONFIG)
    arguments = ["librechat", "check", "librechat.yaml", *(["--write-rules"] if is_written else [])]
    environment = {**clean_environment(), "FAREBOX_HOME": str(tmp_path / "other")}
    subprocess.run(
        [sys.executable, "-m", "farebox", *arguments], cwd=tmp_path, env=environment, timeout=60, check=False
    )
    sidecar = start_sidecar(upstream, cwd=tmp_path)

    with httpx2.Client(proxy=sidecar.proxy, verify=ssl.create_default_context(cafile=sidecar.ca)) as client:
        client.post(CHAT, json={"model": "m", "stream": False, "messages": [{"role": "user", "content": TITLE}]})

    [row] = sidecar.rows(1)
    assert row["purpose"] == purpose
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"CANARY-71b3" in content for content in kept)
