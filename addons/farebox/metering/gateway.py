"""What a gateway between the client and the provider says of its own part in an answer. Pure.

https://docs.litellm.ai/docs/proxy/caching, https://developers.cloudflare.com/ai-gateway/features/caching/,
https://docs.helicone.ai/features/advanced-usage/caching, https://portkey.ai/docs/product/ai-gateway/cache-simple-and-semantic,
https://developer.konghq.com/plugins/ai-semantic-cache/, https://www.truefoundry.com/docs/ai-gateway/caching,
https://docs.litellm.ai/docs/proxy/response_headers, https://portkey.ai/docs/api-reference/response-headers
"""

import re

from ..records.exchange import Response

_STATUS = (
    *("cf-aig-cache-status", "helicone-cache", "x-portkey-cache-status"),
    *("x-tfy-cache-status", "x-litellm-cache-hit"),
)
# Kong's. Any cache in front of a host may have a header of this name, and a provider may mean its cache of prompts.
_GENERIC_STATUS = "x-cache-status"
_KONG = re.compile(r"\bkong\b", re.IGNORECASE)
_HITS = frozenset({"hit", "semantic hit", "simple hit", "true"})
# LiteLLM names the key of its cache only in an answer from it.
_KEY = "x-litellm-cache-key"
# Portkey names the option that answered by its place in the request's configuration: config.targets[1].targets[0].
_OPTION = re.compile(r"targets\[(\d{1,3})\]")


def fallbacks(response: Response) -> dict[str, str]:
    """Return how many fallbacks LiteLLM tried before this answer, if any, and which of Portkey's options answered."""
    number = (response.header("x-litellm-attempted-fallbacks") or "").strip()
    option = ".".join(_OPTION.findall(response.header("x-portkey-last-used-option-index") or ""))
    found = {"gateway_fallbacks": number if number.isdecimal() and int(number) else "", "gateway_option": option}
    return {name: word for name, word in found.items() if word}


def is_cache_hit(response: Response) -> bool:
    """Return whether the answer says that it comes from the gateway's own cache, so that no provider bills it."""
    by_word = any(_is_hit(response, name) for name in _STATUS)
    by_kong = _is_hit(response, _GENERIC_STATUS) and _is_of_kong(response)
    return by_word or by_kong or bool(response.header(_KEY) and not response.header("x-litellm-response-cost"))


def _is_hit(response: Response, name: str) -> bool:
    return (response.header(name) or "").strip().lower() in _HITS


def _is_of_kong(response: Response) -> bool:
    return any(
        name.startswith("x-kong-") or (name in {"server", "via"} and _KONG.search(value))
        for name, value in response.headers
    )
