"""All dialects: every module in this folder with a `DIALECT` is registered."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from ..records.exchange import Request
from ..wire.documents import Document
from ._base import Dialect
from ._shape import other_shape

DIALECTS: tuple[Dialect, ...] = tuple(
    import_module(f"{__name__}.{module.name}").DIALECT
    for module in iter_modules(__path__)
    if not module.name.startswith("_")
)
BY_NAME: Mapping[str, Dialect] = {dialect.name: dialect for dialect in DIALECTS}


def dialect_of(request: Request) -> Dialect | None:
    """Return the dialect that claims `request` by its method and path; None if it is not an LLM call."""
    return next((dialect for dialect in DIALECTS if dialect.claims(request)), None)


def dialect_of_answer(claimed: Dialect, document: Document) -> Dialect:
    """Return the dialect that the first document of an answer is in: `claimed`, unless it has another's marks."""
    shape = other_shape(claimed.name, document)
    return claimed if shape is None else BY_NAME.get(shape, claimed)
