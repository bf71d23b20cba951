"""Servers and gateways named by what they answer, where their host names nobody. Pure.

https://docs.litellm.ai/docs/proxy/response_headers, https://portkey.ai/docs/api-reference/inference-api/response-schema,
https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md,
https://www.tensorzero.com/docs/gateway/api-reference/inference-openai-compatible,
https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html,
https://docs.ollama.com/api/openai-compatibility, https://lmstudio.ai/docs/developer/rest
"""

from collections.abc import Iterable, Mapping
from typing import Any

from .table import BY_NAME, Provider

# Headers of gateways, the outer ones first: they pass the server's own headers on.
_HEADERS = (
    ("x-litellm-version", "litellm"),
    ("x-litellm-call-id", "litellm"),
    ("x-portkey-last-used-option-index", "portkey"),
    ("x-portkey-trace-id", "portkey"),
)
# Words that the header Server begins with.
_SERVERS = (("llama.cpp", "llamacpp"), ("vllm", "vllm"), ("localai", "localai"), ("tensorzero", "tensorzero"))
# Members that only one server writes into a document, all of them together.
_MEMBERS = (
    (frozenset({"kv_transfer_params"}), "vllm"),
    (frozenset({"prompt_logprobs"}), "vllm"),
    (frozenset({"episode_id"}), "tensorzero"),
    (frozenset({"stats", "runtime", "model_info"}), "lmstudio"),
)
_OLLAMA = "fp_ollama"


def named_by_headers(headers: Iterable[tuple[str, str]]) -> Provider | None:
    """Return the server or gateway that the headers of a response name; None if they name none."""
    found = {name.lower(): value for name, value in headers}
    gateway = next((name for header, name in _HEADERS if header in found), None)
    if gateway is not None:
        return BY_NAME[gateway]
    server = found.get("server", "").lower()
    return next((BY_NAME[name] for word, name in _SERVERS if server.startswith(word)), None)


def named_by_document(data: object) -> Provider | None:
    """Return the server that writes documents like `data`; None if several do."""
    body: Mapping[str, Any] = data if isinstance(data, dict) else {}
    if body.get("system_fingerprint") == _OLLAMA:
        return BY_NAME["ollama"]
    return next((BY_NAME[name] for members, name in _MEMBERS if members <= body.keys()), None)
