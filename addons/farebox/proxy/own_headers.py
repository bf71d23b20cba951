"""When farebox's own headers are removed from a request; `edits.py` does it."""

from mitmproxy import http

from ..config.settings import Settings
from .edits import OWN_HEADERS, Editor


class OwnHeaders:
    """Removes the headers that only farebox reads, and those that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._editor = Editor(OWN_HEADERS, settings)
        self._more = frozenset(name.lower() for name in settings.attribution.remove)

    def remove(self, flow: http.HTTPFlow) -> bool:
        """Remove the headers from a request whose head has arrived; return whether there were any."""
        return self._editor.is_on and self._editor.remove_headers(flow.request, self._more)
