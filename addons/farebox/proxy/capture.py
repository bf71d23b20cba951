"""What the settings add to a Reading beside the figures of the call."""

from collections.abc import Callable
from typing import NamedTuple

from ..attribution.attributor import Attributor
from ..attribution.directory import Directory
from ..config.price_rules import Free
from ..config.settings import Settings
from ..metering.address import AddressRules
from ..metering.cost_fields import CostField
from ..purpose.classifier import Classifier
from .machine_shares import MachineShares


class CaptureOptions(NamedTuple):
    """Request headers to keep, fields in which answers state their cost, and whose call it is and why.

    `on_fault` gets a fault of ours in what is only added. `address` is what the user's prices ask of an address.
    `machines` is set if the user has a price by the hour.
    """

    tags: tuple[str, ...] = ()
    cost_fields: tuple[CostField, ...] = ()
    attributor: Attributor = Attributor()
    classifier: Classifier = Classifier()
    on_fault: Callable[[Exception], None] = lambda _error: None
    address: AddressRules = AddressRules()
    machines: MachineShares | None = None


def capture_of(settings: Settings, hmac_key: bytes, on_fault: Callable[[Exception], None]) -> CaptureOptions:
    """Return what `settings` ask for."""
    directory = Directory(settings.keys, settings.users, settings.teams)
    attributor = Attributor(settings.attribution.headers, directory, hmac_key=hmac_key)
    classifier = Classifier(settings.purposes)
    matches = [rule.match for rule in settings.prices]
    address = AddressRules(
        tuple(dict.fromkeys(match.path for match in matches if match.path is not None)),
        frozenset(match.port for match in matches if match.port is not None),
    )
    has_hourly = any(rule.local is not None and not isinstance(rule.local, Free) for rule in settings.prices)
    machines = MachineShares() if has_hourly else None
    given = (settings.attribution.tags, settings.cost_fields, attributor, classifier, on_fault, address, machines)
    return CaptureOptions(*given)
