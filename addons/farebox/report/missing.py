"""The lines for farebox.yaml that give a model its price."""

from collections.abc import Iterable
from ipaddress import ip_address

from ..config.price_units import TOKENS, PerUnit
from ..providers.table import BY_NAME, UNKNOWN
from ..records.host_port import name_and_port

# Reasons that a price set by the user removes.
LACKS_PRICE = frozenset({"unknown_model", "unknown_provider", "empty_price"})
HINT = "`farebox prices lint` has the lines to add"
_LOCAL_ENDINGS = (".local", ".internal", ".lan", ".home.arpa")


_TOKENS = "_tokens"


def rule_for(provider: str, model: str | None, *, host: str = "", units: Iterable[str] = ()) -> str:
    """Return the lines of `prices` that give a model its price.

    A model is free only on a local host whose server has shown that it runs models itself: any other one can be a
    gateway, whose calls cost money. `units` are the units that have no price; default: input and output tokens.
    """
    # A local server is free only on its own host, even if it uses the name of a provider.
    by_host = host and (provider in {"", UNKNOWN} or is_local(host))
    name, port = name_and_port(host)
    where = f'host: "{name}", port: {port}' if port else f'host: "{name}"'
    named = where if by_host else f"provider: {provider}"
    match = f'{{{named}, model: "{model}"}}' if model else f"{{{named}}}"
    server = BY_NAME.get(provider)
    is_free = is_local(host) and server is not None and server.is_own
    prices = ["local: {mode: free}"] if is_free else _prices(set(units))
    return "\n    ".join([f"  - match: {match}", *prices])


def _prices(units: set[str]) -> list[str]:
    """Return the lines for `units`, named as in rate cards."""
    # Lengths are priced by the second, whatever unit they are reported in.
    units = {unit.replace("_milliseconds", "_seconds") for unit in units}
    tokens = sorted(unit.removesuffix(_TOKENS) for unit in units & TOKENS)
    pieces = sorted(units & set(PerUnit.__struct_fields__))
    if not tokens and not pieces:
        tokens = ["input", "output"]
    named = (("per_mtok", tokens), ("per_unit", pieces))
    return [f"{key}: {{{', '.join(f'{name}: ...' for name in names)}}}" for key, names in named if names]


def is_local(host: str) -> bool:
    """Return whether a host is local: this machine, a name without a dot, or in a private network."""
    host, _ = name_and_port(host)
    try:
        return ip_address(host).is_private
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_LOCAL_ENDINGS))
