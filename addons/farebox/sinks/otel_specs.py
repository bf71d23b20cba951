"""OpenTelemetry's names for the metrics of GenAI clients, and how Prometheus spells them.

https://github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/gen-ai-metrics.md: all in development.
"""

from collections.abc import Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram

OPERATION, PROVIDER = "gen_ai.operation.name", "gen_ai.provider.name"
REQUEST_MODEL, RESPONSE_MODEL = "gen_ai.request.model", "gen_ai.response.model"
MODALITY, ERROR_TYPE = "gen_ai.token.modality", "error.type"
_PLACE = (OPERATION, PROVIDER, REQUEST_MODEL, RESPONSE_MODEL)
_DURATIONS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
SECONDS, TOKENS = "s", "{token}"


class OtelSpec(NamedTuple):
    """What a metric says, its unit and its attributes; those in seconds are histograms, those of tokens counters."""

    help: str
    unit: str
    attributes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(map(underscored, self.attributes))


_OF_TOKENS = (*_PLACE, MODALITY)
INPUT, OUTPUT = "gen_ai.client.inference.usage.input_tokens", "gen_ai.client.inference.usage.output_tokens"
CACHE_READ = "gen_ai.client.inference.usage.cache_read.input_tokens"
CACHE_WRITE = "gen_ai.client.inference.usage.cache_write.input_tokens"
REASONING = "gen_ai.client.inference.usage.reasoning.output_tokens"
DURATION = "gen_ai.client.operation.duration"
FIRST_CHUNK = "gen_ai.client.operation.time_to_first_chunk"
SPECS: Mapping[str, OtelSpec] = {
    INPUT: OtelSpec("Input tokens as reported, cached ones included.", TOKENS, _OF_TOKENS),
    OUTPUT: OtelSpec("Output tokens as reported, reasoning included.", TOKENS, _OF_TOKENS),
    CACHE_READ: OtelSpec("Input tokens that were read from a cache; part of the input.", TOKENS, _OF_TOKENS),
    CACHE_WRITE: OtelSpec("Input tokens that were written to a cache; part of the input.", TOKENS, _OF_TOKENS),
    REASONING: OtelSpec("Output tokens of reasoning; part of the output.", TOKENS, _OF_TOKENS),
    DURATION: OtelSpec("From the request to the end of the answer.", SECONDS, (*_PLACE, ERROR_TYPE)),
    FIRST_CHUNK: OtelSpec("From the request to the first bytes of the answer, in streams.", SECONDS, _PLACE),
}


def underscored(name: str) -> str:
    """Return an attribute's or a metric's name as Prometheus' text format has it."""
    return name.replace(".", "_")


def family(name: str) -> str:
    """Return the name of the Prometheus family for the metric `name`: with its unit, without `_total`."""
    return underscored(name) + ("_seconds" if SPECS[name].unit == SECONDS else "")


NAMES: Mapping[str, str] = {family(name): name for name in SPECS}
ATTRIBUTES: Mapping[str, str] = {underscored(one): one for spec in SPECS.values() for one in spec.attributes}


def counter(name: str, registry: CollectorRegistry) -> Counter:
    """Return the counter for the metric `name`, registered."""
    return Counter(family(name), SPECS[name].help, SPECS[name].labels, registry=registry)


def histogram(name: str, registry: CollectorRegistry) -> Histogram:
    """Return the histogram for the metric `name`, registered."""
    return Histogram(family(name), SPECS[name].help, SPECS[name].labels, buckets=_DURATIONS, registry=registry)
