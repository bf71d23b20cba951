"""OpenAI embeddings and compatible APIs, those of chunks in their context and of pictures and video among them.

https://platform.openai.com/docs/api-reference/embeddings,
https://docs.voyageai.com/reference/contextualized-embeddings-api,
https://docs.voyageai.com/reference/multimodal-embeddings-api
"""

from collections.abc import Mapping
from typing import Any

from ..records.exchange import Request
from ..records.usage import Usage
from . import _watsonx, openai_chat
from ._base import Dialect, tokens
from ._openai import asked, is_post, without_content

_PATHS = ("/embeddings", "/contextualizedembeddings", "/multimodalembeddings")
_PIXELS = ("image_pixels", "video_pixels")


def claims(request: Request) -> bool:
    """Claim all except Ollama's older API at `/api/embeddings`, and watsonx's."""
    is_another = request.path.rstrip("/").endswith("/api/embeddings") or bool(_watsonx.verb(request))
    return is_post(request, *_PATHS) and not is_another


def usage(sent: Mapping[str, Any]) -> Usage:
    """Return the input; Voyage and Jina state it as `total_tokens` alone.

    Voyage bills text by the token and pictures by the pixel: what the total holds beside the text are pictures.
    """
    whole, text = tokens(sent, "prompt_tokens", "total_tokens", "text_tokens"), tokens(sent, "text_tokens")
    pixels = {name: number for name in _PIXELS if (number := tokens(sent, name))}
    beside = max(0, whole - text) if pixels and whole is not None and text is not None else None
    images = tokens(sent, "prompt_tokens_details.image_tokens", "image_tokens")
    return Usage(input_tokens=whole, input_image_tokens=beside if images is None else images, units=pixels or None)


DIALECT = Dialect("openai_embeddings", "embeddings", claims, asked, openai_chat.fold, without_content, usage)
