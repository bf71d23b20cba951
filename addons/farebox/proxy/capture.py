"""What the settings add to a Reading beside the figures of the call."""

from collections.abc import Callable
from typing import NamedTuple

from ..attribution.attributor import Attributor
from ..attribution.directory import Directory
from ..config.settings import Settings
from ..metering.cost_fields import CostField
from ..purpose.classifier import Classifier


class CaptureOptions(NamedTuple):
    """Request headers to keep, fields in which answers state their cost, and whose call it is and why.

    `on_fault` gets a fault of ours in what is only added. `paths` are patterns of the user's prices.
    """

    tags: tuple[str, ...] = ()
    cost_fields: tuple[CostField, ...] = ()
    attributor: Attributor = Attributor()
    classifier: Classifier = Classifier()
    on_fault: Callable[[Exception], None] = lambda _error: None
    paths: tuple[str, ...] = ()


def capture_of(settings: Settings, hmac_key: bytes, on_fault: Callable[[Exception], None]) -> CaptureOptions:
    """Return what `settings` ask for."""
    directory = Directory(settings.keys, settings.users, settings.teams)
    attributor = Attributor(settings.attribution.headers, directory, hmac_key=hmac_key)
    classifier = Classifier(settings.purposes)
    paths = tuple(dict.fromkeys(rule.match.path for rule in settings.prices if rule.match.path is not None))
    return CaptureOptions(settings.attribution.tags, settings.cost_fields, attributor, classifier, on_fault, paths)
