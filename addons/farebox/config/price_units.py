"""The units that the user's own prices can be for: the ledger's token columns and units."""

from decimal import Decimal

import msgspec


class PerMtok(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """USD per million tokens; names are the ledger's columns without `_tokens`.

    Tokens without a price cost as much as the total that contains them: cached input as input, reasoning as output.
    """

    input: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None
    output: Decimal | None = None
    reasoning: Decimal | None = None
    input_audio: Decimal | None = None
    input_image: Decimal | None = None
    input_video: Decimal | None = None
    cache_read_audio: Decimal | None = None
    cache_read_image: Decimal | None = None
    output_audio: Decimal | None = None
    output_image: Decimal | None = None
    output_video: Decimal | None = None
    citation: Decimal | None = None


class PerUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """USD per unit or per thousand units; names as in the ledger's column `units`."""

    web_search_requests: Decimal | None = None
    web_search_sources: Decimal | None = None
    web_fetch_requests: Decimal | None = None
    website_visits: Decimal | None = None
    x_search_requests: Decimal | None = None
    file_search_requests: Decimal | None = None
    document_search_requests: Decimal | None = None
    maps_grounding_requests: Decimal | None = None
    code_interpreter_calls: Decimal | None = None
    code_interpreter_sessions: Decimal | None = None
    computer_calls: Decimal | None = None
    images: Decimal | None = None
    image_pixels: Decimal | None = None
    video_pixels: Decimal | None = None
    video_seconds: Decimal | None = None
    characters: Decimal | None = None
    audio_seconds: Decimal | None = None
    text_messages: Decimal | None = None
    trained_tokens: Decimal | None = None
    cached_token_hours: Decimal | None = None
    pages: Decimal | None = None
    annotated_pages: Decimal | None = None
    search_units: Decimal | None = None
    guardrail_topic_units: Decimal | None = None
    guardrail_content_units: Decimal | None = None
    guardrail_image_units: Decimal | None = None
    guardrail_sensitive_units: Decimal | None = None
    guardrail_grounding_units: Decimal | None = None


TOKENS = frozenset(f"{name}_tokens" for name in PerMtok.__struct_fields__)


def given(prices: PerMtok | PerUnit | None) -> dict[str, Decimal]:
    """Return the prices that are set."""
    if prices is None:
        return {}
    return {name: usd for name, usd in msgspec.structs.asdict(prices).items() if usd is not None}
