"""Sends requests for farebox itself to the provider that their path names."""

from mitmproxy import http

from ..config.settings import Settings
from .edits import PATH_ROUTES, Editor
from .own_address import is_for_farebox
from .routes import Routes


class Router:
    """Routes by the settings `routes` and `path_routes`."""

    def __init__(self, settings: Settings) -> None:
        self._editor = Editor(PATH_ROUTES, settings)
        self._routes = Routes(settings.routes)

    def answers(self, flow: http.HTTPFlow) -> bool:
        """Route `flow` if it is for farebox itself; tell whether it is answered here, because no route fits."""
        if not self._editor.is_on or not is_for_farebox(flow):
            return False
        target = self._routes.target_of(flow.request.path)
        if target is None:
            self._editor.replace_answer(flow, self._routes.no_route(flow.request.path))
            return True
        self._editor.send_to(flow.request, target)
        return False
