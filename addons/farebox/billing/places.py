"""What a request's host, path and model say about who pays: a table, the more specific lines first.

https://docs.z.ai/devpack/overview, https://www.kimi.com/code/docs/en/, https://opencode.ai/docs/go/,
https://help.aliyun.com/en/model-studio/coding-plan, https://docs.aws.amazon.com/bedrock/latest/userguide/prov-thru-use.html,
https://fireworks.ai/docs/guides/ondemand-deployments
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from ..providers.hosts import host_matches
from ..records.exchange import Request
from .payer import HOST, METERED, PATH, PLAN, PROVISIONED, Payer
from .plans import CODE_ASSIST, CODEX, DASHSCOPE_CODING, KIMI_CODING, OPENCODE_GO, ZAI_CODING

# Servers of one's own, which nobody bills, and Copilot, where a seat's allowance pays for an unknown share.
_UNTOLD = frozenset({"unknown", "ollama", "vllm", "llamacpp", "lmstudio", "localai", "github_copilot"})
# Fireworks' names of deployments: accounts/ME/deployedModels/..., and MODEL#accounts/ME/deployments/...
_DEPLOYING = frozenset({"fireworks"})
_DEPLOYED = re.compile(r"/deployedModels/|#.+|/deployments/")


@dataclass(frozen=True, slots=True)
class Place:
    """Calls to `host`, or to `provider` at a host of the user's, whose decoded path contains `path`."""

    payer: Payer
    provider: str
    host: str
    path: str = ""

    def holds(self, host: str, path: str, provider: str) -> bool:
        """Tell whether a request to `provider` at `host` and a decoded `path` is one of these calls."""
        is_its_own = bool(self.path) and self.provider == provider
        return self.path in path and (is_its_own or host_matches(self.host, host))


PLACES = (
    Place(Payer(PLAN, PATH, CODEX), "chatgpt", "chatgpt.com", "/backend-api/codex/"),
    Place(Payer(PLAN, HOST, CODEX), "chatgpt", "chatgpt.com"),
    Place(Payer(PLAN, HOST, CODE_ASSIST), "gemini", "*cloudcode-pa.googleapis.com"),
    Place(Payer(PLAN, HOST, CODE_ASSIST), "gemini", "*cloudcode-pa.sandbox.googleapis.com"),
    Place(Payer(PLAN, PATH, ZAI_CODING), "zai", "api.z.ai", "/api/coding/"),
    Place(Payer(PLAN, PATH, ZAI_CODING), "zhipuai", "open.bigmodel.cn", "/api/coding/"),
    Place(Payer(PLAN, PATH, KIMI_CODING), "moonshot", "api.kimi.com", "/coding/"),
    Place(Payer(PLAN, HOST, DASHSCOPE_CODING), "dashscope", "coding*.dashscope.aliyuncs.com"),
    Place(Payer(PLAN, PATH, OPENCODE_GO), "opencode", "opencode.ai", "/zen/go/"),
    Place(Payer(METERED, PATH), "opencode", "opencode.ai", "/zen/"),
    # A provisioned, imported or custom model of Bedrock's: its name is an ARN in the path.
    Place(Payer(PROVISIONED, PATH), "bedrock", "bedrock-runtime.*.amazonaws.com", ":provisioned-model/"),
    Place(Payer(PROVISIONED, PATH), "bedrock", "bedrock-runtime.*.amazonaws.com", ":imported-model/"),
    Place(Payer(PROVISIONED, PATH), "bedrock", "bedrock-runtime.*.amazonaws.com", ":custom-model-deployment/"),
    # Machines that are rented by the hour.
    Place(Payer(PROVISIONED, HOST), "huggingface", "*.endpoints.huggingface.cloud"),
)


def named_by_place(request: Request, provider: str, model: str | None) -> Payer | None:
    """Return who pays by the path, the requested model or the host; None if they say nothing."""
    if provider in _DEPLOYING and _DEPLOYED.search(model or ""):
        return Payer(PROVISIONED, PATH)
    return _holding(request.host, request.path, provider)


# Calls go to a few paths.
@lru_cache(1024)
def _holding(host: str, path: str, provider: str) -> Payer | None:
    decoded = unquote(path)
    return next((place.payer for place in PLACES if place.holds(host, decoded, provider)), None)


def is_sold_by_the_call(provider: str) -> bool:
    """Tell whether calls to `provider` are metered if nothing else is known."""
    return provider not in _UNTOLD
