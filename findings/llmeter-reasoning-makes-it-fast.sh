#!/usr/bin/env bash
# LLMeter counts a reasoning model's hidden tokens, but starts the clock after them: it shows ten times the real speed.
#
# Surprise: for a streamed chat completion, LLMeter's time to the first token is that of the first visible text, and its time per
# output token divides the time from there to the end by all completion tokens. Those include the reasoning, which was generated
# before. A model that makes 100 tokens a second, 200 of them reasoning and 20 visible, is measured at 1.0 ms a token instead of 10.
# The more a model thinks, the faster it looks, so a comparison of models by this figure is upside down.
# Why it matters: usage counts tokens that the stream doesn't show, so a rate needs both ends of the same span of tokens.
# What farebox does: output tokens a second are all output tokens, reasoning included, by the whole duration of their calls.
#
# The answer is made by a server of this script, in the form of DeepSeek's API: reasoning_content first, then content.
# https://api-docs.deepseek.com/guides/reasoning_model
#
# Usage: findings/llmeter-reasoning-makes-it-fast.sh [VERSION]. Exit: 0 as described, 1 mended or changed, 2 could not be tried.
set -euo pipefail
version="${1:-0.2.0}"
python="${PYTHON:-python3}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "needs Python 3.12 or newer: set PYTHON" >&2; exit 2; }
# Pinned together, as pip takes minutes to find versions of them that fit.
{ "$python" -m venv "$folder/venv" &&
    timeout 600 "$folder/venv/bin/pip" install --quiet --disable-pip-version-check "llmeter==$version" openai==2.14.0 boto3==1.44.8 botocore==1.44.8 fsspec==2026.1.0 s3fs==0.4.2; } ||
    { echo "could not install llmeter $version" >&2; exit 2; }

cat >"$folder/check.py" <<'PYTHON'
import asyncio
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

from llmeter.endpoints import OpenAICompletionStreamEndpoint
from llmeter.runner import Runner

REASONING, VISIBLE, PACE = 200, 20, 0.010
USAGE = {
    "prompt_tokens": 10,
    "completion_tokens": REASONING + VISIBLE,
    "total_tokens": 10 + REASONING + VISIBLE,
    "completion_tokens_details": {"reasoning_tokens": REASONING},
}


class Provider(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        for _ in range(REASONING):
            self.chunk([{"index": 0, "delta": {"reasoning_content": "so "}}])
            time.sleep(PACE)
        for _ in range(VISIBLE):
            self.chunk([{"index": 0, "delta": {"content": "yes "}}])
            time.sleep(PACE)
        self.chunk([{"index": 0, "delta": {}, "finish_reason": "stop"}])
        self.chunk([], usage=USAGE)
        self.wfile.write(b"data: [DONE]\n\n")

    def chunk(self, choices, **more):
        event = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}
        self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = OpenAICompletionStreamEndpoint(
    model_id="m", api_key="none", base_url=f"http://127.0.0.1:{server.server_address[1]}/v1"
)
payload = {"messages": [{"role": "user", "content": "Is it so?"}]}
runner = Runner(endpoint, payload=payload, clients=1, n_requests=1, disable_per_client_progress_bar=True)
[seen] = asyncio.run(runner.run()).responses
real = seen.time_to_last_token / seen.num_tokens_output
print("llmeter", version("llmeter"))
print(f"{seen.num_tokens_output} output tokens, of them {seen.num_tokens_output_reasoning} reasoning, in {seen.time_to_last_token:.2f} s")
print(f"expected: about {real * 1000:.1f} ms per output token")
print(f"seen:     {seen.time_per_output_token * 1000:.1f} ms, and {seen.time_to_first_token:.2f} s to the first token")
is_as_described = seen.num_tokens_output_reasoning == REASONING and seen.time_per_output_token < real / 5
sys.exit(0 if is_as_described else 1)
PYTHON
# Its progress goes to standard error.
timeout 120 "$folder/venv/bin/python" "$folder/check.py" 2>"$folder/progress" || { status=$?; tail -5 "$folder/progress" >&2; exit "$status"; }
