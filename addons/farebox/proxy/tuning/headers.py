"""Look a header up in one pass.

mitmproxy calls five functions for a look-up, and two more for each header of the message; a chunk of a stream takes two
look-ups, and a short call about sixty.
"""

from collections.abc import Mapping
from typing import Any

from mitmproxy.coretypes.multidict import _MultiDict
from mitmproxy.http import Headers

from ..patches._patch import Patch, apply
from ._known import Known, are_known

_stock_get_all = Headers.get_all


def use_headers() -> bool:
    """Make the change; False if mitmproxy's code is not what this was written for."""
    are_inherited = all(getattr(Headers, name) in pair for name, pair in _INHERITED.items())
    if not (are_inherited and are_known(RELIED_ON) and apply(GET_ALL)):
        return False
    for name, (_, replacement) in _INHERITED.items():
        setattr(Headers, name, replacement)
    return True


def _get_all(headers: Headers, name: str | bytes) -> list[str]:
    if type(name) is not str:
        return _stock_get_all(headers, name)
    wanted = name.encode("utf-8", "surrogateescape").lower()
    return [value.decode("utf-8", "surrogateescape") for key, value in headers.fields if key.lower() == wanted]


def _get(headers: Headers, key: str | bytes, default: Any = None) -> Any:
    values = headers.get_all(key)
    return ", ".join(values) if values else default


def _contains(headers: Headers, key: Any) -> bool:
    return bool(headers.get_all(key))


GET_ALL = Patch(Headers, "get_all", _get_all, "each call takes 0.1 ms more", frozenset({"3dcdedcf046177f4"}))
RELIED_ON = (
    Known(_MultiDict.get_all, frozenset({"489f13e49b662fc8"})),
    Known(_MultiDict.__getitem__, frozenset({"2d61225b64761828"})),
    Known(Headers._kconv, frozenset({"9cca5996dc853286"})),  # noqa: SLF001 - relied on, not called
    Known(Headers._reduce_values, frozenset({"fefbf178c022562c"})),  # noqa: SLF001 - the same
)
# Those of collections.abc: Headers has none of its own.
_INHERITED = {"get": (Mapping.get, _get), "__contains__": (Mapping.__contains__, _contains)}
