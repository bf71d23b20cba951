"""What to write into farebox.yaml where a model has no price."""

from ipaddress import ip_address

from ..providers import UNKNOWN

# Reasons that a price of the user's own does away with.
LACKS_PRICE = frozenset({"unknown_model", "unknown_provider", "empty_price"})
HINT = "`farebox prices lint` has the lines to add"
_LOCAL_ENDINGS = (".local", ".internal", ".lan", ".home.arpa")


def rule_for(provider: str, model: str | None, *, host: str = "") -> str:
    """Return the lines of `prices` that give a model its price: free where it runs on a machine of one's own."""
    named = f'host: "{host}"' if host and provider in {"", UNKNOWN} else f"provider: {provider}"
    match = f'{{{named}, model: "{model}"}}' if model else f"{{{named}}}"
    price = "local: {mode: free}" if is_local(host) else "per_mtok: {input: ..., output: ...}"
    return f"  - match: {match}\n    {price}"


def is_local(host: str) -> bool:
    """Tell whether a host is one's own: this machine, a name without a dot, a private network."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_LOCAL_ENDINGS))
