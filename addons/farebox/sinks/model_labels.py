"""The metrics' label `model`, bounded: junk names must not make a series each."""

from collections.abc import Callable

# A model has up to 55 series: tokens by kind, cost by status, and the buckets of two histograms.
MODELS_LIMIT = 150
UNKNOWN_MODELS_LIMIT = 50
OTHER = "other"


class ModelLabels:
    """Gives a model its label. `knows` tells whether a catalogue has a provider's model."""

    def __init__(self, knows: Callable[[str, str | None], bool]) -> None:
        self._knows = knows
        self._known: set[tuple[str, str]] = set()
        self._unknown: set[tuple[str, str]] = set()

    def label(self, provider: str, model: str | None) -> str:
        """Return the model's name, or OTHER where there are too many by now."""
        if model is None:
            return ""
        place = (provider, model)
        if place in self._known or place in self._unknown:
            return model
        is_known = self._knows(provider, model)
        seen, limit = (self._known, MODELS_LIMIT) if is_known else (self._unknown, UNKNOWN_MODELS_LIMIT)
        if len(seen) >= limit:
            return OTHER
        seen.add(place)
        return model
