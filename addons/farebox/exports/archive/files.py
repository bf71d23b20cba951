"""Files of an archive: their names, what they come to, and their calls."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from ...errors import FareboxError, SettingsError
from ...home.installation import extra_command
from ...records.columns import COLUMNS, NAMES
from ...records.record import Record
from ...store.months import Month
from ...store.sums import Scope
from ...store.transfer.figures import NULLABLE, NUMBERS, Figures

_JSON = tuple(column.name for column in COLUMNS if column.is_json)
_REQUIRED = frozenset(column.name for column in COLUMNS if not column.is_nullable)
_PAGE = 1_000


def name(month: Month) -> str:
    """Return the name of a month's file, such as calls_2026_10.parquet."""
    return f"{month.table('calls')}.parquet"


def figures(path: Path) -> Figures:
    """Return what the calls of a file come to, as of a ledger. FareboxError if it is no such file."""
    compute = _pyarrow("compute")
    found: Figures = Figures()
    with _opened(path) as file:
        # A file of an earlier farebox lacks the columns that came later: they are unknown.
        present = set(file.schema_arrow.names)
        known, numbers = ([one for one in names if one in present] for names in (NULLABLE, NUMBERS))
        for place in range(file.num_row_groups):
            group = file.read_row_group(place, columns=list(dict.fromkeys((*known, *numbers))))
            found["calls"] += group.num_rows
            for column in known:
                found[f"known_{column}"] += group.num_rows - group.column(column).null_count
            for column in numbers:
                found[f"sum_{column}"] += compute.sum(group.column(column)).as_py() or 0
    return found


def pages(folder: Path, scope: Scope) -> Iterator[Sequence[Record]]:
    """Yield the calls of an archive that began in the time of `scope`. FareboxError without any file."""
    paths = sorted(folder.glob("calls_[0-9][0-9][0-9][0-9]_[0-9][0-9].parquet"))
    if not paths:
        raise FareboxError(f"archive: {folder} has no file such as calls_2026_10.parquet: `farebox archive` writes it")
    for path in paths:
        if _may_have(path, scope):
            with _opened(path) as file:
                names = [column for column in NAMES if column in file.schema_arrow.names]
                for batch in file.iter_batches(_PAGE, columns=names):
                    rows = map(_record, batch.to_pylist())
                    yield [row for row in rows if _is_within(row.started_at, scope)]


def _may_have(path: Path, scope: Scope) -> bool:
    _, year, number = path.stem.split("_")
    month = Month(int(year), int(number))
    is_late = scope.end is not None and month.begins >= scope.end
    return not is_late and (scope.start is None or month.next.begins > scope.start)


def _is_within(moment: datetime, scope: Scope) -> bool:
    return (scope.start is None or moment >= scope.start) and (scope.end is None or moment < scope.end)


def _record(row: dict[str, Any]) -> Record:
    for column in _JSON:
        if row.get(column) is not None:
            row[column] = msgspec.json.decode(row[column])
    return Record(**row)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    parquet = _pyarrow("parquet")
    try:
        with parquet.ParquetFile(path) as file:
            if lacking := _REQUIRED.difference(file.schema_arrow.names):
                raise FareboxError(f"{path} lacks the column {min(lacking)}: it is no file of an archive")
            yield file
    # Also while it is read: the pages of a file are looked at one by one.
    except (OSError, ValueError) as error:
        raise FareboxError(f"{path} cannot be read as Parquet: it is damaged, or no file of an archive") from error


def _pyarrow(module: str) -> Any:
    try:
        return import_module(f"pyarrow.{module}")
    except ImportError as error:
        raise SettingsError(f"archive: it needs pyarrow, which is not installed: {extra_command('parquet')}") from error
