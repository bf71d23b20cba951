"""Providers, by host. Data only: a new provider is one line here and one case in `tests/cases`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from . import quirks
from .counting import Counting
from .hosts import host_matches
from .marks import Marks
from .quirks import Quirk

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider. `hosts`: exact names, `*.` and a suffix of whole labels, or `name:port` for local servers.

    `catalogue` is its id in genai-prices and `litellm` are its names in LiteLLM's list, if they differ from `name`.
    `quirks` are its rules per dialect. It `states_cost_at` a path of its responses, in the unit `states_cost_in`. If it
    `has_two_caches`, its automatic one and the one that requests ask for have
    prices of their own. `otel` is its value of OpenTelemetry's `gen_ai.provider.name`, if that differs from `name`.
    A `shared` host mostly serves other traffic than LLM calls, so it is decrypted
    only if the user adds it to `intercept.hosts`. Its `marks` name it at hosts that this table does not name. If it
    `takes_usage_option`, it supports `stream_options.include_usage` at any host. It `bills_as_stated` if the costs that
    its responses state are those of its invoices. It `is_own` if it is a server that people run on their own machines,
    and passes nothing on. It `is_configured` if the user's settings name its hosts. `counting`: how its counts fit.
    """

    name: str
    hosts: tuple[str, ...]
    catalogue: str | None = None
    quirks: Mapping[str, tuple[Quirk, ...]] = field(default_factory=dict)
    shared: bool = False
    litellm: tuple[str, ...] = ()
    states_cost_at: str | None = None
    states_cost_in: Literal["usd", "nanocent"] = "nanocent"
    has_two_caches: bool = False
    otel: str | None = None
    marks: Marks = field(default_factory=Marks)
    takes_usage_option: bool = False
    bills_as_stated: bool = False
    is_own: bool = False
    is_configured: bool = False
    counting: Counting = field(default_factory=Counting)


Table = tuple[Provider, ...]

_REASONING = {"openai_chat": (quirks.reasoning_beside_output,)}
_THINKING = {"openai_chat": (quirks.output_is_the_rest,)}
_DASHSCOPE = {"anthropic_messages": (quirks.cache_within_input,)}

PROVIDERS: Table = (
    Provider("openai", ("api.openai.com", "*.api.openai.com"), counting=Counting(names_cached=True)),
    # Codex with a login: a subscription pays, at OpenAI's list prices beyond it.
    Provider("chatgpt", ("chatgpt.com",), "openai", litellm=("openai",)),
    Provider("anthropic", ("api.anthropic.com", "aws-external-anthropic.*.api.aws")),
    Provider(
        "gemini",
        (
            "generativelanguage.googleapis.com",
            # Code Assist, which Gemini CLI uses with a login.
            *("*cloudcode-pa.googleapis.com", "*cloudcode-pa.sandbox.googleapis.com"),
        ),
        "google",
        _THINKING,
        otel="gcp.gemini",
    ),
    Provider(
        "vertex",
        ("aiplatform.googleapis.com", "*-aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
        "google",
        litellm=("vertex_ai",),
        otel="gcp.vertex_ai",
        counting=Counting(rounding=1),
    ),
    Provider(
        "bedrock",
        (
            *("bedrock-runtime.*.amazonaws.com", "bedrock-runtime-fips.*.amazonaws.com"),
            *("bedrock-agent-runtime.*.amazonaws.com", "*.bedrock-runtime.*.vpce.amazonaws.com"),
            "bedrock-mantle.*.api.aws",
        ),
        "aws",
        litellm=("bedrock", "bedrock_mantle"),
        otel="aws.bedrock",
    ),
    Provider(
        "azure",
        (
            *("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com"),
            *("*.models.ai.azure.com", "*.openai.azure.us"),
        ),
        litellm=("azure", "azure_ai"),
        otel="azure.ai.openai",
        counting=Counting(names_cached=True),
    ),
    Provider("watsonx", ("*.ml.cloud.ibm.com",), otel="ibm.watsonx.ai"),
    Provider("github_models", ("models.github.ai", "models.inference.ai.azure.com")),
    Provider("mistral", ("api.mistral.ai", "codestral.mistral.ai"), otel="mistral_ai", bills_as_stated=True),
    Provider("groq", ("api.groq.com",)),
    Provider("deepseek", ("api.deepseek.com",)),
    Provider("xai", ("api.x.ai", "*.api.x.ai"), "x-ai", otel="x_ai", bills_as_stated=True),
    Provider(
        "openrouter", ("openrouter.ai", "eu.openrouter.ai"), bills_as_stated=True, counting=Counting(signs_all=True)
    ),
    Provider("fireworks", ("api.fireworks.ai", "*.api.fireworks.ai"), litellm=("fireworks_ai",)),
    Provider("together", ("api.together.xyz", "api.together.ai"), litellm=("together_ai",), bills_as_stated=True),
    Provider("perplexity", ("api.perplexity.ai",), None, _REASONING, bills_as_stated=True),
    Provider("cohere", ("api.cohere.com", "api.cohere.ai")),
    Provider("cerebras", ("api.cerebras.ai",)),
    Provider("moonshot", ("api.moonshot.ai", "api.moonshot.cn", "api.kimi.com"), "moonshotai", otel="moonshot_ai"),
    Provider("zai", ("api.z.ai",)),
    Provider("zhipuai", ("open.bigmodel.cn",), litellm=("bigmodel",)),
    Provider("minimax", ("api.minimax.io", "api.minimaxi.com")),
    Provider(
        "huggingface",
        ("router.huggingface.co", "api-inference.huggingface.co", "*.endpoints.huggingface.cloud"),
    ),
    # One AI unit is one cent: https://docs.github.com/en/copilot/concepts/billing
    Provider(
        "github_copilot",
        ("*.githubcopilot.com",),
        "github-copilot",
        states_cost_at="copilot_usage.total_nano_aiu",
        bills_as_stated=True,
    ),
    # Its gateway states what it takes from the balance: 0 if a subscription pays. https://opencode.ai/docs/zen/
    Provider("opencode", ("opencode.ai",), litellm=("opencode_go",), states_cost_at="cost", states_cost_in="usd"),
    Provider("databricks", ("*.azuredatabricks.net", "*.cloud.databricks.com", "*.gcp.databricks.com"), shared=True),
    Provider("cloudflare", ("gateway.ai.cloudflare.com",)),
    Provider("cloudflare", ("api.cloudflare.com",), shared=True),
    Provider(
        *("vercel", ("ai-gateway.vercel.sh",), None, _REASONING),
        litellm=("vercel_ai_gateway",),
        bills_as_stated=True,
    ),
    Provider("venice", ("api.venice.ai",), counting=Counting(prompt=5.0)),
    Provider("doubleword", ("api.doubleword.ai",), counting=Counting(thinking=1.4)),
    Provider("ai21", ("api.ai21.com",)),
    Provider(
        "dashscope",
        (
            *("dashscope.aliyuncs.com", "dashscope-intl.aliyuncs.com", "dashscope-us.aliyuncs.com"),
            "coding*.dashscope.aliyuncs.com",
        ),
        quirks=_DASHSCOPE,
        has_two_caches=True,
    ),
    Provider("deepinfra", ("api.deepinfra.com",)),
    Provider("novita", ("api.novita.ai",)),
    Provider("nvidia", ("integrate.api.nvidia.com",), litellm=("nvidia_nim",)),
    Provider("sambanova", ("api.sambanova.ai",)),
    Provider("siliconflow", ("api.siliconflow.com", "api.siliconflow.cn")),
    Provider("voyage", ("api.voyageai.com",), "voyageai"),
    Provider("jina", ("api.jina.ai",), litellm=("jina_ai",)),
    Provider("deepgram", ("api.deepgram.com",)),
    # Search APIs, which clients such as LibreChat call for their tools.
    Provider("serper", ("google.serper.dev", "scrape.serper.dev")),
    Provider("serpapi", ("serpapi.com",)),
    Provider("tavily", ("api.tavily.com",)),
    Provider("firecrawl", ("api.firecrawl.dev",)),
    # Servers and gateways of one's own, the outer ones first: a gateway passes the server's headers on.
    # https://docs.litellm.ai/docs/proxy/response_headers, and a recorded exchange of LiteLLM 1.108.7
    Provider(
        "litellm",
        ("litellm:4000",),
        marks=Marks(headers=("x-litellm-version", "x-litellm-call-id")),
        takes_usage_option=True,
        bills_as_stated=True,
    ),
    # https://portkey.ai/docs/api-reference/inference-api/response-schema
    Provider(
        "portkey",
        ("api.portkey.ai",),
        marks=Marks(headers=("x-portkey-last-used-option-index", "x-portkey-trace-id")),
    ),
    # https://www.tensorzero.com/docs/gateway/api-reference/inference-openai-compatible
    Provider(
        "tensorzero",
        ("tensorzero:3000",),
        marks=Marks(server="tensorzero", members=(frozenset({"episode_id"}),)),
    ),
    # https://docs.ollama.com/api/openai-compatibility
    Provider(
        "ollama",
        ("localhost:11434", "127.0.0.1:11434", "ollama:11434", "host.docker.internal:11434", "ollama.com"),
        marks=Marks(fingerprint="fp_ollama"),
        is_own=True,
    ),
    # https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    Provider(
        "vllm",
        ("vllm:8000",),
        marks=Marks(server="vllm", members=(frozenset({"kv_transfer_params"}), frozenset({"prompt_logprobs"}))),
        takes_usage_option=True,
        is_own=True,
    ),
    # https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md, and recorded exchanges
    Provider(
        "llamacpp",
        ("llamacpp:8080", "llama-server:8080"),
        marks=Marks(server="llama.cpp"),
        takes_usage_option=True,
        is_own=True,
    ),
    # https://lmstudio.ai/docs/developer/rest
    Provider(
        "lmstudio",
        ("lmstudio:1234",),
        marks=Marks(members=(frozenset({"stats", "runtime", "model_info"}),)),
        is_own=True,
    ),
    Provider("localai", ("localai:8080", "local-ai:8080"), marks=Marks(server="localai"), is_own=True),
)
NOBODY = Provider(UNKNOWN, ())
BY_NAME: Mapping[str, Provider] = {provider.name: provider for provider in PROVIDERS}


def counting(name: str) -> Counting:
    """Return how the counts of the provider `name` fit."""
    return BY_NAME.get(name, NOBODY).counting


def provider_of(
    host: str, port: int | None = None, table: Table = PROVIDERS, *, is_verified: bool = True
) -> Provider | None:
    """Return the first provider of `table` with a pattern that matches `host`, or None.

    Unless the server `is_verified` to have that name, only hosts that the user's settings name count, and local servers
    (patterns with a port), which have no certificate.
    """
    for line in table:
        patterns = line.hosts if is_verified or line.is_configured else [one for one in line.hosts if ":" in one]
        if any(host_matches(pattern, host, port) for pattern in patterns):
            return line
    return None


def table_with(named: Iterable[tuple[str, tuple[str, ...]]]) -> Table:
    """Return the table with the user's lines (name, hosts) before the others.

    A known name keeps its prices and quirks, so a gateway is treated as the provider behind it.
    """
    lines = ((BY_NAME.get(name, Provider(name, ())), hosts) for name, hosts in named)
    return (*(replace(line, hosts=hosts, shared=False, is_configured=True) for line, hosts in lines), *PROVIDERS)
