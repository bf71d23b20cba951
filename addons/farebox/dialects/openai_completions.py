"""OpenAI's first completions, Mistral's fill-in-the-middle, and compatible APIs: chunks like those of chat, with text.

https://platform.openai.com/docs/api-reference/completions, https://docs.mistral.ai/api/#tag/fim
"""

from ..records.exchange import Request
from . import openai_chat
from ._base import Dialect
from ._openai import asked, is_post


def claims(request: Request) -> bool:
    return is_post(request, "/completions") and not openai_chat.claims(request)


DIALECT = Dialect(
    "openai_completions",
    "text_completion",
    claims,
    asked,
    openai_chat.fold,
    openai_chat.has_content,
    openai_chat.usage,
)
