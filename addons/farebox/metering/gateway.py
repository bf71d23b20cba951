"""What a gateway between the client and the provider says of its own part in an answer. Pure.

https://docs.litellm.ai/docs/proxy/caching, https://developers.cloudflare.com/ai-gateway/features/caching/,
https://docs.helicone.ai/features/advanced-usage/caching, https://portkey.ai/docs/product/ai-gateway/cache-simple-and-semantic
"""

from ..records.exchange import Response

_STATUS = ("cf-aig-cache-status", "helicone-cache", "x-portkey-cache-status")
_HITS = frozenset({"hit", "semantic hit", "simple hit"})
# LiteLLM names the key of its cache only in an answer from it.
_KEY = "x-litellm-cache-key"


def is_cache_hit(response: Response) -> bool:
    """Return whether the answer says that it comes from the gateway's own cache, so that no provider bills it."""
    by_word = any((response.header(name) or "").strip().lower() in _HITS for name in _STATUS)
    return by_word or bool(response.header(_KEY) and not response.header("x-litellm-response-cost"))
