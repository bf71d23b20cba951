"""Token counts of one call: totals are inclusive, and None (not reported) is never 0."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from .columns import Tokens


class Usage(Tokens, frozen=True, omit_defaults=True):
    """What was consumed, in the ledger's columns, as the provider counts it.

    `units` counts what is not billed by the token (web_search_requests, images, ...).
    """

    @property
    def is_reported(self) -> bool:
        """Tell whether the provider stated any amount."""
        return self != _NOTHING

    @property
    def is_complete(self) -> bool:
        """Tell whether both totals, or else units alone, are known."""
        return (self.input_tokens is not None and self.output_tokens is not None) or (
            self.units is not None and self.input_tokens is None and self.output_tokens is None
        )


_NOTHING = Usage()


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """The share of a call that has a model, or a service tier, of its own; together the parts are the call's usage.

    A part of a batch sums up as many `calls`. Prices that rise with the input go by that of each call: the inputs
    of its calls go from `shortest_input` to `longest_input`, where these are known.
    """

    usage: Usage
    model: str | None = None
    service_tier: str | None = None
    price_context: dict[str, str] | None = None
    calls: int = 1
    longest_input: int | None = None
    shortest_input: int | None = None


def with_units(usage: Usage, units: Mapping[str, int] | None) -> Usage:
    """Return `usage` with `units` beside its own, which go before, also where they say that there is none."""
    if not units and usage.units is None:
        return usage
    merged = {**(units or {}), **(usage.units or {})}
    return msgspec.structs.replace(usage, units={name: number for name, number in merged.items() if number} or None)


def total(*parts: int | None) -> int | None:
    """Return the sum of the parts that are known, or None if none is."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def summed(usages: Iterable[Usage]) -> Usage:
    """Return the sum of `usages`, field by field; a field that none of them reports is None."""
    all_of_them = list(usages)
    names = (name for name in Usage.__struct_fields__ if name != "units")
    amounts = {name: total(*(getattr(one, name) for one in all_of_them)) for name in names}
    units = sum((Counter(one.units or {}) for one in all_of_them), Counter[str]())
    return Usage(**amounts, units=dict(units) or None)


def both(one: Part, other: Part) -> Part:
    """Return the sum of two shares at one price."""
    lengths = [one.shortest_input, one.longest_input, other.shortest_input, other.longest_input]
    known = [length for length in lengths if length is not None]
    return msgspec.structs.replace(
        one,
        usage=summed((one.usage, other.usage)),
        calls=one.calls + other.calls,
        longest_input=max(known, default=None),
        shortest_input=min(known, default=None),
    )
