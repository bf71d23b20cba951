"""A plugin for pytest: mitmproxy's own tests run with farebox's patches in place."""

from farebox.proxy.server import apply_patches


def pytest_configure() -> None:
    apply_patches()
