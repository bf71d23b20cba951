"""Find the parameter that an error is about if only its message names it. The message itself is not kept."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .params import KNOWN

_MESSAGE_LIMIT = 4096
_MESSAGES = 20
_DEPTH = 6
_PATH = r"[A-Za-z_]\w*(?:\.\w+|\[\d*\]|/\w+)*"
# In order of reliability: the path at the beginning of the message, then quoted names, then bare words.
_PLACES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:^|: )(?:[\w ]+ )?({_PATH})(?=: )",  # Anthropic: "temperature: range: 0..1"
        rf"^(?:[\w ]+: )+({_PATH})(?:$|[.,] )",  # "Unrecognized request argument supplied: top_k"
        rf"\bbody -> ({_PATH})",  # NVIDIA's reading of pydantic
        rf"#/({_PATH}): ",  # Bedrock: a JSON pointer
        rf"\[({_PATH})\] is not permitted",  # Bedrock: "extraneous key [top_k] is not permitted"
        rf"'loc': \('body', '({_PATH})'",  # OpenAI's audio: pydantic, printed
        rf"['\"`]({_PATH})['\"`]",
        r"\b([a-z]+(?:_[a-z]+)+)\b",
        r"\b([a-z]+(?:[A-Z][a-z]+)+)\b",
        rf"^({_PATH})$",  # Google: the field alone
    )
)
_SENTENCE = re.compile(
    r"(?:^|: )([A-Z]?[a-z]+(?: [a-z]+)?) (must|should|has to|cannot|is not|isn't|are not|does not|do not)\b"
)
_DEMANDS = frozenset({"must", "should", "has to"})
# Names that are also ordinary words: "while running the model: unexpected EOF" is not about a parameter.
_ORDINARY = frozenset(
    """model models message messages input inputs prompt content contents text texts query documents file image audio
    system user instructions conversation stream background format options parameters config""".split()
)
_CALLED_PARAMETER = re.compile(
    r"(?i)\b(?:(?:invalid|missing|unknown|unsupported|unrecognized)(?: \w+ in)?|parameter|argument|field) $"
)
_WORDS_BEFORE = 60
# After these, a message names correct values.
_ADVICE = re.compile(r"(?i)supported values|expected|should be|did you mean|one of|\buse\b")
_FIELDS = ("message", "msg", "detail", "description", "error", "field", "errors", "details", "fieldViolations")


def parameter_in(error: object, names: Collection[str]) -> str | None:
    """Return the parameter that `error`, a document, is about.

    It is one of `names` (the request's members) or a known parameter of an API: no other word of a message is ever
    returned.
    """
    for place in _places(error, [_MESSAGES], 0):
        found = _located(place, names) if isinstance(place, list) else _named(place, names)
        if found:
            return found
    return None


def _places(value: object, room: list[int], depth: int) -> Iterator[str | list[Any]]:
    """Yield the messages within `value`, and the lists that pydantic names `loc`, in document order."""
    room[0] -= 1
    if room[0] < 0 or depth > _DEPTH:
        return
    if isinstance(value, str):
        inner = _document_in(value)
        yield from _places(inner, room, depth + 1) if inner is not None else [value[:_MESSAGE_LIMIT]]
    elif isinstance(value, list):
        for item in value[:_MESSAGES]:
            yield from _places(item, room, depth + 1)
    elif isinstance(value, Mapping):
        yield from [value["loc"]] if isinstance(value.get("loc"), list) else []
        for inner in filter(None, map(value.get, _FIELDS)):
            yield from _places(inner, room, depth + 1)


def _document_in(message: str) -> Any:
    """Return the JSON document that a gateway passed on as a message, or None."""
    if not message.startswith(("{", "[")) or len(message) > _MESSAGE_LIMIT:
        return None
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None


def _located(parts: list[Any], names: Collection[str]) -> str | None:
    return _known_start([part for part in parts if isinstance(part, str) and part != "body"], names)


def _named(message: str, names: Collection[str]) -> str | None:
    message = _ADVICE.split(message, maxsplit=1)[0]
    for pattern in _PLACES:
        for match in pattern.finditer(message):
            found = _known_start(re.split(r"[./\[\]]+", match[1]), names)
            if found and not _is_prose(message, match):
                return found
    for match in _SENTENCE.finditer(message):
        name = match[1].lower().replace(" ", "_")
        if (name in names or name in KNOWN) and (name not in _ORDINARY or match[2] in _DEMANDS):
            return name
    return None


def _is_prose(message: str, match: re.Match[str]) -> bool:
    """Return whether an ordinary word continues a sentence that does not call it a parameter."""
    before = message[max(0, match.start(1) - _WORDS_BEFORE) : match.start(1)]
    return match[1] in _ORDINARY and re.search(r"\w $", before) is not None and not _CALLED_PARAMETER.search(before)


def _known_start(parts: list[str], names: Collection[str]) -> str | None:
    """Return the beginning of a path that consists of known names, without positions."""
    known: list[str] = []
    for part in parts:
        if part in names or part in KNOWN:
            known.append(part)
        elif not part.isdecimal():
            break
    return ".".join(known[:3]) or None
