"""watsonx's chat: OpenAI's answers at paths of its own.

https://cloud.ibm.com/apidocs/watsonx-ai#text-chat
"""

from ..records.exchange import Request
from . import openai_chat
from ._base import Dialect
from ._watsonx import asked, verb


def claims(request: Request) -> bool:
    return verb(request) in {"chat", "chat_stream"}


DIALECT = Dialect("watsonx_chat", "chat", claims, asked, openai_chat.fold, openai_chat.has_content, openai_chat.usage)
