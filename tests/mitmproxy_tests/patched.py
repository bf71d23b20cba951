"""A plugin for pytest: mitmproxy's own tests run with farebox's patches and tunings in place."""

from farebox.proxy import tuning
from farebox.proxy.server import apply_patches


def pytest_configure() -> None:
    apply_patches()
    assert tuning.tune(()) == list(tuning.TUNINGS)
