"""OpenAI moderations, which cost nothing, and Mistral's, which count tokens.

https://platform.openai.com/docs/api-reference/moderations, https://docs.mistral.ai/api/#tag/classifiers
"""

from ..records.exchange import Request
from . import openai_chat
from ._base import Dialect
from ._openai import asked, is_post, without_content


def claims(request: Request) -> bool:
    return is_post(request, "/moderations")


DIALECT = Dialect(
    "openai_moderations", "moderation", claims, asked, openai_chat.fold, without_content, openai_chat.usage
)
