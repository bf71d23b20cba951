"""The patch is made once; test_upstream_chain.py shows what it does."""

from farebox.proxy.patches.direct import allow_direct_tunnels
from mitmproxy.proxy.layers.http import HttpStream


def test_it_is_made_once() -> None:
    assert allow_direct_tunnels()
    patched = HttpStream.handle_connect_upstream

    assert allow_direct_tunnels()
    assert HttpStream.handle_connect_upstream is patched
