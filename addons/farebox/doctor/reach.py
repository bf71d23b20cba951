"""Where clients reach farebox: the sidecar that runs, else the one that the settings describe."""

from ..config.settings import Settings
from ..home.folder import BUNDLE, CERTIFICATE, holder
from ..librechat.deployment import Farebox
from ..process.client_environment import ProxyEndpoint
from ..process.ports import url
from .ports import listening


def farebox_of(settings: Settings) -> Farebox:
    """Return the sidecar that clients are to reach."""
    ports = listening(settings)
    port = settings.port if settings.port in ports else ports[0]
    endpoint = ProxyEndpoint(
        url(settings.host, port), str(settings.folder / CERTIFICATE), str(settings.folder / BUNDLE)
    )
    runs = holder(settings.folder, "sidecar") is not None
    intercept = settings.intercept
    return Farebox(endpoint, ports, settings.table, intercept.hosts, intercept.all, runs, settings.purposes)
