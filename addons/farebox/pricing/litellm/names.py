"""Find the line of LiteLLM's list for a call, by its names for models, regions and image sizes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ...providers.table import BY_NAME
from ..consumption import Consumption
from ..ratecard import EXACT, FUZZY
from .data import Entry, PriceList

# A region among the labels of an AWS host, and before the name of a Vertex AI one.
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d")
_VERTEX_REGION = re.compile(r"[a-z]+-[a-z]+\d+-aiplatform\.|aiplatform\.[a-z]+\.rep\.")
_RESIDENCE = re.compile(r"(eu|us)\.api\.")
_GOVERNMENT = ".azure.us"
_ARN = re.compile(r"arn:aws[^:]*:bedrock:[^:]*:[^:]*:(?:foundation-model|inference-profile)/(.+)")
_PATH = re.compile(r"^(?:(?:.*/)?publishers/[^/]+/)?models/")
_TUNED = re.compile(r"(ft:[^:]+):.*")
_DATED = re.compile(r"(.+?)(?:-\d{8}|-\d{4}-\d{2}-\d{2}|@\d{8}|@default)(?:-v\d+(?::\d+)?)?")
_SIZE = re.compile(r"(\d+)x(\d+)")
# Video with a longer side than this has a separate line: https://platform.openai.com/docs/pricing
_WIDEST_PLAIN = 1280


@dataclass(frozen=True, slots=True)
class Found:
    """A line; `match` says whether it was found by its full name."""

    entry: Entry
    match: str


def families(provider: str) -> tuple[str, ...]:
    """Return LiteLLM's names for a provider: those in the table, else the provider's own."""
    known = BY_NAME.get(provider)
    return (known.litellm or (known.name,)) if known else (provider,)


def find(models: PriceList, asked: Consumption) -> Found | None:
    """Return the line for the model as served, else as requested; a region's line takes precedence."""
    found = (
        Found(entry, match)
        for place in _places(asked)
        for model in asked.models
        for name, match in _names(model)
        for family in families(asked.provider)
        if (entry := _entry(models, f"{family}/{place}", name, asked.context))
    )
    return next(found, None)


def residence(host: str) -> str | None:
    """Return the data residency that the host names: `eu` of `eu.api.openai.com`."""
    found = _RESIDENCE.match(host)
    return found[1] if found else None


def is_regional_endpoint(asked: Consumption) -> bool:
    """Tell whether the endpoint is regional or multi-regional, not Vertex AI's global one."""
    region = asked.context.get("region")
    return region != "global" if region else _VERTEX_REGION.match(asked.host) is not None


def _places(asked: Consumption) -> tuple[str, ...]:
    """Return the prefixes of model names that depend on the region, ending with the empty one."""
    regions = [f"{label}/" for label in asked.host.split(".") if _REGION.fullmatch(label)]
    return (*(["us-gov/"] if asked.host.endswith(_GOVERNMENT) else regions), "")


def _names(model: str) -> Iterator[tuple[str, str]]:
    name = model.lower()
    if arn := _ARN.fullmatch(name):
        name = arn[1]
    name = _PATH.sub("", name)
    yield name, EXACT
    for pattern in (_TUNED, _DATED):
        if shorter := pattern.fullmatch(name):
            yield shorter[1], FUZZY


def _entry(models: PriceList, start: str, name: str, context: Mapping[str, str]) -> Entry | None:
    """Return the line of that name, combined with the separate line for its image size and quality if there is one."""
    entry = models.entry(f"{start}{name}")
    size = _SIZE.fullmatch(context.get("size", ""))
    if size is None:
        return entry
    pixels = f"{size[1]}-x-{size[2]}/{name}"
    # If there are more than two qualities, the model chooses one unless the request does.
    usual = "" if f"{start}low/{pixels}" in models else "standard"
    sized = models.entry(f"{start}{context.get('quality', usual)}/{pixels}")
    if sized is None and max(int(size[1]), int(size[2])) > _WIDEST_PLAIN:
        sized = models.entry(f"{start}{name}-high-res")
    if sized is None or entry is None:
        return sized or entry
    return replace(sized, fields={**entry.fields, **sized.fields})
