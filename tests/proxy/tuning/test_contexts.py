"""A fork of a context has the same connections, and layers of its own."""

import pytest
from farebox.proxy.tuning import contexts
from farebox.proxy.tuning.contexts import use_contexts
from mitmproxy import options
from mitmproxy.proxy.context import Context
from mitmproxy.proxy.layers.tcp import TCPLayer
from mitmproxy.test import tflow

_STOCK = Context.fork


@pytest.fixture(params=["stock", "tuned"], autouse=True)
def tuning(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(Context, "fork", _STOCK)
    if request.param == "tuned":
        assert use_contexts()
    return str(request.param)


def test_a_fork() -> None:
    context = Context(tflow.tclient_conn(), options.Options())
    layer = TCPLayer(context)

    fork = context.fork()

    assert vars(fork) == vars(context)
    assert (fork.server, fork.client) == (context.server, context.client)
    assert fork.server is context.server
    fork.layers.clear()
    assert context.layers == [layer]


def test_other_code_of_mitmproxy_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Context, "fork", _STOCK)
    monkeypatch.setattr(contexts, "are_known", lambda _: False)

    assert not use_contexts()
    assert Context.fork is _STOCK
