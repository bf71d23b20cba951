"""The structure of a request, whatever its API: messages, tools, schema, and where its prompt begins and ends.

Texts stay in memory, and only while the request is read.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import msgspec

_SYSTEM_ROLES = frozenset({"system", "developer"})
# Coding agents list a hundred tools. No rule is about so many messages or parts.
_TOOLS = 200
_SYSTEMS = 3
_PARTS = 20
# How far from the end the last message of the user is searched: results of tools can follow it.
_LAST = 50
_STRUCTURING = frozenset({"tool_choice", "toolConfig", "response_format", "text"})
_NO_TOOLS: frozenset[str] = frozenset()


class Shape(msgspec.Struct, frozen=True):
    """What rules are about. None is unknown: a body that is large or cut off is read in part.

    `messages` is the number of messages without system prompts; `user` is the text of the user's last message. An
    answer `is_structured` if it must have a schema or call a certain tool.
    """

    stream: bool | None = None
    messages: int | None = None
    tools: frozenset[str] | None = None
    schema: str | None = None
    is_structured: bool = False
    system: str = ""
    user: str = ""


def shape_of(body: Mapping[str, Any], *, stream: bool | None) -> Shape:
    """Return the structure of the request with `body`."""
    given = body.get("messages", body.get("input", body.get("contents", body.get("message"))))
    system = _first_text(body, "system", "instructions", "systemInstruction", "system_instruction", "preamble")
    messages = [{"role": "user", "content": given}] if isinstance(given, str) else given
    if not isinstance(messages, list):
        return Shape(stream, None, _tools(body), _schema(body), _is_structured(body), system)
    systems = [one for one in messages[:_SYSTEMS] if isinstance(one, dict) and one.get("role") in _SYSTEM_ROLES]
    return Shape(
        stream,
        len(messages) - len(systems),
        _tools(body),
        _schema(body),
        _is_structured(body),
        system or next(map(_text_of, systems), ""),
        next(map(_text_of, _from_user(messages)), ""),
    )


def _from_user(messages: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the user's messages, the last one first; Gemini's first message may have no role."""
    for message in islice(reversed(messages), _LAST):
        if isinstance(message, dict) and message.get("role", "user") == "user" and _text_of(message):
            yield message


def _first_text(body: Mapping[str, Any], *names: str) -> str:
    return next((text for name in names if (text := _text(body.get(name)))), "")


def _text_of(message: Mapping[str, Any]) -> str:
    return _text(message.get("content", message.get("parts", message.get("text"))))


def _text(content: object) -> str:
    """Return a text, or the first text of a list of parts."""
    if isinstance(content, dict):
        content = content.get("parts", content.get("text"))
    if isinstance(content, list):
        texts = (part.get("text") if isinstance(part, dict) else part for part in content[:_PARTS])
        content = next((text for text in texts if isinstance(text, str) and text), "")
    return content if isinstance(content, str) else ""


def _tools(body: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the names of the tools; None if they were not read."""
    if "tools" not in body and "toolConfig" not in body:
        return _NO_TOOLS
    config = body.get("toolConfig")
    given = config.get("tools") if isinstance(config, dict) else body.get("tools", [])
    if not isinstance(given, list):
        return None
    return frozenset(name for tool in given[:_TOOLS] for name in _names(tool))


def _names(tool: object) -> Iterator[str]:
    """Yield the names in a tool: OpenAI's, Anthropic's, Bedrock's, or each of Gemini's declarations."""
    if not isinstance(tool, dict):
        return
    declared = tool.get("functionDeclarations", tool.get("function_declarations"))
    inner = declared if isinstance(declared, list) else [tool.get("function") or tool.get("toolSpec") or tool]
    for one in inner:
        name = one.get("name") or one.get("type") if isinstance(one, dict) else None
        if isinstance(name, str):
            yield name


def _is_structured(body: Mapping[str, Any]) -> bool:
    """Return whether the answer must have a schema, or call a certain tool."""
    if body.keys().isdisjoint(_STRUCTURING):
        return False
    config = body.get("toolConfig")
    choices = (body.get("tool_choice"), config.get("toolChoice") if isinstance(config, dict) else None)
    is_forced = any(isinstance(one, dict) and not {"auto", "any"} & {one.get("type"), *one} for one in choices)
    return is_forced or _schema(body) is not None or isinstance(body.get("response_format"), dict)


def _schema(body: Mapping[str, Any]) -> str | None:
    """Return the name of the schema that the answer must have."""
    for outer, inner in (("response_format", "json_schema"), ("text", "format")):
        given = body.get(outer)
        described = given.get(inner) if isinstance(given, dict) else None
        if isinstance(described, dict) and isinstance(described.get("name"), str):
            return str(described["name"])
    return None
