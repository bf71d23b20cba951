"""LibreChat's transactions as `mongoexport` writes them: lines or an array, in relaxed or canonical extended JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from ..errors import FareboxError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# One credit is a millionth of a USD.
_NANOUSD_PER_CREDIT = 1000
PROMPT, COMPLETION = "prompt", "completion"


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one transaction books. `nanousd` and token counts are 0 or more; `rate` is USD per million tokens.

    `context` is LibreChat's word for the kind of call: message, title, incomplete, and others. `detail` has the rates
    by input, write and read, if the export holds them.
    """

    kind: str
    at: datetime
    user: str | None
    conversation: str | None
    message_id: str | None
    model: str | None
    context: str | None
    nanousd: int
    tokens: int
    input_tokens: int
    read_tokens: int
    write_tokens: int
    rate: Decimal | None = None
    detail: Mapping[str, Decimal] | None = None


def transactions(lines: Iterable[str], name: str) -> Iterator[Transaction]:
    """Yield the transactions of an export that bill tokens; FareboxError names the line of `name` that is none."""
    for number, document in _documents(lines, name):
        if not isinstance(document, dict) or "tokenType" not in document:
            raise FareboxError(
                f"{name}:{number}: not a transaction of LibreChat: export them with "
                "`mongoexport --collection=transactions`"
            )
        if document["tokenType"] in {PROMPT, COMPLETION}:
            try:
                yield _transaction(document)
            except (ValueError, TypeError, DecimalException, OverflowError) as error:
                raise FareboxError(f"{name}:{number}: a transaction whose figures can't be read: correct it") from error


def _documents(lines: Iterable[str], name: str) -> Iterator[tuple[int, Any]]:
    """Yield each document with its line, or its number in an array."""
    rest = iter(lines)
    for number, line in enumerate(rest, 1):
        text = line.strip().removeprefix("\ufeff")
        if text.startswith("["):
            yield from enumerate(_loaded("\n".join([text, *rest]), name, number), 1)
        elif text:
            yield number, _loaded(text, name, number)


def _loaded(text: str, name: str, number: int) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, object_hook=_extended)
    except (ValueError, RecursionError, DecimalException) as error:
        raise FareboxError(f"{name}:{number}: not JSON: use the output of `mongoexport` as it is") from error


def _extended(found: dict[str, Any]) -> Any:
    """Return the value that an object of extended JSON stands for, else the object."""
    if len(found) != 1:
        return found
    [(key, value)] = found.items()
    match key:
        case "$oid" | "$uuid":
            return value
        case "$numberLong" | "$numberInt":
            return int(value)
        case "$numberDouble" | "$numberDecimal":
            return Decimal(value)
        case "$date":
            return _EPOCH + timedelta(milliseconds=value) if isinstance(value, int) else datetime.fromisoformat(value)
        case _:
            return found


def _transaction(document: Mapping[str, Any]) -> Transaction:
    at = document.get("createdAt") or document.get("updatedAt")
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    if not isinstance(at, datetime):
        raise TypeError("createdAt")
    read, write = (_count(document.get(key)) for key in ("readTokens", "writeTokens"))
    tokens = _count(document.get("rawAmount"))
    own = document.get("inputTokens")
    detail = document.get("rateDetail")
    return Transaction(
        document["tokenType"],
        at if at.tzinfo else at.replace(tzinfo=UTC),
        _text(document.get("user")),
        _text(document.get("conversationId")),
        _text(document.get("messageId")),
        _text(document.get("model")),
        _text(document.get("context")),
        int((abs(Decimal(document.get("tokenValue") or 0)) * _NANOUSD_PER_CREDIT).to_integral_value()),
        tokens,
        tokens - read - write if own is None else _count(own),
        read,
        write,
        None if document.get("rate") is None else abs(Decimal(document["rate"])),
        {key: abs(Decimal(value)) for key, value in detail.items()} if isinstance(detail, dict) else None,
    )


def _count(value: Any) -> int:
    return abs(int(value or 0))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
