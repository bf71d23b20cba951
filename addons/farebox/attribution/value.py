"""Values that name a caller: decoded and short, neither a placeholder nor a credential."""

import base64
import binascii
import re
from typing import Any

import msgspec

from ..records import clean
from ..records.header_value import header_value

LIMIT = 128
# More words than these are prose.
_WORDS = 4
# LibreChat before 0.8.8 sends a placeholder as it is if it has no value for it; later releases send an empty value.
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}")
# JavaScript's and Python's words for a value that isn't there.
_ABSENT = frozenset({"undefined", "null", "none", "[object object]"})
_BASE64 = "b64:"
# Ids of 27 and 28 random characters exist (KSUID, Firebase); keys without a prefix have 32 and more.
_RANDOM_LIMIT = 28
# A user's hash, which OpenAI asks for in place of an e-mail address, and trace ids.
_HASH = re.compile(r"(?:[a-z]{1,12}[_:-])?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})")
# UUIDs and MongoDB's ids, which most values are; the searches for credentials take ten times as long as all else.
_PLAIN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24}")
_JSON_LIMIT = 4096


def named(value: object, *, is_id: bool = False, is_person: bool = False) -> str | None:
    """Return `value` if it can name someone or something; None for a placeholder, an empty value or a credential.

    An id contains no blank; a name may consist of some words. Only a person is named by an e-mail address. Control
    characters and those that change the direction of text are removed; several lines are no name.
    """
    text = _on_one_line(_decoded(str(value) if isinstance(value, int) and not isinstance(value, bool) else value))
    if text is not None and _PLAIN_ID.fullmatch(text):
        return text
    if text is None or len(text) > LIMIT or not text.isprintable() or text.lower() in _ABSENT:
        return None
    if _PLACEHOLDER.search(text) or len(text.split()) > (1 if is_id else _WORDS):
        return None
    if clean.has_address(text) and not is_person:
        return None
    return clean.text(text) if _HASH.fullmatch(text) else header_value(text, random_limit=_RANDOM_LIMIT)


def member(document: str, path: str) -> Any:
    """Return the member of the JSON in `document` at the dotted `path`; None if there is none."""
    if len(document) > _JSON_LIMIT:
        return None
    try:
        value = msgspec.json.decode(_decoded(document) or "")
    except msgspec.DecodeError:
        return None
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _on_one_line(text: str | None) -> str | None:
    # A text that is far too long isn't searched: this is in the way of other calls.
    if text is None or text.isprintable() or len(text) > 2 * LIMIT:
        return text
    return clean.visible(text).strip() if len(text.splitlines()) == 1 else None


def _decoded(value: object) -> str | None:
    """Return a text without blanks around it; LibreChat encodes values that are not Latin-1."""
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith(_BASE64):
        try:
            text = base64.b64decode(text.removeprefix(_BASE64), validate=True).decode().strip()
        except (binascii.Error, ValueError):
            return None
    return text or None
