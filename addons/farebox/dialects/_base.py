"""The definition of a dialect: a name and pure functions over documents."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any

import msgspec

from ..records import clean
from ..records.exchange import Request, Response
from ..records.text_size import TextSize
from ..records.usage import Part, Usage
from ..wire.documents import Document

_SEEN_LIMIT, _NAME_LIMIT = 1000, 64


class Asked(msgspec.Struct, frozen=True, eq=False):
    """What the request asks for.

    `units` are the billed units if the response does not count them (characters). A poll of earlier work `completes`
    the row of that work, named by its response id, and is not a row itself. `context` sets the price besides model and
    tier, in any words: `price_context` selects the known ones. `params` and `sizes` are read from any body and
    filled by no dialect.
    """

    model: str | None = None
    stream: bool | None = None
    units: Mapping[str, int] | None = None
    completes: str | None = None
    context: Mapping[str, Any] = msgspec.field(default_factory=dict)
    params: dict[str, Any] | None = None
    sizes: TextSize = TextSize()

    def __eq__(self, other: object) -> bool:
        """Compare what is asked for; `params` and `sizes` only describe the body."""
        return isinstance(other, Asked) and _told(self) == _told(other)

    __hash__ = None  # type: ignore[assignment]


_told = attrgetter("model", "stream", "units", "completes", "context")


class Reply(msgspec.Struct, frozen=True):
    """The content of the documents so far; a cut stream is just an earlier Reply.

    `usage` is the provider's usage object as sent, merged if the API splits it. `units` are counted from the response;
    `seen` are pairs of unit and name that count once. `parts` are the shares with models or tiers of their own; their
    sum is then the usage. `context` takes precedence over that of the request. `doubts` name reasons why
    the usage may be wrong. `is_complete` is set by the terminal
    document, if the API has one; `is_pending` if billed work continues after the response; `is_answered` by the last
    or nearly last document of a response whose end is not marked.
    """

    model: str | None = None
    response_id: str | None = None
    service_tier: str | None = None
    finish_reason: str | None = None
    usage: Mapping[str, Any] | None = None
    units: Mapping[str, int] | None = None
    seen: frozenset[tuple[str, str]] = frozenset()
    parts: Mapping[Hashable, Part] = msgspec.field(default_factory=dict)
    context: Mapping[str, Any] = msgspec.field(default_factory=dict)
    error_type: str | None = None
    error_code: str | None = None
    error_param: str | None = None
    doubts: frozenset[str] = frozenset()
    is_error: bool = False
    is_complete: bool = False
    is_pending: bool = False
    is_answered: bool = False


class SessionState(msgspec.Struct, frozen=True):
    """The terms of a websocket: the request, the serving model, and the model that transcribes speech."""

    asked: Asked
    served: str | None = None
    transcriber: str | None = None


@dataclass(frozen=True, slots=True)
class SocketExchange:
    """The response that a message on a websocket belongs to.

    `name` distinguishes it from simultaneous responses; `asked` and `dialect` are set if they differ from the
    session's. A message that does not `begin` one belongs to a response only if one is in progress.
    """

    name: str = ""
    asked: Asked | None = None
    dialect: "Dialect | None" = None
    begins: bool = True


@dataclass(frozen=True, slots=True)
class Socket:
    """How messages on a websocket make up responses, each of which is folded separately.

    `agree` updates the state with a message of either side; `ask` returns the response that a client's message asks
    for, `answer` the one that a server's message belongs to. A request during a response `waits` for its end, or else
    becomes part of it. If the API `bills_session`, the session states a usage of its own beside its responses.
    `messages` counts what a client's message adds to the next response's bill, as units, if the usage of that `bills`
    them.
    """

    agree: Callable[[SessionState, Document], SessionState]
    ask: Callable[[SessionState, Document], SocketExchange | None]
    answer: Callable[[SessionState, Document], SocketExchange | None]
    waits: bool = True
    bills_session: bool = False
    messages: Callable[[Document], Mapping[str, int]] = lambda _document: {}
    bills: Callable[[Mapping[str, Any]], bool] = lambda _sent: True


@dataclass(frozen=True, slots=True)
class Dialect:
    """One API. `name` is the module's name, `operation` is OpenTelemetry's `gen_ai.operation.name`.

    `begin` returns the Reply of the response's headers, for APIs that count in headers. `billed` converts the usage to
    billed units if those depend on the request. `socket` is set if the API uses a websocket. `shows_tools` if each use
    of a server's tool that the usage counts is in the response, too.
    """

    name: str
    operation: str
    claims: Callable[[Request], bool]
    asked: Callable[[Request, Mapping[str, Any]], Asked]
    fold: Callable[[Reply, Document], Reply]
    has_content: Callable[[Document], bool]
    usage: Callable[[Mapping[str, Any]], Usage]
    begin: Callable[[Response], Reply] = lambda _response: Reply()
    billed: Callable[[Asked, Usage], Usage] = lambda _asked, usage: usage
    socket: Socket | None = None
    shows_tools: bool = False


def mapping(value: object) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def first_mapping(value: object) -> Mapping[str, Any]:
    """Return the first item of `value` if that is a list that starts with a JSON object, else an empty object."""
    return mapping(value[0]) if isinstance(value, list) and value else {}


def newest(before: Mapping[str, Any] | None, sent: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the usage object `sent`, or that of `before` if `sent` has no number: zeros replace none."""
    return sent if sent and (not before or any(map(clean.count, sent.values()))) else before


def tokens(usage: Mapping[str, Any], *names: str) -> int | None:
    """Return the first count that `usage` states under one of `names`; a name with a dot is one object deeper."""
    for name in names:
        outer, inner = _steps(name)
        value = usage.get(outer)
        if inner is not None:
            value = value.get(inner) if isinstance(value, dict) else None
        if value is not None and (number := clean.count(value)) is not None:
            return number
    return None


@lru_cache(1024)
def _steps(name: str) -> tuple[str, str | None]:
    outer, _, inner = name.partition(".")
    return outer, inner or None


def seen(reply: Reply, things: Iterable[tuple[str, object]]) -> frozenset[tuple[str, str]]:
    """Return `reply.seen` and `things`, pairs of a unit and an identifier, up to a limit."""
    if len(reply.seen) >= _SEEN_LIMIT:
        return reply.seen
    return reply.seen | {(unit, str(name)[:_NAME_LIMIT]) for unit, name in islice(things, _SEEN_LIMIT)}
