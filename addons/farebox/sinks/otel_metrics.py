"""Records as OpenTelemetry's GenAI metrics, in a Prometheus registry."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from prometheus_client import CollectorRegistry

from ..providers.table import BY_NAME
from ..records.reading import HTTP_ERROR, OK
from ..records.record import Completion, Record
from . import otel_specs as specs
from . import statuses
from .model_labels import OTHER, ModelLabels

# Operation, provider, model as requested and as answered.
Place = tuple[str, str, str, str]
# A histogram has 17 series for each.
PLACES_LIMIT = 100
ERRORS_LIMIT = 200
# OpenTelemetry's value for an error that has none of its own.
_OTHER_ERROR = "_OTHER"
# What has no limit of its own, because providers don't tell which kind of tokens it was.
_UNKNOWN, _TEXT = "unknown", "text"


class OtelMetrics:
    """Counts Records under OpenTelemetry's names, in `registry`; the number of label sets is bounded."""

    def __init__(self, registry: CollectorRegistry, knows: Callable[[str, str | None], bool]) -> None:
        self._models = ModelLabels(knows)
        self._places: set[Place] = set()
        self._errors: set[tuple[Place, str]] = set()
        tokens = (specs.INPUT, specs.OUTPUT, specs.CACHE_READ, specs.CACHE_WRITE, specs.REASONING)
        self._tokens = {name: cache(specs.counter(name, registry).labels) for name in tokens}
        self._duration = cache(specs.histogram(specs.DURATION, registry).labels)
        self._first_chunk = cache(specs.histogram(specs.FIRST_CHUNK, registry).labels)

    def apply(self, new: Sequence[Record], changed: Sequence[Completion]) -> None:
        """Count `new` calls, and the tokens that `changed` ones gained."""
        for record in new:
            if record.is_call:
                self._count(record)
        for completion in changed:
            place = self._place(completion.after)
            before = dict(_amounts(completion.before))
            for (name, modality), amount in _amounts(completion.after):
                if (more := amount - before.get((name, modality), 0)) > 0:
                    self._tokens[name](*place, modality).inc(more)

    def _count(self, record: Record) -> None:
        place = self._place(record)
        amounts = dict(_amounts(record))
        if record.outcome != OK and not amounts:
            # As the conventions ask for: a failed call has used nothing that anyone reported.
            amounts = {(specs.INPUT, _UNKNOWN): 0, (specs.OUTPUT, _UNKNOWN): 0}
        for (name, modality), amount in amounts.items():
            self._tokens[name](*place, modality).inc(amount)
        if record.duration_ms is not None:
            self._duration(*place, self._error(place, record)).observe(record.duration_ms / 1000)
        if record.streamed and record.ttfb_ms is not None:
            self._first_chunk(*place).observe(record.ttfb_ms / 1000)

    def _place(self, record: Record) -> Place:
        known = BY_NAME.get(record.provider)
        provider = (known.otel if known else None) or record.provider
        models = [self._models.label(record.provider, name) for name in (record.model_requested, record.model_returned)]
        place = (record.operation or "", provider, models[0], models[1])
        if len(self._places) < PLACES_LIMIT:
            self._places.add(place)
        return place if place in self._places else ("", provider, OTHER, OTHER)

    def _error(self, place: Place, record: Record) -> str:
        """Return the label of how a call failed; the empty text, which is no label, if it didn't."""
        if record.outcome == OK:
            return ""
        error = statuses.label(record.status) if record.outcome == HTTP_ERROR else record.outcome
        if len(self._errors) < ERRORS_LIMIT:
            self._errors.add((place, error))
        return error if (place, error) in self._errors else _OTHER_ERROR


def _amounts(record: Record) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield the tokens that a provider reported, by metric and modality."""
    estimated = record.estimate or {}
    for name, total, audio, image in (
        (specs.INPUT, "input_tokens", record.input_audio_tokens, record.input_image_tokens),
        (specs.OUTPUT, "output_tokens", record.output_audio_tokens, record.output_image_tokens),
    ):
        if (amount := getattr(record, total)) is not None and total not in estimated:
            yield from _by_modality(name, amount, audio, image)
    for name, part, modality in (
        (specs.CACHE_READ, "cache_read_tokens", _UNKNOWN),
        (specs.CACHE_WRITE, "cache_write_tokens", _UNKNOWN),
        (specs.REASONING, "reasoning_tokens", _TEXT),
    ):
        if (amount := getattr(record, part)) is not None and part not in estimated:
            yield (name, modality), amount


def _by_modality(name: str, total: int, audio: int | None, image: int | None) -> Iterator[tuple[tuple[str, str], int]]:
    """Yield the parts of `total`; all of it as unknown if the provider doesn't tell parts."""
    if audio is None and image is None:
        yield (name, _UNKNOWN), total
        return
    yield (name, _TEXT), max(total - (audio or 0) - (image or 0), 0)
    for modality, amount in (("audio", audio), ("image", image)):
        if amount:
            yield (name, modality), amount
