"""OpenAI embeddings and compatible APIs.

https://platform.openai.com/docs/api-reference/embeddings
"""

from collections.abc import Mapping
from typing import Any

from ..records.exchange import Request
from ..records.usage import Usage
from . import openai_chat
from ._base import Dialect, tokens
from ._openai import asked, is_post, without_content


def claims(request: Request) -> bool:
    """Claim all except Ollama's older API at `/api/embeddings`."""
    return is_post(request, "/embeddings") and not request.path.rstrip("/").endswith("/api/embeddings")


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the input; Voyage and Jina state it as `total_tokens` alone."""
    return Usage(
        input_tokens=tokens(sent, "prompt_tokens", "total_tokens"),
        input_image_tokens=tokens(sent, "prompt_tokens_details.image_tokens"),
    )


DIALECT = Dialect("openai_embeddings", "embeddings", claims, asked, openai_chat.fold, without_content, usage)
