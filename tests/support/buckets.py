"""How the counts of a usage lie inside its totals."""

from collections.abc import Iterator

from farebox.records.usage import Usage, total

# A total, and the parts of it that share no token with each other.
SHARES = (
    ("input_tokens", ("cache_read_tokens", "cache_write_tokens")),
    ("input_tokens", ("input_audio_tokens", "input_image_tokens")),
    ("cache_write_tokens", ("cache_write_1h_tokens",)),
    ("output_tokens", ("reasoning_tokens", "output_audio_tokens", "output_image_tokens")),
)


def overfull(usage: Usage) -> Iterator[str]:
    """Yield where the parts of a total are more than the total, or any count is negative."""
    for whole, parts in SHARES:
        stated = getattr(usage, whole)
        inside = total(*(getattr(usage, part) for part in parts))
        if stated is not None and inside is not None and inside > stated:
            yield f"{' + '.join(parts)} = {inside} of {stated} {whole}"
    counts = {name: getattr(usage, name) for name in Usage.__struct_fields__ if name != "units"}
    yield from (f"{name} = {count}" for name, count in counts.items() if count is not None and count < 0)


def uncached(usage: Usage) -> int | None:
    """Return the input that was neither read from a cache nor written to one."""
    cached = total(usage.cache_read_tokens, usage.cache_write_tokens) or 0
    return None if usage.input_tokens is None else max(0, usage.input_tokens - cached)
