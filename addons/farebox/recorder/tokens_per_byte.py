"""Tokens per byte of text, by tokenizer: made by scripts/tokens_per_byte.py, not by hand."""

# (mean of the logarithms, their standard deviation) over texts, code, JSON and nine languages.
TOKENS_PER_BYTE: dict[str, tuple[float, float]] = {
    "o200k": (-1.479, 0.257),
    "claude": (-1.191, 0.172),
    "claude-4.7": (-1.014, 0.204),
}
