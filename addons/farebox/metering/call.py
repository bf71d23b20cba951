"""A claimed request: what it asks for, of whom."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..dialects import dialect_of
from ..dialects._base import Asked, Dialect, mapping
from ..errors import WireError
from ..providers.table import NOBODY, PROVIDERS, Provider, Table, provider_of
from ..records.exchange import Request
from ..records.params import names_of, params_of
from ..records.text_size import TextSize, measure
from ..wire import form
from ..wire.documents import decode
from ..wire.truncated_json import partial_document
from .cost_fields import CostField


@dataclass(frozen=True, slots=True)
class Call:
    """One claimed request: who it goes to, how it talks, what it asks for; `started_at` in nanoseconds since 1970."""

    id: str
    started_at: int
    request: Request
    dialect: Dialect
    provider: Provider
    asked: Asked
    tags: dict[str, str] | None = None
    cost_fields: tuple[CostField, ...] = ()

    @property
    def cost_places(self) -> Iterator[CostField]:
        """Where the answer may state the cost: of `cost_fields`, those that are for such calls."""
        return (one for one in self.cost_fields if one.is_for(self.provider.name, self.request.host))


def asked_of(request: Request, dialect: Dialect) -> Asked:
    """Return what the body asks for; a body that is cut off or no JSON tells what can still be read from it."""
    content_type = request.header("content-type")
    if form.boundary(content_type):
        return _with_facts(dialect.asked(request, {}), form.fields(content_type, request.body), TextSize())
    try:
        body = decode(request.body) if request.body_is_whole else partial_document(request.body)
    except WireError:
        return dialect.asked(request, {})
    prompt, media = measure(body)
    sizes = TextSize(prompt if request.body_is_whole else None, media)
    return _with_facts(dialect.asked(request, mapping(body)), mapping(body), sizes)


def _with_facts(asked: Asked, body: Mapping[str, Any], sizes: TextSize) -> Asked:
    return replace(asked, params=params_of(body), names=names_of(body), sizes=sizes)


def call_of(
    request: Request,
    *,
    call_id: str,
    started_at: int,
    tags: dict[str, str] | None = None,
    table: Table = PROVIDERS,
) -> Call | None:
    """Return the Call that `request` makes, or None where no dialect claims it."""
    dialect = dialect_of(request)
    if dialect is None:
        return None
    provider = provider_of(request.host, request.port, table) or NOBODY
    return Call(call_id, started_at, request, dialect, provider, asked_of(request, dialect), tags)
