"""mitmproxy add-on of `farebox demo`: upstream connections go to the demo's provider, under the name asked for."""

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.server_hooks import ServerConnectionHookData


class Redirect:
    """Swaps the address for the time of the connect alone, so that everything else sees the real host."""

    def __init__(self) -> None:
        self._asked_for: dict[str, object] = {}

    def load(self, loader: Loader) -> None:
        loader.add_option("demo_port", int, 0, "Port of the demo's provider.")

    def server_connect(self, data: ServerConnectionHookData) -> None:
        self._asked_for[data.server.id] = data.server.address
        data.server.address = ("127.0.0.1", ctx.options.demo_port)

    def server_connected(self, data: ServerConnectionHookData) -> None:
        # mitmproxy forbids to change the address of an open connection.
        data.server.__dict__["address"] = self._asked_for.pop(data.server.id)

    server_connect_error = server_connected


addons = [Redirect()]
