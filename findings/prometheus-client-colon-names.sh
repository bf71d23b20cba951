#!/usr/bin/env bash
# Prometheus 2 and Prometheus 3 get vLLM's token counter from prometheus-client under two different names.
#
# Surprise: inference servers such as vLLM and SGLang put a colon into their metric names (vllm:prompt_tokens), which is legal in
# every Prometheus format. To a scraper that asks for OpenMetrics 1.0 without the words "escaping=allow-utf-8", prometheus-client
# writes vllm:prompt_tokens into HELP and TYPE and vllm_prompt_tokens_total into the sample, though a colon needs no escape. Its
# own parser then finds a counter without samples, and samples without a type. The headers below are what Prometheus 2.42 and 3.5
# send unless told otherwise; 3.5 with `metric_name_escaping_scheme: underscores` gets the name that 2.42 gets.
# Releases up to 0.22.1 give one name to all.
# Why it matters: the tokens of a server of one's own come from such counters. With the version of the scraper the series gets
# another name, and queries and alerts on the old one find nothing, without an error.
# What farebox does: its own metrics have letters, digits and underscores only, so every format and escaping has the same names.
#
# Usage: findings/prometheus-client-colon-names.sh [VERSION]. Exit: 0 as described, 1 mended or changed, 2 could not be tried.
set -euo pipefail
version="${1:-0.26.0}"
python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "needs Python 3.12 or newer: set PYTHON" >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
timeout 120 "$python" -m venv "$folder/venv" && timeout 500 "$folder/venv/bin/pip" install --quiet --quiet \
    "prometheus-client==$version" || { echo "could not install the packages" >&2; exit 2; }

cat >"$folder/check.py" <<'PYTHON'
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.openmetrics.parser import text_string_to_metric_families

ACCEPT = {
    "Prometheus 2.42": (
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
    ),
    "Prometheus 3.5": (
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,"
        "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    ),
    "text format": "text/plain;version=0.0.4",
}

disable_created_metrics()
registry = CollectorRegistry()
Counter("vllm:prompt_tokens", "Prompt tokens read.", registry=registry).inc(5)
pages = {name: choose_encoder(accept)[0](registry).decode() for name, accept in ACCEPT.items()}
print("prometheus-client", version("prometheus-client"))
print("expected: vllm:prompt_tokens_total 5.0, whoever asks")
seen = []
for name, page in pages.items():
    seen += [line for line in page.splitlines() if not line.startswith("#")]
    print(f"seen:     {name:16} {seen[-1]}")
families = list(text_string_to_metric_families(pages["Prometheus 2.42"]))
parsed = [(family.name, family.type, len(family.samples)) for family in families]
print("          the first, parsed:", ", ".join(f"{name} ({kind}, {samples} samples)" for name, kind, samples in parsed))
as_described = seen == ["vllm_prompt_tokens_total 5.0"] + ["vllm:prompt_tokens_total 5.0"] * 2
raise SystemExit(not (as_described and parsed[0] == ("vllm:prompt_tokens", "counter", 0)))
PYTHON
timeout 60 "$folder/venv/bin/python" "$folder/check.py"
