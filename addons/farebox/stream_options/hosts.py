"""Which hosts take `stream_options.include_usage`. Data only: each entry says what shows it.

A host belongs here when it counts on request alone, and answers with a chunk of its own that holds no choice. Hosts
that count unasked are left out: what they add could not be told from what we asked for. Hosts are left out too that
have been seen to put the count into a chunk with choices, such as routers, which pass on what their upstream sends.
"""

from dataclasses import dataclass

from ..providers.table import host_matches


@dataclass(frozen=True, slots=True)
class Proven:
    """Hosts of one kind, in the patterns of `providers.py`. `legacy`: also for completions without chat."""

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
    """Tell whether a call to `path` may be asked for usage; `more` are the hosts that the user answers for."""
    where = path.rstrip("/")
    if not where.endswith("/completions"):
        return False
    is_legacy = not where.endswith("/chat/completions")
    patterns = (pattern for one in PROVEN if one.legacy or not is_legacy for pattern in one.hosts)
    return any(host_matches(pattern, host, port) for pattern in (*more, *patterns))
