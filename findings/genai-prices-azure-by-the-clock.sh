#!/usr/bin/env bash
# genai-prices prices DeepSeek-R1 on Azure by DeepSeek's own off-peak hours: down to a tenth of what Azure lists.
#
# Surprise: genai-prices has no prices of Azure's own for DeepSeek, so an Azure call gets the maker's price, hours included:
# $0.135 for a million input tokens at 20:00 UTC, $0.55 at 10:00. Azure sells the model at one price around the clock, $1.35 in
# its public retail list, which azure-genai-prices carries. The result of the first still names "azure" as the provider.
# Why it matters: a meter that trusts the first library reports 10 or 41 % of what such calls cost, by the time of day.
# What farebox does: a table of reviewed differences (docs/accuracy.md) gives Azure's DeepSeek, Grok and Kimi models the price
# that LiteLLM's list has for Azure.
#
# Usage: findings/genai-prices-azure-by-the-clock.sh [VERSION]. Exit: 0 as described, 1 mended or changed, 2 could not be tried.
set -euo pipefail
version="${1:-0.2.3}"
python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "needs Python 3.12 or newer: set PYTHON" >&2; exit 2; }
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
timeout 120 "$python" -m venv "$folder/venv" && timeout 500 "$folder/venv/bin/pip" install --quiet --quiet \
    "genai-prices==$version" azure-genai-prices==0.2.0 || { echo "could not install the packages" >&2; exit 2; }

cat >"$folder/check.py" <<'PYTHON'
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version

import azure_genai_prices
import genai_prices

def by_genai_prices(hour):
    price = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=1_000_000),
        "deepseek-r1",
        provider_id="azure",
        genai_request_timestamp=datetime(2026, 11, 20, hour, tzinfo=UTC),
    )
    return price.provider.id, price.total_price

day, night = by_genai_prices(10), by_genai_prices(20)
azure = azure_genai_prices.calc_price(
    azure_genai_prices.Usage(input_tokens=1_000_000), model="deepseek-r1", deployment="global"
)
print("genai-prices", version("genai-prices"), "and azure-genai-prices", version("azure-genai-prices"))
print("expected: one price for a million input tokens of DeepSeek-R1 on Azure, at any hour")
print(f"seen:     genai-prices: ${day[1]} at 10:00 UTC, ${night[1]} at 20:00 UTC, both of provider {day[0]!r}")
print(f"          azure-genai-prices: ${azure.total_cost.normalize()}, meter {azure.meters_used[0]!r} of Azure's retail list")
as_described = (
    day == ("azure", Decimal("0.55")) and night == ("azure", Decimal("0.135")) and azure.total_cost == Decimal("1.35")
)
raise SystemExit(not as_described)
PYTHON
timeout 60 "$folder/venv/bin/python" "$folder/check.py"
