"""Estimates of tokens that the provider didn't state, learned from calls for which it did.

The logarithm of tokens per byte (of text) and per document (of a stream, with content) is close to normal. So its mean
and variance, in which old calls fade, give the most likely number and a band around it.
"""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from ..providers.table import counting
from ..records import reading as outcomes
from ..records.answer_kinds import HIDDEN, SHOWN
from ..records.reading import Reading
from ..records.usage import Usage
from .tokenizers import tokens_per_byte

# With tools, the provider adds a text of its own, so calls with and without them are separate kinds.
INPUT, INPUT_TOOLS, PER_BYTE, PER_DOCUMENT = "input/byte", "input with tools/byte", "output/byte", "output/document"
# Hidden thinking is often many times the text that a response shows.
UNSEEN_PER_BYTE, UNSEEN_PER_DOCUMENT = "output with hidden thinking/byte", "output with hidden thinking/document"
RATIOS_LIMIT = 1500
CUT_SHORT = frozenset({outcomes.CLIENT_ABORT, outcomes.PROVIDER_CUT, outcomes.SIDECAR_STOP})
_WITH_TEXT_OUTPUT = frozenset({"chat", "text_completion", "generate_content"})
_WITH_TEXT_INPUT = frozenset({*_WITH_TEXT_OUTPUT, "embeddings"})
# The newest call counts for a twentieth, so that a change of usage is learned within some sixty calls.
_FADING = 0.05
# The prior weighs as much as two calls.
_PRIOR_CALLS = 2.0
# Spread in addition to the language's: templates, tools and hidden reasoning, which are in no table.
_UNKNOWN_SHARE = 1.0
_PER_DOCUMENT = {PER_DOCUMENT: (math.log(2.0), 1.2), UNSEEN_PER_DOCUMENT: (math.log(60.0), 1.4)}
# Half of the recorded responses with hidden thinking have at least sixteen times the tokens of their text.
_UNSEEN, _UNSEEN_SHARE = math.log(12.0), 1.2
# Nine in ten of a normal distribution lie within 1.64 deviations; these have longer tails: with 2.0, fewer of the
# recorded calls of two providers are within (make estimates).
_BAND = 2.6
# One unusual call (a web page read for a tiny request) must neither move the mean far nor make the band boundless.
_STEP, _WIDEST = 0.5, 3.0
# No number of calls makes the next one certain.
_LEAST_VARIANCE = 0.05**2
# An answer of one word has as much framing as a long one.
_FRAME_BYTES = 8
# An image is 85 tokens in OpenAI's low detail, about 800 as clients usually send it, and up to 4,800 at Anthropic.
_MEDIUM = (85, 800, 4800)
_TOOLS = frozenset({"tools", "functions", "toolConfig.tools"})


class Ratio(msgspec.Struct, frozen=True):
    """The logarithm of a ratio: the number of calls that it was learned from, its mean and variance."""

    calls: float
    mean: float
    variance: float

    def after(self, value: float) -> "Ratio":
        """Return the ratio after one more call with `value`."""
        share = max(1 / (self.calls + 1), _FADING)
        step, usual = value - self.mean, math.sqrt(self.variance)
        wide = _clipped(step, _WIDEST * usual)
        variance = max(_LEAST_VARIANCE, (1 - share) * (self.variance + share * wide * wide))
        return Ratio(self.calls + 1, self.mean + share * _clipped(step, _STEP * usual), variance)

    @property
    def deviation(self) -> float:
        """Standard deviation of the next call: with fewer calls, the mean itself is less certain."""
        return math.sqrt(self.variance * (1 + 1 / self.calls))


class Interval(NamedTuple):
    """A number of tokens and the band around it."""

    low: int
    likely: int
    high: int


class Estimate(NamedTuple):
    """`usage` with its gaps filled; `bands` names the columns that are estimated."""

    usage: Usage
    bands: dict[str, Interval]


class RatioModel:
    """The ratios learned for each model. `rows` are the `state` of an earlier RatioModel."""

    def __init__(self, rows: Iterable[tuple[str, str, str, Ratio]] = ()) -> None:
        self._ratios = {row[:3]: row[3] for row in rows}

    def state(self) -> list[tuple[str, str, str, Ratio]]:
        """Return all ratios, to be stored."""
        return [(*key, ratio) for key, ratio in self._ratios.items()]

    def learn(self, reading: Reading) -> None:
        """Learn from a call, if it succeeded and its provider stated its usage."""
        model = _model(reading)
        for kind, value in _observed(reading):
            ratio = self.ratio(reading.provider, model, kind)
            self._keep((reading.provider, model, kind), ratio.after(value))
            if model:
                self._keep((reading.provider, "", kind), self.ratio(reading.provider, "", kind).after(value))

    def ratio(self, provider: str, model: str, kind: str) -> Ratio:
        """Return the ratio of the model; else of its provider's models; else of texts in general."""
        if (own := self._ratios.get((provider, model, kind))) is not None:
            return own
        if (others := self._ratios.get((provider, "", kind))) is not None:
            return Ratio(_PRIOR_CALLS, others.mean, others.variance)
        return _prior(provider, model, kind)

    def _keep(self, key: tuple[str, str, str], ratio: Ratio) -> None:
        self._ratios.pop(key, None)
        if len(self._ratios) >= RATIOS_LIMIT:
            del self._ratios[next(iter(self._ratios))]
        self._ratios[key] = ratio


def estimate(reading: Reading, learned: RatioModel) -> Estimate:
    """Return the usage of `reading` with its gaps filled, as far as they can be estimated."""
    usage, bands = reading.usage, dict[str, Interval]()
    if _is_answered(reading) and not (usage.units and usage.input_tokens is None):
        if usage.input_tokens is None and (interval := _input(reading, learned)):
            bands["input_tokens"] = interval
        # Mostly the output is stated, and nothing is to be estimated.
        is_open = usage.output_tokens is None or reading.outcome in CUT_SHORT
        if is_open and (interval := _output(reading, learned)) and _is_missing(reading, interval):
            bands["output_tokens"] = interval
    if not bands:
        return Estimate(usage, bands)
    filled = {column: interval.likely for column, interval in bands.items()}
    return Estimate(msgspec.structs.replace(usage, **filled), bands)


def _is_answered(reading: Reading) -> bool:
    is_success = reading.status is not None and 200 <= reading.status < 300 and reading.status != 204
    # A poll sends nothing and starts nothing; the answer to background work has no content yet.
    has_content = reading.request_bytes and (reading.sizes.answer_bytes or reading.operation not in _WITH_TEXT_OUTPUT)
    is_read = not (reading.meter_failed or reading.is_unreadable or reading.is_pending or reading.completes)
    return bool(is_success and has_content and is_read) and (
        reading.outcome == outcomes.OK or reading.outcome in CUT_SHORT
    )


def _is_missing(reading: Reading, output: Interval) -> bool:
    """Return whether the output is not stated, or was stated when the response had only begun."""
    stated = reading.usage.output_tokens
    return stated is None or (reading.outcome in CUT_SHORT and output.low > stated)


def _input(reading: Reading, learned: RatioModel) -> Interval | None:
    size, media = reading.sizes.prompt_bytes, reading.sizes.media
    if not size or reading.operation not in _WITH_TEXT_INPUT:
        return None
    text = _interval(learned.ratio(reading.provider, _model(reading), _input_kind(reading)), size)
    return Interval(*(tokens + media * each for tokens, each in zip(text, _MEDIUM, strict=True)))


def _output(reading: Reading, learned: RatioModel) -> Interval | None:
    if reading.operation not in _WITH_TEXT_OUTPUT or not reading.sizes.answer_bytes:
        return None
    byte, document = _output_kinds(reading)
    per_byte = learned.ratio(reading.provider, _model(reading), byte)
    per_document = learned.ratio(reading.provider, _model(reading), document)
    if reading.output_chunks and per_document.deviation < per_byte.deviation:
        return _interval(per_document, reading.output_chunks)
    return _interval(per_byte, reading.sizes.answer_bytes + _FRAME_BYTES)


def _interval(ratio: Ratio, size: int) -> Interval:
    reach = _BAND * ratio.deviation
    low, likely, high = (size * math.exp(ratio.mean + off) for off in (-reach, 0.0, reach))
    return Interval(math.floor(low), max(1, round(likely)), math.ceil(high))


def _observed(reading: Reading) -> Iterator[tuple[str, float]]:
    usage, sizes = reading.usage, reading.sizes
    if reading.outcome != outcomes.OK or not _is_answered(reading):
        return
    if reading.operation in _WITH_TEXT_INPUT and not sizes.media and sizes.prompt_bytes and usage.input_tokens:
        yield _input_kind(reading), math.log(usage.input_tokens / sizes.prompt_bytes)
    if reading.operation in _WITH_TEXT_OUTPUT and usage.output_tokens and sizes.answer_bytes:
        byte, document = _output_kinds(reading)
        yield byte, math.log(usage.output_tokens / (sizes.answer_bytes + _FRAME_BYTES))
        if reading.output_chunks:
            yield document, math.log(usage.output_tokens / reading.output_chunks)


def _input_kind(reading: Reading) -> str:
    return INPUT_TOOLS if any(name in _TOOLS for name in reading.params or ()) else INPUT


def _output_kinds(reading: Reading) -> tuple[str, str]:
    kinds = reading.sizes.answer_kinds
    is_unseen = HIDDEN in kinds and SHOWN not in kinds
    return (UNSEEN_PER_BYTE, UNSEEN_PER_DOCUMENT) if is_unseen else (PER_BYTE, PER_DOCUMENT)


def _clipped(step: float, limit: float) -> float:
    return max(-limit, min(limit, step))


def _prior(provider: str, model: str, kind: str) -> Ratio:
    if kind in _PER_DOCUMENT:
        mean, deviation = _PER_DOCUMENT[kind]
    else:
        mean, spread = tokens_per_byte(model)
        mean += _UNSEEN if kind == UNSEEN_PER_BYTE else 0.0
        mean += math.log(counting(provider).prompt) if kind in {INPUT, INPUT_TOOLS} else 0.0
        deviation = math.hypot(spread, _UNSEEN_SHARE if kind == UNSEEN_PER_BYTE else _UNKNOWN_SHARE)
    return Ratio(_PRIOR_CALLS, mean, deviation**2)


def _model(reading: Reading) -> str:
    return reading.model_returned or reading.model_requested or ""
