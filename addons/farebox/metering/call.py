"""A claimed request: its provider, its dialect, and the parameters of its body."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from ..billing.key_kind import key_kind
from ..dialects import dialect_of, in_plain_form
from ..dialects._base import Asked, Dialect, mapping
from ..errors import WireError
from ..providers.table import NOBODY, PROVIDERS, UNKNOWN, Provider, Table, provider_of
from ..records import clean
from ..records.exchange import Request
from ..records.host_port import host_port
from ..records.params import names_of, params_of
from ..records.pieces import Pieces, whole
from ..records.text_size import TextSize, measuring, measuring_raw
from ..wire import form
from ..wire.documents import decode
from ..wire.large_json import is_large, reading_outer_members
from ..wire.truncated_json import partial_document
from .address import ANY_ADDRESS, AddressRules
from .cost_fields import CostField

# A body of as many bytes is read within a millisecond, whatever it contains.
AT_ONCE = 32 << 10


@dataclass(frozen=True, slots=True)
class Call:
    """One claimed request with its provider, its dialect and what it asks for; `started_at` is in ns since 1970.

    `facts` are columns that rules over the request have found: who made the call, and why. `address` is what of
    the request's address the user's prices ask for.
    """

    id: str
    started_at: int
    request: Request
    dialect: Dialect
    provider: Provider
    asked: Asked
    tags: dict[str, str] | None = None
    cost_fields: tuple[CostField, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    address: AddressRules = ANY_ADDRESS

    @property
    def applicable_cost_fields(self) -> Iterator[CostField]:
        """The user's `cost_fields` that apply to this provider and host, then the provider's own."""
        yield from (field for field in self.cost_fields if field.is_for(self.provider.name, self.request.host))
        if self.provider.states_cost_at:
            yield CostField(field=self.provider.states_cost_at, unit=self.provider.states_cost_in)


def asked_of(request: Request, dialect: Dialect) -> Asked:
    """Return what the body asks for. If the body is cut off, large or not JSON, return what can be read of it.

    The time that this takes is bounded, because no other call of the worker proceeds meanwhile.
    """
    return read(request, dialect)[0]


def read(request: Request, dialect: Dialect) -> tuple[Asked, Mapping[str, Any]]:
    """Return what the body asks for, as asked_of() does, and the members of the body that were read."""
    return whole(reading(request, dialect))


def reading(request: Request, dialect: Dialect) -> Pieces[tuple[Asked, Mapping[str, Any]]]:
    """Do what `read` does in pieces, none of which takes much longer than half a millisecond."""
    request = in_plain_form(request)
    content_type = request.header("content-type")
    if form.boundary(content_type):
        fields = form.fields(content_type, request.body)
        return _with_facts(dialect.asked(request, {}), fields, TextSize()), fields
    try:
        document, sizes = yield from _reading(request)
    except WireError:
        return dialect.asked(request, {}), {}
    body = mapping(document)
    return _with_facts(dialect.asked(request, body), body, sizes), body


def names_in(request: Request) -> frozenset[str]:
    """Return the names of the members of the request's body. Only errors are about them, so it is read again."""
    fields = form.fields(request.header("content-type"), request.body)
    with contextlib.suppress(WireError):
        return names_of(fields or mapping(whole(_reading(request))[0]))
    return frozenset()


def _reading(request: Request) -> Pieces[tuple[Any, TextSize]]:
    """Return the document in the body, and how much text it holds."""
    if not request.body_is_whole:
        body = partial_document(request.body)
        yield
        return body, TextSize(None, (yield from measuring(body))[1])
    if is_large(request.body):
        members = yield from reading_outer_members(request.body)
        yield
        return members, TextSize(*(yield from measuring_raw(request.body)))
    body = decode(request.body)
    if len(request.body) > AT_ONCE:
        yield
    return body, TextSize(*(yield from measuring(body)))


def _with_facts(asked: Asked, body: Mapping[str, Any], sizes: TextSize) -> Asked:
    return msgspec.structs.replace(asked, params=params_of(body), sizes=sizes)


def called(call: Call) -> dict[str, Any]:
    """Return the fields of a Reading that the request alone determines."""
    request, asked = call.request, call.asked
    key = key_kind(request)
    return {
        "id": call.id,
        "started_at": call.started_at,
        "provider": call.provider.name,
        # A host never contains an "@": before it is a user, perhaps with a password.
        "host": (clean.name(host_port(request.host, request.port)) if "@" not in request.host else None) or UNKNOWN,
        "dialect": call.dialect.name,
        "operation": call.dialect.operation,
        "model_requested": asked.model,
        "completes": asked.completes,
        "request_bytes": request.body_bytes,
        "key_kind": key.kind if key is not None else None,
        "tags": call.tags,
        "params": asked.params,
        **call.facts,
    }


def call_of(
    request: Request,
    *,
    call_id: str,
    started_at: int,
    tags: dict[str, str] | None = None,
    table: Table = PROVIDERS,
) -> Call | None:
    """Return the Call for `request`, or None if no dialect claims it."""
    dialect = dialect_of(request)
    if dialect is None:
        return None
    provider = provider_of(request.host, request.port, table) or NOBODY
    return Call(call_id, started_at, request, dialect, provider, asked_of(request, dialect), tags)
