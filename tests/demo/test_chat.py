"""The demo's chat program reads a stream as any client does, and says how to run it."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest
from farebox.demo.answers import answer_to
from farebox.demo.chat import main, texts

from tests.support.sidecar import clean_environment

STREAM = [
    line + b"\n"
    for event in answer_to("/v1/chat/completions", {"model": "m", "stream": True}).events
    for line in event.split(b"\n")
]


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        (STREAM, "The river runs past the mill and under two bridges to the"),
        ([b": ping\n", b"data: [DONE]\n", b"\n"], ""),
        ([b"data: " + json.dumps({"choices": [{"delta": {"content": None}}, {"delta": {}}]}).encode()], ""),
    ],
    ids=["an answer", "no text", "empty deltas"],
)
def test_the_text_of_a_stream_is_shown(lines: Sequence[bytes], shown: str) -> None:
    assert "".join(texts(lines)) == shown


def test_without_a_proxy_it_calls_nobody_and_says_how_to_run_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HTTPS_PROXY", raising=False)

    assert main([]) == 2
    assert "farebox run --demo -- python -m farebox.demo.chat" in capsys.readouterr().err


def test_it_needs_no_package_but_python_s_own() -> None:
    code = "import sys, farebox.demo.chat; print(*sorted({name.partition('.')[0] for name in sys.modules}))"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=clean_environment()
    )

    assert set(done.stdout.split()).isdisjoint({"typer", "mitmproxy", "httpx2", "msgspec", "rich"})
