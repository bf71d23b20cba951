"""Hosts that support `stream_options.include_usage`. Data only: each entry names its evidence.

A host belongs here if it reports usage only on request, and in a separate chunk without choices. Hosts that report
usage anyway are excluded, because their usage cannot be distinguished from the usage that we requested. Hosts that
have put usage into a chunk with choices are excluded too, such as routers, which pass on their upstream's chunks.
"""

from dataclasses import dataclass

from ..providers.hosts import host_matches


@dataclass(frozen=True, slots=True)
class Proven:
    """Hosts of one kind, as patterns of `providers/table.py`. `legacy`: also for completions without chat."""

    hosts: tuple[str, ...]
    shown_by: str
    legacy: bool = False


def _local(port: int) -> tuple[str, ...]:
    return tuple(f"{name}:{port}" for name in ("localhost", "127.0.0.1", "host.docker.internal"))


PROVEN: tuple[Proven, ...] = (
    Proven(
        ("api.openai.com", "*.api.openai.com"),
        "recorded exchanges 4d73f5679784 (chat) and ac0ab8d95372 (completions); "
        "https://platform.openai.com/docs/api-reference/chat/create and .../completions/create",
        legacy=True,
    ),
    Proven(
        ("*.openai.azure.com",),
        "recorded exchange 79ae5c720fe9; https://learn.microsoft.com/azure/ai-foundry/openai/reference",
    ),
    Proven(
        ("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com"),
        "https://www.alibabacloud.com/help/en/model-studio/stream",
    ),
    Proven((*_local(11434), "ollama:11434", "ollama.com"), "https://docs.ollama.com/api/openai-compatibility"),
    Proven(_local(1234), "LM Studio from 0.3.18 on: https://lmstudio.ai/docs/developer/api-changelog"),
    Proven(
        (*_local(8000), "vllm:8000"),
        "vLLM's default port: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
        legacy=True,
    ),
    Proven(
        _local(8080),
        "llama.cpp's default port: recorded exchange b01c0652412a; "
        "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    ),
)


def supports_usage_option(host: str, port: int, path: str, more: tuple[str, ...] = ()) -> bool:
    """Return whether a call to `path` may ask for usage; `more` are hosts that the user added."""
    endpoint = path.rstrip("/")
    if not endpoint.endswith("/completions"):
        return False
    is_legacy = not endpoint.endswith("/chat/completions")
    patterns = (pattern for entry in PROVEN if entry.legacy or not is_legacy for pattern in entry.hosts)
    return any(host_matches(pattern, host, port) for pattern in (*more, *patterns))
