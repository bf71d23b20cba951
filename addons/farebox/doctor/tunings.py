"""Releases of mitmproxy that farebox's tunings were not written for: some may stay off, which takes more CPU."""

from collections.abc import Iterator
from importlib.metadata import version

from ..config.settings import Settings
from ..config.tunings import ALL, KNOWN_MITMPROXY
from .finding import Finding, ok, warning


def check(settings: Settings, release: str | None = None) -> Iterator[Finding]:
    """Yield whether all tunings that are not turned off were written for mitmproxy `release`, the installed one."""
    release = release or version("mitmproxy")
    if release in KNOWN_MITMPROXY or ALL in settings.tunings_off:
        yield ok(f"mitmproxy {release} is a release that farebox knows")
    else:
        yield warning(
            f"mitmproxy {release} is not known: tunings stay off where its code is new, and calls take more CPU",
            f"update farebox, or use mitmproxy {max(KNOWN_MITMPROXY)}; the log of `farebox up` names what stays off",
        )
