"""All dialects: every module in this folder with a `DIALECT` is registered."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from itertools import chain
from pkgutil import iter_modules

from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Dialect
from ._odd_paths import plain_forms
from ._shape import other_shape

DIALECTS: tuple[Dialect, ...] = tuple(
    import_module(f"{__name__}.{module.name}").DIALECT
    for module in iter_modules(__path__)
    if not module.name.startswith("_")
)
BY_NAME: Mapping[str, Dialect] = {dialect.name: dialect for dialect in DIALECTS}


# The only headers by which a dialect claims a request.
CLAIMED_BY = frozenset({"upgrade", "anthropic-version"})


def dialect_of(request: Request) -> Dialect | None:
    """Return the dialect that claims `request` by its method and path; None if it is not an LLM call."""
    return _claimed(request)[0]


def in_plain_form(request: Request) -> Request:
    """Return `request` with the method and path by which it is claimed: those of an odd spelling are other ones."""
    plain = _claimed(request)[1]
    is_plain = (plain.method, plain.path) == (request.method, request.path)
    return request if is_plain else replace(request, method=plain.method, path=plain.path)


def _claimed(request: Request) -> tuple[Dialect | None, Request]:
    headers = tuple([header for header in request.headers if header[0] in CLAIMED_BY])
    return _claiming(request.method, request.host, request.port, request.path, headers)


@lru_cache(1024)
def _claiming(
    method: str, host: str, port: int, path: str, headers: tuple[tuple[str, str], ...]
) -> tuple[Dialect | None, Request]:
    request = Request(method, host, port, path, headers)
    for form in chain((request,), plain_forms(request)):
        for dialect in DIALECTS:
            if dialect.claims(form):
                return dialect, form
    return None, request


def dialect_of_answer(claimed: Dialect, document: Document) -> Dialect:
    """Return the dialect that the first document of an answer is in: `claimed`, unless it has another's marks."""
    shape = other_shape(claimed.name, document)
    return claimed if shape is None else BY_NAME.get(shape, claimed)
