"""OpenAI images (generations, edits, variations) and compatible APIs, and OpenRouter's images.

https://platform.openai.com/docs/api-reference/images,
https://openrouter.ai/docs/api/api-reference/images/generate-an-image
"""

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Dialect, Reply, mapping, tokens
from ._openai import asked, failed, is_post, told_of_pictures
from .openai_chat import usage_in_either_spelling

_PATHS = ("/images/generations", "/images/edits", "/images/variations", "/image/generate", "/v1/images")
_ENDS = ("image_generation.completed", "image_edit.completed")
_PIECES = ("image_generation.partial_image", "image_edit.partial_image", *_ENDS)


def claims(request: Request) -> bool:
    return is_post(request, *_PATHS)


def fold(reply: Reply, document: Document) -> Reply:
    """Read the usage; if it has no tokens, images are billed and therefore counted."""
    body = mapping(document.data)
    is_end = body.get("type") in _ENDS
    sent = mapping(body.get("usage"))
    images = body.get("data") or body.get("images")
    number = len(images) if isinstance(images, list) else int(is_end)
    updated = replace(
        reply,
        service_tier=clean.word(body.get("service_tier")) or reply.service_tier,
        usage=sent or reply.usage,
        context={**reply.context, **told_of_pictures(body)},
        units={"images": number}
        if number and tokens(sent, "output_tokens", "completion_tokens") is None
        else reply.units,
        is_complete=reply.is_complete or is_end,
    )
    return failed(updated, body)


def has_content(document: Document) -> bool:
    return mapping(document.data).get("type") in _PIECES


DIALECT = Dialect("openai_images", "image_generation", claims, asked, fold, has_content, usage_in_either_spelling)
