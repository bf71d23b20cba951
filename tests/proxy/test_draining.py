"""A worker that ends stops listening at once, and waits for what is under way."""

import asyncio
import time

import pytest
from farebox.proxy.draining import drain
from mitmproxy.addons.proxyserver import Proxyserver


@pytest.mark.parametrize(
    ("is_idle", "is_hurried", "least", "most"),
    [(True, False, 0.0, 0.1), (False, True, 0.0, 0.1), (False, False, 0.2, 5.0)],
    ids=["idle", "hurried", "busy"],
)
def test_how_long_it_waits(is_idle: bool, is_hurried: bool, least: float, most: float) -> None:
    began = time.monotonic()

    asyncio.run(drain(Proxyserver(), lambda: is_idle, lambda: is_hurried, 0.2))

    assert least <= time.monotonic() - began < most
