"""Regional processing, which costs more: selected by the host or by a requested word."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...providers.hosts import host_matches

_GEO = "inference_geo"
_CLAUDE = r"claude-(haiku-4-5|sonnet-4-[5-9]|opus-4-[5-9]|(haiku|sonnet|opus|fable|mythos)-([5-9]|\d\d))"


@dataclass(frozen=True, slots=True)
class Uplift:
    """Tokens of models whose ref matches `dearer` cost `factor` times as much at `hosts`, or with the word `geo`.

    Models that match `same` cost the same there; for others it is unknown.
    """

    dearer: re.Pattern[str]
    same: re.Pattern[str]
    hosts: tuple[str, ...] = ()
    geo: str | None = None
    factor: Decimal = Decimal("1.1")


_UPLIFTS: Sequence[Uplift] = (
    # "A 10% uplift for models released on or after March 5, 2026":
    # https://developers.openai.com/api/docs/guides/data-residency
    Uplift(
        re.compile(r"openai/gpt-(5\.[4-9]|[6-9]|realtime-2)"),
        re.compile(
            r"openai/(gpt-(3|4|5(\.[1-3])?(-|$)|audio|image-1|realtime(-mini|-1|-preview|$))|o\d|ft:|tts-|whisper|text-|"
            r"chatgpt-|codex-|computer-|dall-e|babbage|davinci|omni-)"
        ),
        hosts=("*.api.openai.com",),
    ),
    # Regional and multi-region endpoints: https://cloud.google.com/vertex-ai/generative-ai/pricing
    Uplift(
        re.compile(rf"(google/gemini-(3\.[5-9]|3\.1-flash-(image|lite)|[4-9])|(anthropic|google)/{_CLAUDE})"),
        re.compile(r"(google/(?!gemini-\d)|google/gemini-(1|2|3)|anthropic/)"),
        hosts=("*-aiplatform.googleapis.com", "aiplatform.*.rep.googleapis.com"),
    ),
    # "US-only inference is priced at 1.1x across all token pricing categories" from Opus 4.6 on:
    # https://platform.claude.com/docs/en/build-with-claude/data-residency
    Uplift(
        re.compile(r"anthropic/claude-((opus|sonnet)-4-[6-9]|(haiku|sonnet|opus|fable|mythos)-([5-9]|\d\d))"),
        re.compile(r"anthropic/"),
        geo="us",
    ),
)


def uplift(ref: str, host: str, words: Mapping[str, str]) -> tuple[Decimal | None, str | None]:
    """Return the factor for tokens of the model `ref`, if any, and a reservation if it is unknown."""
    for one in _UPLIFTS:
        if not (words.get(_GEO) == one.geo if one.geo else any(host_matches(pattern, host) for pattern in one.hosts)):
            continue
        if one.dearer.match(ref):
            return one.factor, None
        if not one.same.match(ref):
            return None, "no_price:region"
    return None, None
