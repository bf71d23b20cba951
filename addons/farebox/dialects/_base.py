"""What a dialect is: a name and pure functions over documents."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from ..records import clean
from ..records.exchange import Request, Response
from ..records.text_size import TextSize
from ..records.usage import Part, Usage, total
from ..wire.documents import Document

_SEEN_LIMIT, _NAME_LIMIT = 1000, 64


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request asks for.

    `units` are what it is billed by where the answer does not count them (characters). A request that only looks at
    what an earlier one started `completes` that one's row, named by its response id, and is no row itself. `context` is
    what sets the price beside model and tier, in any words: `price_context` knows which to keep. `params`, `names` and
    `sizes` are read from any body, whatever its dialect: no dialect fills them.
    """

    model: str | None = None
    stream: bool | None = None
    units: Mapping[str, int] | None = None
    completes: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    params: dict[str, Any] | None = field(default=None, compare=False)
    names: frozenset[str] = field(default=frozenset(), compare=False)
    sizes: TextSize = field(default_factory=TextSize, compare=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the documents told so far; a cut stream is just an earlier Reply.

    `usage` is the provider's usage object as sent, merged where the API splits it; `units` are what the answer shows
    beside it, by being counted, `seen` (unit, name) what is to be counted once. `parts` are the shares that have models
    or tiers of their own: the usage is then their sum. `context` goes before that of the request. `is_complete` is set
    by the terminal document, where the API has one; `is_pending` where what is billed goes on after the answer;
    `is_answered` by what comes last of an answer, or nearly so, where nothing else tells its end.
    """

    model: str | None = None
    response_id: str | None = None
    service_tier: str | None = None
    finish_reason: str | None = None
    usage: Mapping[str, Any] | None = None
    units: Mapping[str, int] | None = None
    seen: frozenset[tuple[str, str]] = frozenset()
    parts: Mapping[Hashable, Part] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    error_type: str | None = None
    error_code: str | None = None
    error_param: str | None = None
    is_error: bool = False
    is_complete: bool = False
    is_pending: bool = False
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class SessionState:
    """What the two ends of a websocket agreed on: what is asked for, which model serves, which writes speech down."""

    asked: Asked
    served: str | None = None
    transcriber: str | None = None


@dataclass(frozen=True, slots=True)
class SocketExchange:
    """The response that a message on a websocket belongs to.

    `name` tells it from others that go on at the same time; `asked` and `dialect` stand here where they are not the
    session's. A message that `begins` none belongs to a response only where one is under way.
    """

    name: str = ""
    asked: Asked | None = None
    dialect: "Dialect | None" = None
    begins: bool = True


@dataclass(frozen=True, slots=True)
class Socket:
    """How messages on a websocket make responses, each of which is folded as an answer of its own.

    `agree` keeps the terms, of messages of either side; `ask` returns the response that a client's message asks for,
    `answer` the one that a server's message is a part of. What is asked for while an answer goes on `waits` for its
    turn, or else goes into that answer.
    """

    agree: Callable[[SessionState, Document], SessionState]
    ask: Callable[[SessionState, Document], SocketExchange | None]
    answer: Callable[[SessionState, Document], SocketExchange | None]
    waits: bool = True


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one API talks. `name` is the module's name, `operation` OpenTelemetry's `gen_ai.operation.name`.

    `begin` returns what the head of the answer tells already, for APIs that count in headers. `billed` names what was
    used as it is billed, where that hangs on what was asked for. `socket` is there where the API talks over a
    websocket.
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


def mapping(value: object) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def first_mapping(value: object) -> Mapping[str, Any]:
    """Return the first item of `value` if that is a list that starts with a JSON object, else an empty object."""
    return mapping(value[0]) if isinstance(value, list) and value else {}


def tokens(usage: Mapping[str, Any], *names: str) -> int | None:
    """Return the first count that `usage` states under one of `names`; a name with a dot looks one object deeper."""
    for name in names:
        outer, _, inner = name.partition(".")
        value = mapping(usage.get(outer)).get(inner) if inner else usage.get(outer)
        if (number := clean.count(value)) is not None:
            return number
    return None


def seen(reply: Reply, things: Iterable[tuple[str, object]]) -> frozenset[tuple[str, str]]:
    """Return what was seen so far and `things`, each a unit and what tells one from another; no more than is likely."""
    if len(reply.seen) >= _SEEN_LIMIT:
        return reply.seen
    return reply.seen | {(unit, str(name)[:_NAME_LIMIT]) for unit, name in islice(things, _SEEN_LIMIT)}


def one_hour_writes(usage: Mapping[str, Any], cache_write: int | None) -> int | None:
    """Return the one-hour share of the cache writes; a split that does not add up to the total is stale: None."""
    one_hour = tokens(usage, "cache_creation.ephemeral_1h_input_tokens")
    five_minutes = tokens(usage, "cache_creation.ephemeral_5m_input_tokens")
    return one_hour if total(one_hour, five_minutes) == cache_write else None
