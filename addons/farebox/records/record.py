"""Record: the flat row that every sink gets, field for field the table `calls`."""

from datetime import datetime
from typing import Any

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One call in the ledger's columns; `started_at` is in UTC, money in integer nano-USD."""

    id: str
    started_at: datetime
    sidecar: str | None = None
    provider: str
    host: str
    dialect: str | None = None
    operation: str | None = None
    provider_request_id: str | None = None
    response_id: str | None = None
    model_requested: str | None = None
    model_returned: str | None = None
    service_tier: str | None = None
    streamed: bool | None = None
    status: int | None = None
    outcome: str
    error_type: str | None = None
    error_code: str | None = None
    error_param: str | None = None
    finish_reason: str | None = None
    attempt: int | None = None
    input_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    input_audio_tokens: int | None = None
    input_image_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    output_audio_tokens: int | None = None
    output_image_tokens: int | None = None
    units: dict[str, int] | None = None
    usage_source: str
    estimate: dict[str, Any] | None = None
    raw_usage: dict[str, Any] | None = None
    cost_nanousd: int | None = None
    cost_status: str
    cost_reasons: list[str] | None = None
    catalogue_cost_nanousd: int | None = None
    price_source: str | None = None
    price_version: str | None = None
    rate_card: dict[str, str] | None = None
    duration_ms: int | None = None
    ttfb_ms: int | None = None
    ttft_ms: int | None = None
    output_chunks: int | None = None
    overhead_us: int | None = None
    request_bytes: int | None = None
    response_bytes: int | None = None
    user_id: str | None = None
    team: str | None = None
    project: str | None = None
    conversation: str | None = None
    client_app: str | None = None
    client_addr: str | None = None
    key_fingerprint: str | None = None
    tags: dict[str, str] | None = None
    purpose: str | None = None
    request_hash: str | None = None
    params: dict[str, Any] | None = None
    ratelimit: dict[str, Any] | None = None
    price_context: dict[str, str] | None = None
    parts: list[dict[str, Any]] | None = None


class Completion(msgspec.Struct, frozen=True):
    """A row that the ledger has, and what it becomes once the end of its work is told."""

    before: Record
    after: Record


COLUMNS: tuple[str, ...] = Record.__struct_fields__
