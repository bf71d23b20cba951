"""Why a booking differs from the cost of its call, in nano-USD that add up to the difference."""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ..records.reading import OK
from .bookings import Booking
from .matching import Call, Match

CACHE_TWICE = "cached tokens booked twice"
USAGE_TWICE = "usage of a stream added up twice"
NO_USAGE = "no usage in the response, tokens counted by LibreChat"
TITLE = "titles book cached tokens at the full rate"
OTHER_TOKENS = "other token counts"
DEFAULT_RATE = "unknown model at LibreChat's default rate"
BEDROCK_RATE = "Bedrock's price for another provider"
OTHER_RATE = "another price"
FAILED = "failed call booked"
ABORTED = "aborted reply, estimated by LibreChat"
UNSEEN = "booked, but farebox saw no such call"
NOT_BOOKED = "billed, but not booked"
ROUNDING = "rounding"
_RATE = re.compile(r"(?P<usd>[\d.]+)(?P<steps>(?:, [\d.]+ above \d+)*)(?:, at least \d+)? per million")
_STEP = re.compile(r", ([\d.]+) above (\d+)")
# The classes of tokens that LibreChat distinguishes, and the ledger's names of their prices.
_CLASSES = {
    "input": "input_tokens",
    "read": "cache_read_tokens",
    "write": "cache_write_tokens",
    "output": "output_tokens",
}
Amounts = Mapping[str, int]


class Explained(NamedTuple):
    """A Match with its sums in nano-USD; `billed` is None if the cost is unknown, and nothing is compared then."""

    match: Match
    booked: int
    billed: int | None
    causes: Mapping[str, int]

    @property
    def difference(self) -> int | None:
        return None if self.billed is None else self.booked - self.billed


def explained(match: Match) -> Explained:
    """Return why the booking of `match` differs from its call."""
    booking, call = match.booking, match.call
    booked = booking.nanousd if booking else 0
    if call is None:
        return Explained(match, booked, 0, {UNSEEN: booked} if booked else {})
    billed: int | None = call["cost_nanousd"]
    if billed is None and call["cost_status"] == "none":
        return Explained(match, booked, 0, {FAILED: booked} if booked else {})
    if billed is None:
        return Explained(match, booked, None, {})
    if booking is None:
        return Explained(match, 0, billed, {NOT_BOOKED: -billed} if billed else {})
    causes = _causes(booking, call, booked - billed)
    return Explained(match, booked, billed, {cause: amount for cause, amount in causes.items() if amount})


def _causes(booking: Booking, call: Call, difference: int) -> dict[str, int]:
    if booking.either.context == "incomplete" or call["outcome"] != OK:
        return {ABORTED: difference}
    booked, consumed = _booked(booking), _consumed(call)
    if consumed is None:
        return {NO_USAGE: difference}
    cause = _token_cause(booking, call, booked, consumed)
    if cause is None:
        return {_rate_cause(booking, call, difference): difference}
    rates = _rates(booking, call, booked)
    by_tokens = round(sum((booked[name] - consumed[name]) * rates[name] for name in _CLASSES))
    rest = difference - by_tokens
    if abs(rest) <= 1:
        return {cause: difference}
    return {cause: by_tokens, _rate_cause(booking, call, rest): rest}


def _booked(booking: Booking) -> dict[str, int]:
    prompt, completion = booking.prompt, booking.completion
    return {
        "input": prompt.input_tokens if prompt else 0,
        "read": prompt.read_tokens if prompt else 0,
        "write": prompt.write_tokens if prompt else 0,
        "output": completion.tokens if completion else 0,
    }


def _consumed(call: Call) -> dict[str, int] | None:
    """Return the call's tokens by LibreChat's classes, which don't overlap; None if a total is unknown."""
    whole, output = call["input_tokens"], call["output_tokens"]
    if whole is None or output is None:
        return None
    read, write = call["cache_read_tokens"] or 0, call["cache_write_tokens"] or 0
    return {"input": whole - read - write, "read": read, "write": write, "output": output}


def _token_cause(booking: Booking, call: Call, booked: Amounts, consumed: Amounts) -> str | None:
    if booked == consumed:
        return None
    cached = consumed["read"] + consumed["write"]
    if booking.either.context == "title" and cached and not booked["read"] + booked["write"]:
        return TITLE
    if cached and booked["input"] == consumed["input"] + cached and booked["read"] == consumed["read"]:
        return CACHE_TWICE
    if booked["input"] == 2 * consumed["input"] and booked["read"] == 2 * consumed["read"]:
        return USAGE_TWICE
    return NO_USAGE if _is_without_usage(call) else OTHER_TOKENS


def _is_without_usage(call: Call) -> bool:
    """Return whether LibreChat got no usage: there was none, or only farebox asked for it in the stream."""
    asked = any(name.startswith("stream_options") for name in call["params"] or ())
    return call["usage_source"] != "reported" or (bool(call["streamed"]) and not asked)


def _rate_cause(booking: Booking, call: Call, difference: int) -> str:
    if abs(difference) <= 1:
        return ROUNDING
    pair = tuple(one.rate for one in (booking.prompt, booking.completion) if one and one.rate is not None)
    if pair and set(pair) == {_facts().default}:
        return DEFAULT_RATE
    if pair in _facts().bedrock and call["provider"] not in _facts().bedrock_providers:
        return BEDROCK_RATE
    return OTHER_RATE


class _Facts(NamedTuple):
    default: Decimal
    bedrock: frozenset[tuple[Decimal, ...]]
    bedrock_providers: frozenset[str]


@cache
def _facts() -> _Facts:
    found = yaml.safe_load(Path(__file__).with_name("causes.yaml").read_text(encoding="utf-8"))
    pairs = frozenset(tuple(Decimal(rate) for rate in pair) for pair in found["other_provider_rates"])
    return _Facts(Decimal(found["default_rate"]), pairs, frozenset(found["their_providers"]))


def _rates(booking: Booking, call: Call, booked: Amounts) -> dict[str, Fraction]:
    """Return the rates of the booking in nano-USD per token.

    An export that has only the average of a prompt gets the call's own prices, scaled to what was booked.
    """
    own = _card_rates(call)
    rates = dict.fromkeys(_CLASSES, Fraction(0)) | own
    prompt, completion = booking.prompt, booking.completion
    if completion and completion.tokens:
        rates["output"] = Fraction(completion.nanousd, completion.tokens)
    if prompt is None:
        return rates
    if prompt.detail:
        return rates | {name: Fraction(usd) * 1000 for name, usd in prompt.detail.items() if name in rates}
    names = ("input", "read", "write")
    expected = sum((booked[name] * own.get(name, Fraction(0)) for name in names), Fraction(0))
    if expected:
        return rates | {name: own.get(name, own["input"]) * prompt.nanousd / expected for name in names}
    average = Fraction(prompt.nanousd, max(1, prompt.tokens))
    return rates | dict.fromkeys(names, average)


def _card_rates(call: Call) -> dict[str, Fraction]:
    card: Mapping[str, Any] = call["rate_card"] or {}
    found = {}
    for name, key in _CLASSES.items():
        match = _RATE.match(str(card.get(key) or ""))
        if match:
            steps = [(int(above), usd) for usd, above in _STEP.findall(match["steps"])]
            reached = [usd for above, usd in sorted(steps) if (call["input_tokens"] or 0) > above]
            found[name] = Fraction(reached[-1] if reached else match["usd"]) * 1000
    return found if "input" in found else {}
