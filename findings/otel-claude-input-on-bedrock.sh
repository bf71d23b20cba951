#!/usr/bin/env bash
# The same Claude usage is 4,210 input tokens in one OpenTelemetry package and 10 in its sibling.
#
# Surprise: opentelemetry-instrumentation-genai-anthropic and -genai-bedrock come from one project and one release and set the
# same attribute, gen_ai.usage.input_tokens. The convention says that it includes cached tokens. Both APIs state them beside the
# uncached input; the Anthropic package adds them up, the Bedrock package copies the uncached part alone.
# Why it matters: move a cached workload from Anthropic's API to Bedrock and the input on the dashboard falls by over 99 %, while the
# bill does not. A price rule that subtracts the cached tokens from the input, as the convention allows, gets -4,190.
# What farebox does: `input_tokens` is all that the model read, cached or not, for every API, and is read from the answer itself.
#
# Usage: findings/otel-claude-input-on-bedrock.sh [VERSION]. Exit: 0 as described, 1 mended or changed, 2 could not be tried.
set -euo pipefail
version="${1:-1.3b0}"
python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "needs Python 3.12 or newer: set PYTHON" >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
timeout 120 "$python" -m venv "$folder/venv" && timeout 500 "$folder/venv/bin/pip" install --quiet --quiet \
    "opentelemetry-instrumentation-genai-anthropic==$version" "opentelemetry-instrumentation-genai-bedrock==$version" \
    opentelemetry-sdk==1.45.2 anthropic==1.17.0 boto3==1.44.8 || { echo "could not install the packages" >&2; exit 2; }

cat >"$folder/check.py" <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version

import anthropic
import boto3
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor
from opentelemetry.instrumentation.genai.bedrock import BedrockInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

MESSAGES = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-opus-4-8", "stop_reason": "end_turn",
    "stop_sequence": None, "content": [{"type": "text", "text": "The Ems."}],
    "usage": {"input_tokens": 10, "cache_read_input_tokens": 4000, "cache_creation_input_tokens": 200, "output_tokens": 5},
}
CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "The Ems."}]}}, "stopReason": "end_turn",
    "metrics": {"latencyMs": 1}, "usage": {"inputTokens": 10, "cacheReadInputTokens": 4000, "cacheWriteInputTokens": 200,
                                           "outputTokens": 5, "totalTokens": 4215},
}

class Provider(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps(CONVERSE if self.path.endswith("/converse") else MESSAGES).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Provider)
threading.Thread(target=server.serve_forever, daemon=True).start()
url, spans, tracers = f"http://127.0.0.1:{server.server_port}", InMemorySpanExporter(), TracerProvider()
tracers.add_span_processor(SimpleSpanProcessor(spans))
AnthropicInstrumentor().instrument(tracer_provider=tracers)
BedrockInstrumentor().instrument(tracer_provider=tracers)
anthropic.Anthropic(api_key="none", base_url=url).messages.create(
    model="claude-opus-4-8", max_tokens=9, messages=[{"role": "user", "content": "Name a river."}])
boto3.client("bedrock-runtime", region_name="us-east-1", endpoint_url=url, aws_access_key_id="none",
             aws_secret_access_key="none").converse(modelId="us.anthropic.claude-opus-4-8",
                                                    messages=[{"role": "user", "content": [{"text": "Name a river."}]}])
seen = [span.attributes["gen_ai.usage.input_tokens"] for span in spans.get_finished_spans()]
print("opentelemetry-instrumentation-genai-{anthropic,bedrock}", version("opentelemetry-instrumentation-genai-bedrock"))
print("expected: 4210 input tokens from both (10 uncached, 4000 read from the cache, 200 written to it)")
print(f"seen:     {seen[0]} through the Anthropic client, {seen[1]} through Bedrock")
raise SystemExit(seen != [4210, 10])
PYTHON
NO_PROXY=127.0.0.1 no_proxy=127.0.0.1 timeout 60 "$folder/venv/bin/python" "$folder/check.py"
