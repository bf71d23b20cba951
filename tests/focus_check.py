"""`make focus-check`: the FinOps Foundation's focus-validator reads an export of every kind of call.

It ships the rules of FOCUS 1.2 alone, and is run without downloads. Its environment is half a gigabyte, so it is made
in the temporary folder and removed.
"""

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import replace as with_values
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from farebox.billing.payer import Payer
from farebox.exports.focus.columns import Version
from farebox.exports.focus.writer import Asked, write
from farebox.records.record import Record
from farebox.records.usage import Usage
from farebox.report.currency import ReportCurrency
from msgspec.structs import replace

from tests.support.samples import AT, reading, record_of

# This version of pyarrow is the last that runs with the NumPy that the validator wants.
PACKAGES = ("focus-validator==2.2.1", "pyarrow<21")
RULES = "1.2.0.1"
# What providers do as these rules understand it. No provider's resources, regions or commitments pass farebox.
CRITERIA = (
    *("ACCOUNT_NAMING_SUPPORTED", "MULTIPLE_PRICING_CATEGORIES_SUPPORTED", "NEGOTIATED_PRICING_SUPPORTED"),
    *("PUBLIC_PRICE_LIST_SUPPORTED", "USAGE_MEASUREMENT_SUPPORTED", "UNIT_PRICING_SUPPORTED", "SUB_ACCOUNT_SUPPORTED"),
    *("MULTIPLE_SUB_ACCOUNT_TYPES_SUPPORTED", "MULTIPLE_BILLING_ACCOUNT_TYPES_SUPPORTED", "TAGGING_SUPPORTED"),
    "PRICING_BILLING_CURRENCY_DIFFERENCES_SUPPORTED",
)
# An export is made before its invoice, which the validator cannot know. A subscription is effective when it is billed:
# its fee is not divided among its calls, so its EffectiveCost is the fee and that of its calls 0.
ALLOWED = {"InvoiceId-C-005-C", "EffectiveCost-C-005-C"}
# The rates of a user's own, which change between the calls.
EUR = ReportCurrency(
    "EUR", "€", (AT - timedelta(days=60), AT + timedelta(hours=3)), (1 / Fraction("1.0812"), 1 / Fraction("1.079"))
)
CURRENCIES = {"USD": None, "EUR": EUR}
USAGE = Usage(input_tokens=901, cache_read_tokens=33, output_tokens=7, units={"web_search_requests": 1})


def rows() -> list[Record]:
    """Return calls of each kind: priced, stated, included, overage, free, partial, estimated, in yuan, and unpriced."""
    call = record_of(reading(usage=USAGE, team="red", user_id="ada", tags={"x-cost-centre": "7"}))
    payers = (Payer("plan", "header", "claude"), Payer("overage", "header", "claude"), Payer("free_tier", "header"))
    yuan = {**(call.rate_card or {}), "currency": "CNY", "usd_per_cny": "0.14"}
    found = [
        call,
        *(record_of(replace(reading(usage=USAGE), **payer._asdict())) for payer in payers),
        replace(call, cost_status="reported", cost_nanousd=12_345_679),
        replace(call, cost_status="reported", cost_nanousd=5, catalogue_cost_nanousd=None, rate_card=None),
        replace(call, cost_status="partial"),
        replace(call, cost_status="estimated"),
        replace(call, rate_card=yuan, service_tier="flex"),
        record_of(reading(model_requested="house-blend-7b", usage=USAGE)),
    ]
    return [replace(row, started_at=AT + timedelta(hours=number)) for number, row in enumerate(found)]


def monthly(_start: datetime, _end: datetime) -> dict[str, Decimal]:
    return {"claude": Decimal(200)}


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        python = _environment(folder)
        return max(_check(python, folder / f"{name}.csv", currency) for name, currency in CURRENCIES.items())


def _check(python: Path, file: Path, currency: ReportCurrency | None) -> int:
    """Print what the validator says about the calls in `currency`; return 1 if it objects to what it should not."""
    with file.open("wb") as out:
        write(out, rows(), with_values(Asked(), version=Version.V1_2, plan_prices=monthly, currency=currency))
    said = _validate(python, file)
    failed = set(re.findall(r"(\S+): FAIL", said))
    passed = len(re.findall(r": PASS", said))
    print(f"{file.stem}: {passed} rules passed, {len(failed)} failed: {', '.join(sorted(failed))}", flush=True)
    if not passed or failed - ALLOWED:
        print(said[-4_000:], file=sys.stderr)
        return 1
    return 0


def _environment(folder: Path) -> Path:
    """Return the Python of a new environment with the validator."""
    uv, environment = os.environ["UV_BIN"], folder / "environment"
    settings = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, environment], env=settings, check=True)
    python = environment / "bin" / "python"
    subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *PACKAGES], env=settings, check=True)
    return python


def _validate(python: Path, file: Path) -> str:
    # The validator reads a file of its own by a path that is relative to site-packages.
    (packages,) = python.parent.parent.glob("lib/*/site-packages")
    validator = str(python.parent / "focus-validator")
    command = [
        *(validator, "--data-file", str(file), "--validate-version", RULES, "--block-download"),
        *("--focus-dataset", "CostAndUsage", "--applicability-criteria", ",".join(CRITERIA)),
    ]
    done = subprocess.run(command, cwd=packages, capture_output=True, text=True, timeout=600, check=False)
    return done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
