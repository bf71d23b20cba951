"""Make addons/farebox/recorder/tokens_per_byte.py from the texts in scripts/samples: `make tables`."""

import math
from collections.abc import Callable
from pathlib import Path

from ctok import token_count
from farebox.records.text_size import measure
from toktok import batch_count

HERE = Path(__file__).parent
TARGET = HERE.parent / "addons/farebox/recorder/tokens_per_byte.py"
# What ctok adds for the frame of a message.
FRAMES = {"3.0": 7, "4.7": token_count("a", "4.7") - 1}
HEAD = '''"""Tokens per byte of text, by tokenizer: made by scripts/tokens_per_byte.py, not by hand."""

# (mean of the logarithms, their standard deviation) over texts, code, JSON and nine languages.
'''


def main() -> None:
    tokenizers: dict[str, Callable[[str], int]] = {
        "o200k": lambda text: batch_count([text], "o200k_base", threads=1)[0],
        "claude": lambda text: token_count(text, "3.0") - FRAMES["3.0"],
        "claude-4.7": lambda text: token_count(text, "4.7") - FRAMES["4.7"],
    }
    samples = {path.stem: path.read_text(encoding="utf-8") for path in sorted((HERE / "samples").glob("*.txt"))}
    lines = [HEAD, "TOKENS_PER_BYTE: dict[str, tuple[float, float]] = {\n"]
    for name, count in tokenizers.items():
        ratios = {language: count(text) / measure(text)[0] for language, text in samples.items()}
        logs = [math.log(ratio) for ratio in ratios.values()]
        mean = sum(logs) / len(logs)
        spread = math.sqrt(sum((log - mean) ** 2 for log in logs) / (len(logs) - 1))
        lines.append(f'    "{name}": ({mean:.3f}, {spread:.3f}),\n')
        print(name, *(f"{language} {ratio:.3f}" for language, ratio in ratios.items()))
    TARGET.write_text("".join([*lines, "}\n"]), encoding="utf-8")


if __name__ == "__main__":
    main()
