"""Modes that mitmproxy doesn't have are told before it starts."""

from farebox.config.mode_specs import problems
from mitmproxy.proxy import mode_specs
from mitmproxy.proxy.mode_specs import ProxyMode


def _is_mode(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, ProxyMode) and kind is not ProxyMode


def test_every_mode_of_mitmproxy_is_taken() -> None:
    modes = {kind.type_name for kind in vars(mode_specs).values() if _is_mode(kind)}

    assert list(problems(sorted(modes))) == []


def test_another_is_refused_with_the_nearest_and_without_its_address() -> None:
    [said] = problems(["socks5@8082", "revers:https://user:canary@host"][::-1])

    assert said.startswith("mode[0]: 'revers' is not one of mitmproxy's modes: did you mean reverse? ")
    assert "canary" not in said
