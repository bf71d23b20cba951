"""The tools that OpenAI runs for a response, and what they are billed by.

https://platform.openai.com/docs/guides/tools, https://platform.openai.com/docs/pricing#built-in-tools
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..records import clean
from ..records.price_context import price_context
from ..records.usage import Part, Usage
from . import _openai
from ._base import Reply, mapping
from ._openai import told_of_pictures
from ._shares import numbered

_SESSIONS = "code_interpreter_sessions"
_UNITS = {
    "web_search_call": "web_search_requests",
    "file_search_call": "file_search_requests",
    "code_interpreter_call": "code_interpreter_calls",
    "computer_call": "computer_calls",
    "image_generation_call": "images",
}
# The model that paints where none is named: https://platform.openai.com/docs/guides/tools-image-generation
_PAINTER = "gpt-image-1"


def used(items: object, place: object = None) -> Iterator[tuple[str, object]]:
    """Yield the unit of each item of an output that is billed, or tells what was, and what tells it from the others.

    `place` is where a single item stands. Code runs in a container, which is billed, however often code runs in it.
    """
    for number, one in enumerate(items if isinstance(items, list) else ()):
        item = mapping(one)
        kind = item.get("type")
        unit = _UNITS.get(kind) if isinstance(kind, str) else None
        if unit is None or not _is_billed(item):
            continue
        if container := item.get("container_id"):
            yield _SESSIONS, container
        else:
            yield unit, item.get("id") or (number if place is None else place)


def pictures(reply: Reply, response: Mapping[str, Any], whole: Usage) -> Reply:
    """Return `reply` with what the pictures are billed: tokens of the model that painted them, else by the piece.

    `whole` is the usage, which leaves them out. Where the usage counts pictures itself (xAI), they are no share.
    """
    painted = mapping(mapping(response.get("tool_usage")).get("image_gen"))
    tokens = _openai.usage(painted) if painted.get("total_tokens") else None
    pieces = sum(unit == "images" for unit, _ in reply.seen)
    if not (tokens or pieces) or "images" in (whole.units or {}) or whole == Usage():
        return reply
    item, tool = _of_type(response.get("output"), "image_generation_call"), _painter(response)
    model = clean.name(tool.get("model")) or (_PAINTER if tokens or item.get("quality") else None)
    words = price_context({**told_of_pictures(tool), **told_of_pictures(item)})
    share = Part(tokens or Usage(units={"images": pieces}), model, price_context=words)
    others = frozenset(pair for pair in reply.seen if pair[0] != "images")
    return replace(reply, seen=others, parts=numbered(Part(whole), share))


def _painter(response: Mapping[str, Any]) -> Mapping[str, Any]:
    return _of_type(response.get("tools"), "image_generation")


def _of_type(items: object, kind: str) -> Mapping[str, Any]:
    found = (mapping(item) for item in items) if isinstance(items, list) else iter(())
    return next((item for item in found if item.get("type") == kind), {})


def _is_billed(item: Mapping[str, Any]) -> bool:
    return item.get("status") != "failed" and mapping(item.get("action")).get("type") not in (
        "open_page",
        "find_in_page",
    )
