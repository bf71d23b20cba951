"""All dialects: every module in this folder with a `DIALECT` is registered."""

from importlib import import_module
from pkgutil import iter_modules

from ..records.exchange import Request
from ._base import Dialect

DIALECTS: tuple[Dialect, ...] = tuple(
    import_module(f"{__name__}.{module.name}").DIALECT
    for module in iter_modules(__path__)
    if not module.name.startswith("_")
)


def dialect_of(request: Request) -> Dialect | None:
    """Return the dialect that claims `request` by its method and path; None if it is not an LLM call."""
    return next((dialect for dialect in DIALECTS if dialect.claims(request)), None)
