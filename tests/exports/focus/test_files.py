"""Files of charges: the same values in CSV and in Parquet, with types in the latter."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import pytest
from farebox.exports.focus.columns import Version, columns_of
from farebox.exports.focus.files import ChargeFile, CsvCharges, ParquetCharges
from pyarrow import parquet

COLUMNS = columns_of(Version.V1_2)
ROW: dict[str, Any] = {
    "BilledCost": Decimal("0.000155"),
    "ListCost": Decimal("0.1234567890123456785"),
    "ChargePeriodStart": datetime(2026, 11, 1, 12, tzinfo=UTC),
    "ServiceName": "=openai API",
    "Tags": "{}",
}


def written(kind: type[CsvCharges | ParquetCharges], rows: Sequence[dict[str, Any]]) -> bytes:
    out: BinaryIO = io.BytesIO()
    file: ChargeFile = kind(out, COLUMNS)
    for row in rows:
        file.write(row)
    file.close()
    out.seek(0)
    return out.read()


def test_csv_has_a_header_and_plain_numbers_and_no_formulas() -> None:
    [row] = csv.DictReader(io.StringIO(written(CsvCharges, [ROW]).decode()))

    assert list(row) == [one.name for one in COLUMNS]
    assert (row["BilledCost"], row["ChargePeriodStart"]) == ("0.000155", "2026-11-01T12:00:00Z")
    assert (row["ServiceName"], row["InvoiceId"]) == ("'=openai API", "")


def test_parquet_has_decimals_and_times_and_rounds_what_has_too_many_places() -> None:
    table = parquet.read_table(io.BytesIO(written(ParquetCharges, [ROW])))

    assert table.schema.names == [one.name for one in COLUMNS]
    [row] = table.to_pylist()
    assert (row["BilledCost"], row["ChargePeriodStart"]) == (ROW["BilledCost"], ROW["ChargePeriodStart"])
    assert row["ListCost"] == Decimal("0.123456789012345678")
    assert (row["ServiceName"], row["InvoiceId"]) == ("=openai API", None)


@pytest.mark.parametrize("kind", [CsvCharges, ParquetCharges])
def test_a_file_without_charges_can_be_read(kind: type[CsvCharges | ParquetCharges]) -> None:
    assert written(kind, [])
