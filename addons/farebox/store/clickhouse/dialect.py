"""SQLAlchemy's queries in ClickHouse's SQL, in the part of it that 18.16 and 26.9 share as far as possible."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, String, and_, text, types
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql import compiler, elements, selectable

from ..schema import as_json
from . import dbapi, values, views
from .address import address_of

_BACKSLASH = "\\"


class ClickHouseDateTime(types.DateTime):
    """A time; servers without parts of a second have microseconds since 1970."""

    def result_processor(self, dialect: Any, coltype: object) -> Any:
        return lambda value: values.moment_of(value) if isinstance(value, int) else value


class ClickHouseBinary(types.LargeBinary):
    """Bytes, as hexadecimal digits: text of any version and format."""

    def bind_processor(self, dialect: Any) -> Any:
        return lambda value: None if value is None else value.hex()

    def result_processor(self, dialect: Any, coltype: object) -> Any:
        return lambda value: None if value is None else bytes.fromhex(value)


class ClickHouseCompiler(compiler.SQLCompiler):
    """Writes what ClickHouse has under another name, or not at all."""

    def visit_cte(self, cte: Any, asfrom: bool = False, *rest: Any, **options: Any) -> str:  # noqa: FBT001, FBT002 - SQLAlchemy's
        """Write a common table where it is read: each is read once, and 18.16 knows none."""
        name = self.preparer.format_alias(cte, cte.name)
        for theirs in ("ashint", "fromhints", "visiting_cte", "from_linter", "cte_opts"):
            options.pop(theirs, None)
        if not asfrom:
            return name
        inner = cte.element._compiler_dispatch(self, asfrom=True, **options)
        return f"({inner}) AS {name}"

    def visit_select(self, select_stmt: Any, *rest: Any, **options: Any) -> str:
        written = super().visit_select(select_stmt, *rest, **options)  # type: ignore[no-untyped-call]
        version: Any = self.dialect.server_version_info or values.MODERN
        return written if self.stack else views.narrowed(written, version)

    def visit_values(self, element: Any, *rest: Any, **options: Any) -> str:
        options.pop("asfrom", None)
        options.pop("from_linter", None)
        rows = [elements.Tuple(*row, types=element._column_types) for row in _rows(element)]
        written = ", ".join(self.process(row.self_group(), **options) for row in rows)
        names = [column.name for column in element.columns]
        fields = ", ".join(f"tupleElement(line, {place}) AS {name}" for place, name in enumerate(names, 1))
        return f"SELECT {fields} FROM (SELECT arrayJoin([{written}]) AS line)"

    def visit_column(self, column: Any, *arguments: Any, **options: Any) -> str:
        found = _only_row(column.table)
        if found is not None:
            value = found[list(column.table.c).index(column)]
            return self.process(elements.BindParameter(None, value, type_=column.type, unique=True))
        return super().visit_column(column, *arguments, **options)

    def visit_join(self, join: Any, asfrom: bool = False, *rest: Any, **options: Any) -> Any:  # noqa: FBT001, FBT002 - SQLAlchemy's
        """Join by ranges as a product that WHERE limits; the table in memory is the second one."""
        spans = _spans(join)
        if spans is None:
            return super().visit_join(join, asfrom, *rest, **options)  # type: ignore[no-untyped-call]
        options.pop("from_linter", None)
        read = join.right._compiler_dispatch(self, asfrom=True, **options)
        if _only_row(spans) is not None:
            return str(read)
        return f"{read} CROSS JOIN {spans._compiler_dispatch(self, asfrom=True, **options)}"

    def _compose_select_body(self, text: str, select_stmt: Any, compile_state: Any, *rest: Any) -> Any:
        for found in compile_state.froms:
            if _spans(found) is not None:
                select_stmt = select_stmt.where(*_bounds(found))
        return super()._compose_select_body(text, select_stmt, compile_state, *rest)  # type: ignore[no-untyped-call]

    def for_update_clause(self, select: Any, **options: Any) -> str:
        return ""

    def visit_is_distinct_from_binary(self, binary: Any, operator: Any, **options: Any) -> str:
        left, right = (self.process(side, **options) for side in (binary.left, binary.right))
        return f"ifNull({left} != {right}, isNull({left}) != isNull({right}))"

    def visit_like_op_binary(self, binary: Any, operator: Any, **options: Any) -> str:
        escape = binary.modifiers.get("escape", _BACKSLASH)
        assert escape == _BACKSLASH, "ClickHouse's LIKE escapes with a backslash"
        return f"{self.process(binary.left, **options)} LIKE {self.process(binary.right, **options)}"

    def visit_cast(self, cast: Any, **options: Any) -> str:
        assert isinstance(cast.type, String), cast.type
        return f"toString({self.process(cast.clause, **options)})"

    def visit_lower_func(self, function: Any, **options: Any) -> str:
        return f"lowerUTF8{self.function_argspec(function, **options)}"

    def visit_nearest_rank_func(self, function: Any, **options: Any) -> str:
        """Return the amount at rank ceil(percent/100 * number) of a group without NULL."""
        amount, percent = (self.process(part, **options) for part in function.clauses)
        ordered = f"arraySort(groupArray({amount}))"
        return f"if(count() = 0, NULL, arrayElement({ordered}, intDiv(count() * {percent} + 99, 100)))"

    def visit_calls_up_to_func(self, function: Any, **options: Any) -> str:
        """Return how many calls of a group have at most each of the bounds of histograms."""
        [amount] = function.clauses
        version: Any = self.dialect.server_version_info or values.MODERN
        return views.calls_up_to(self.process(amount, **options), version)

    def visit_min_func(self, function: Any, **options: Any) -> str:
        """Return NULL where no row is, as SQL says."""
        return f"if(count() = 0, NULL, min{self.function_argspec(function, **options)})"

    def visit_max_func(self, function: Any, **options: Any) -> str:
        return f"if(count() = 0, NULL, max{self.function_argspec(function, **options)})"


class ClickHouseDialect(DefaultDialect):
    """Reads from ClickHouse. Rows are written by `rows.py`, as ClickHouse has no transactions."""

    name, driver = "clickhouse", "http"
    default_paramstyle = "pyformat"
    statement_compiler = ClickHouseCompiler
    supports_statement_cache = True
    supports_native_boolean = False
    supports_sane_rowcount = False
    colspecs = {  # noqa: RUF012 - SQLAlchemy's
        types.DateTime: ClickHouseDateTime,
        types.LargeBinary: ClickHouseBinary,
    }
    _json_serializer = staticmethod(as_json)
    _json_deserializer = None

    @classmethod
    def import_dbapi(cls) -> ModuleType:
        return dbapi

    def create_connect_args(self, url: URL) -> Any:
        return [address_of(url)], {}

    def initialize(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        self.server_version_info = driver.version

    def has_table(self, connection: Connection, table_name: str, schema: str | None = None, **_: Any) -> bool:
        query = text("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = :name")
        return bool(connection.scalar(query, {"name": table_name}))


def _spans(found: Any) -> Any:
    """Return the table of spans that `found` joins to another table, None if it is no such join."""
    is_join = isinstance(found, selectable.Join)
    return found.left if is_join and _is_values(found.left) else None


def _is_values(table: Any) -> bool:
    return isinstance(table, selectable.CTE) and isinstance(table.element, selectable.Values)


def _rows(table: Any) -> list[Any]:
    return [row for chunk in table._data for row in chunk]


def _only_row(table: Any) -> Any:
    """Return the row of a table of one span, which its values then stand for."""
    if not _is_values(table):
        return None
    rows = _rows(table.element)
    return rows[0] if len(rows) == 1 else None


def _bounds(join: Any) -> Iterator[Any]:
    """Yield the join's own condition, and before it the times that no span is outside of: partitions to skip."""
    spans = join.left
    if _only_row(spans) is None:
        moment = join.onclause.clauses[0].left
        rows = _rows(spans.element)
        yield and_(moment >= min(row[1] for row in rows), moment < max(row[2] for row in rows))
    yield join.onclause
