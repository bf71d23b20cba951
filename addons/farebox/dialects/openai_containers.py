"""Containers that clients of OpenAI start themselves, for code or a hosted shell: billed by the session and memory.

https://platform.openai.com/docs/api-reference/containers/createContainers
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping
from ._openai import failed, is_post, without_content


def claims(request: Request) -> bool:
    return is_post(request, "/v1/containers") or (is_post(request, "/containers") and "/openai/" in request.path)


def asked(_request: Request, body: Mapping[str, Any]) -> Asked:
    return Asked(
        stream=False, units={"code_interpreter_sessions": 1}, context={"memory_limit": body.get("memory_limit")}
    )


def fold(reply: Reply, document: Document) -> Reply:
    body = mapping(document.data)
    updated = replace(
        reply,
        response_id=clean.word(body.get("id")),
        context={"memory_limit": body["memory_limit"]} if body.get("memory_limit") else {},
    )
    return failed(updated, body)


DIALECT = Dialect("openai_containers", "create_container", claims, asked, fold, without_content, lambda _sent: Usage())
