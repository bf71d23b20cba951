"""The tools that OpenAI runs for a response, and their billed units.

https://platform.openai.com/docs/guides/tools, https://platform.openai.com/docs/pricing#built-in-tools
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.price_context import price_context
from ..records.usage import Part, Usage
from . import _openai
from ._base import Reply, mapping
from ._doubts import INCOMPLETE, doubted
from ._openai import told_of_pictures
from ._shares import numbered

_SESSIONS = "code_interpreter_sessions"
_UNITS = {
    "web_search_call": "web_search_requests",
    "file_search_call": "file_search_requests",
    "code_interpreter_call": "code_interpreter_calls",
    "shell_call": _SESSIONS,
    "computer_call": "computer_calls",
    "image_generation_call": "images",
}
# The image model if none is named: https://platform.openai.com/docs/guides/tools-image-generation
_IMAGE_MODEL = "gpt-image-1"
_OF_PICTURES = ("output_tokens",)


def used(items: object, place: object = None) -> Iterator[tuple[str, object]]:
    """Yield the unit and an identifier of each billed item of an output.

    `place` is the index of a single item. Code runs in a container, which is billed once, however often code runs.
    """
    for number, one in enumerate(items if isinstance(items, list) else ()):
        item = mapping(one)
        kind = item.get("type")
        unit = _UNITS.get(kind) if isinstance(kind, str) else None
        if unit is None or not _is_billed(item) or (unit == _SESSIONS and not _container(item)):
            continue
        if container := _container(item):
            yield _SESSIONS, container
        else:
            yield unit, item.get("id") or (number if place is None else place)


def pictures(reply: Reply, response: Mapping[str, Any], whole: Usage) -> Reply:
    """Return `reply` with a share for its images: the tokens of the image model, or else the number of images.

    `whole` is the usage, which excludes images. If the usage counts images itself (xAI), they are not a share.
    """
    image_usage = mapping(mapping(response.get("tool_usage")).get("image_gen"))
    stated = _openai.usage(image_usage)
    tokens = stated if image_usage.get("total_tokens") != 0 and (stated.input_tokens or stated.output_tokens) else None
    pieces = sum(unit == "images" for unit, _ in reply.seen)
    if image_usage and not tokens and image_usage.get("total_tokens") != 0:
        reply = replace(reply, doubts=reply.doubts | {INCOMPLETE})
    if not (tokens or pieces) or "images" in (whole.units or {}) or whole == Usage():
        return reply
    item, tool = _of_type(response.get("output"), "image_generation_call"), _image_tool(response)
    model = clean.name(tool.get("model")) or (_IMAGE_MODEL if tokens or item.get("quality") else None)
    words = price_context({**told_of_pictures(tool), **told_of_pictures(item)})
    share = Part(tokens or Usage(units={"images": pieces}), model, price_context=words)
    others = frozenset(pair for pair in reply.seen if pair[0] != "images")
    doubts = doubted(reply, _openai.usage, image_usage, *_OF_PICTURES) if tokens else reply.doubts
    return replace(reply, seen=others, parts=numbered(Part(whole), share), doubts=doubts)


def _container(item: Mapping[str, Any]) -> object:
    """Return the id of the container in which code or a shell ran; a shell on the client's machine has none."""
    return item.get("container_id") or mapping(item.get("environment")).get("container_id")


def _image_tool(response: Mapping[str, Any]) -> Mapping[str, Any]:
    return _of_type(response.get("tools"), "image_generation")


def _of_type(items: object, kind: str) -> Mapping[str, Any]:
    found = (mapping(item) for item in items) if isinstance(items, list) else iter(())
    return next((item for item in found if item.get("type") == kind), {})


def _is_billed(item: Mapping[str, Any]) -> bool:
    return item.get("status") != "failed" and mapping(item.get("action")).get("type") not in (
        "open_page",
        "find_in_page",
    )
