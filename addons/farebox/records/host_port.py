"""The ledger's `host`: the server's name, with its port unless that is the one of its scheme."""

# The ports of https and http.
_USUAL = frozenset({443, 80})


def host_port(name: str, port: int) -> str:
    """Return the host as the ledger has it: api.openai.com, localhost:11434, [::1]:8080."""
    if port in _USUAL:
        return name
    return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def name_and_port(host: str) -> tuple[str, int | None]:
    """Return the name in a host of the ledger, and its port; None if it has none."""
    name, _, port = host.rpartition(":")
    # More colons without brackets are an IPv6 address.
    if not port.isdecimal() or (":" in name and not name.endswith("]")):
        return host, None
    return name.removeprefix("[").removesuffix("]"), int(port)
