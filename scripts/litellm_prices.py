"""Make addons/farebox/pricing/litellm/prices.json.gz from the price list in LiteLLM's wheel: `make vendor`.

`python scripts/litellm_prices.py litellm-1.109.1-*.whl`. The wheel is read as an archive; nothing in it is installed or
run. What is kept are the fields that `fields.py` reads, of the modes that are metered. A field that looks like a price
and stands neither there nor in LEFT_OUT stops this: a new kind of price is not dropped unseen.
"""

import gzip
import hashlib
import json
import re
import sys
import zipfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from farebox.pricing.litellm.fields import MODES, is_read

TARGET = Path(__file__).parent.parent / "addons/farebox/pricing/litellm"
LIST = "litellm/model_prices_and_context_window_backup.json"
# Another name for the same biller in LiteLLM's data; a name up to its first hyphen is the family otherwise.
FAMILIES = {
    "azure_text": "azure",
    "bedrock_converse": "bedrock",
    "cohere_chat": "cohere",
    "scx-ai": "scx-ai",
    "text-completion-codestral": "codestral",
    "text-completion-inception": "inception",
    "text-completion-openai": "openai",
}
LOOKS_LIKE_A_PRICE = re.compile(r"cost|pric|multiplier|entry")
LEFT_OUT = {
    r"cache_creation_input_token_cost_above_12hr.*": "no usage tells how long a cache is kept beyond an hour",
    r"cache_creation_input_audio_token_cost": "no usage tells the audio in what is written to a cache",
    r".*_decisions": "an API that is not metered",
    r"cost_per_second": "throughput that is provisioned, not used",
    r".*_dbu_cost_per_token": "the price in USD stands beside it",
    r"explicit_cache_read_input_token_cost": "no usage tells an explicit cache from an implicit one",
    r"input_cost_per_token_cache_hit": "what cache_read_input_token_cost says",
    r"input_cost_per_image_above_128k_tokens|input_cost_per_video_per_second_above_.*": "zero, or by length of a video",
    r"input_cost_per_audio_per_second_above_128k_tokens|.*_per_character_above_128k_tokens": "zero",
    r"output_cost_per_character|output_cost_per_pixel": "zero",
    r"guardrail_cost_per_unit|ocr_cost_per_credit": "units that are not metered",
}


def main() -> None:
    wheel = Path(sys.argv[1])
    version = wheel.name.split("-")[1]
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(LIST)
        licence = archive.read(f"litellm-{version}.dist-info/licenses/LICENSE")
    models = kept(json.loads(data, parse_float=Decimal))
    before = json.loads(gzip.decompress((TARGET / "prices.json.gz").read_bytes()))
    head = {"version": version, "sha256": hashlib.sha256(data).hexdigest(), "taken": f"{datetime.now(UTC):%Y-%m-%d}"}
    if head["sha256"] == before["sha256"]:
        head["taken"] = before["taken"]
    lines = ",\n".join(f"{json.dumps(key)}:{compact(entry)}" for key, entry in sorted(models.items()))
    text = f'{compact(head)[:-1]},\n"models":{{\n{lines}\n}}}}\n'
    print_changes(before["models"], json.loads(text)["models"])
    (TARGET / "prices.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    (TARGET / "LICENSE").write_bytes(licence)
    print(f"LiteLLM {version}: {len(models)} models, {(TARGET / 'prices.json.gz').stat().st_size} bytes")


def print_changes(before: dict[str, Any], models: dict[str, Any]) -> None:
    """Print what differs from the list that is there: that is what to review."""
    for key in sorted(before.keys() | models.keys()):
        old, new = before.get(key, {}), models.get(key, {})
        fields = [name for name in sorted(old | new) if old.get(name) != new.get(name)]
        changes = ", ".join(f"{name} {old.get(name)} -> {new.get(name)}" for name in fields)
        if changes:
            print(key, changes if old and new else "is gone" if old else "is new")


def kept(entries: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the models by `family/name`. Of two entries of that name the one with the prefix goes before."""
    models: dict[str, dict[str, Any]] = {}
    for key, entry in entries.items():
        mode = entry.get("mode")
        if key == "sample_spec" or mode not in MODES or "-commitment/" in key:
            continue
        family = family_of(entry["litellm_provider"])
        name = key.removeprefix(f"{family}/")
        own = {field: value for field, value in entry.items() if is_kept(key, field)}
        other = models.get(f"{family}/{name}", {})
        before, after = (other, own) if name != key else (own, other)
        models[f"{family}/{name}"] = {
            "mode": mode,
            **before,
            **{f: v for f, v in after.items() if v or f not in before},
        }
    return models


def family_of(provider: str) -> str:
    return FAMILIES.get(provider) or provider.partition("-")[0]


def is_kept(key: str, field: str) -> bool:
    if any(re.fullmatch(pattern, field) for pattern in LEFT_OUT):
        return False
    if is_read(field):
        return True
    if LOOKS_LIKE_A_PRICE.search(field):
        sys.exit(f"{key}: {field} is neither read by fields.py nor left out for a reason")
    return False


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), default=as_written, ensure_ascii=False)


def as_written(number: Decimal) -> float:
    return float(number)


if __name__ == "__main__":
    main()
