"""Other spellings of a path that some servers and gateways take for the plain one, and PUT for POST.

They are tried only if no dialect claims a request as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from ..records.exchange import Request

_PARAMETERS = re.compile(r";[^/]*")
_SLASHES = re.compile(r"/{2,}")
# The segment behind one of these is a name, whose case may count.
_NAMES_FOLLOW = frozenset({"deployments", "engines", "endpoints", "locations", "model", "models", "projects"})


def plain_forms(request: Request) -> Iterator[Request]:
    """Yield the requests that `request` may stand for, the most similar one first."""
    method = "POST" if request.method == "PUT" else request.method
    path = _structured(request.path)
    for form in dict.fromkeys((path, _folded(path), _structured(unquote(path)), _folded(_structured(unquote(path))))):
        if (method, form) != (request.method, request.path):
            yield replace(request, method=method, path=form)


def _structured(path: str) -> str:
    """Return `path` without parameters (`;v=1`), doubled slashes and one at its end."""
    return _SLASHES.sub("/", _PARAMETERS.sub("", path)).rstrip("/")


def _folded(path: str) -> str:
    """Return `path` in lower case, but for names."""
    folded: list[str] = []
    for segment in path.split("/"):
        is_name = bool(folded) and folded[-1] in _NAMES_FOLLOW
        folded.append(segment if is_name else segment.lower())
    return "/".join(folded)
