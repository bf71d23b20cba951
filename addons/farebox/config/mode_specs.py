"""The setting `mode`: more listeners, in mitmproxy's modes, which only workers parse in full."""

from collections.abc import Iterator, Sequence

from .suggest import nearest

_MODES = ("regular", "reverse", "upstream", "socks5", "transparent", "local", "wireguard", "dns", "tun", "osproxy")


def problems(specs: Sequence[str]) -> Iterator[str]:
    """Yield what is no mode, with its key and the fix."""
    for number, spec in enumerate(specs):
        name = spec.partition("@")[0].partition(":")[0].strip().lower()
        if name not in _MODES:
            right = nearest(name, _MODES)
            hint = f"did you mean {right}? Write" if right else "write"
            # The rest is not quoted: an address can hold a password.
            yield (
                f"mode[{number}]: {name!r} is not one of mitmproxy's modes: {hint} one such as "
                f"reverse:https://api.deepseek.com@8101, socks5@8082 or transparent@8083"
            )
