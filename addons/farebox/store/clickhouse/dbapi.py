"""PEP 249 over ClickHouse's HTTP interface, as far as SQLAlchemy needs it to read."""

from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPException
from typing import Any

from . import values
from .address import Address
from .http import Server, ServerError, UnclearError

apilevel, threadsafety, paramstyle = "2.0", 1, "pyformat"
_FORMAT = "\nFORMAT TabSeparatedWithNamesAndTypes"
_PLANNED = {
    # Before a query runs, compiling its sums costs seconds, and interpreting them costs no more than that later.
    "compile_expressions": "0",
    "compile_aggregate_expressions": "0",
    # It rewrites count(x), so that the sums that are kept in the parts no longer match.
    "optimize_functions_to_subcolumns": "0",
}


class Error(Exception):
    """The base of errors."""

    code = 0


class DatabaseError(Error):
    """The server refuses a statement."""


class OperationalError(DatabaseError):
    """The server can't be reached, or can't execute a statement."""


class DataError(DatabaseError):
    """The server refuses a value."""


InterfaceError = IntegrityError = ProgrammingError = NotSupportedError = InternalError = DatabaseError


def connect(address: Address, *, patience: float | None = None) -> "Connection":
    """Return a connection whose server answers; OperationalError."""
    return Connection(Server(address, patience=patience))


class Connection:
    """A server and its version. Each statement is a transaction of its own."""

    def __init__(self, server: Server) -> None:
        self.server = server
        text = self.ask("SELECT version()").strip()
        try:
            self.version: values.Version = tuple(map(int, text.split(".")[:2]))
        except ValueError:
            raise OperationalError("the server at this port is no ClickHouse") from None
        self.reading = _PLANNED if self.version >= values.MODERN else {}

    def ask(self, sql: str, rows: bytes | None = None, settings: Mapping[str, str] = {}) -> str:
        """Execute `sql` and return its answer; OperationalError."""
        with _translated():
            return self.server.ask(sql, rows, settings)

    def cursor(self) -> "Cursor":
        return Cursor(self)

    def commit(self) -> None:
        """There is nothing to commit."""

    def rollback(self) -> None:
        """There is nothing to roll back."""

    def close(self) -> None:
        """Every connection is closed after its answer."""


class Cursor:
    """The rows of one statement, read as they come."""

    arraysize = 1
    rowcount = -1
    lastrowid = None

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: Iterator[tuple[Any, ...]] = iter(())
        self.description: list[tuple[Any, ...]] | None = None

    def execute(self, operation: str, parameters: Mapping[str, Any] | None = None) -> None:
        version = self._connection.version
        rendered = {name: values.literal(value, version) for name, value in (parameters or {}).items()}
        self._rows = iter(())
        self._rows = self._answer(operation % rendered + _FORMAT)

    def executemany(self, operation: str, parameters: Sequence[Mapping[str, Any]]) -> None:
        for one in parameters:
            self.execute(operation, one)

    def _answer(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with _translated():
            connection, answer = self._connection.server.send(sql, settings=self._connection.reading)
        names, kinds = (answer.readline().decode().rstrip("\n").split("\t") for _ in range(2))
        self.description = [(name, kind, *([None] * 5)) for name, kind in zip(names, kinds, strict=True)]
        readers = [values.reader(kind) for kind in kinds]

        def rows() -> Iterator[tuple[Any, ...]]:
            try:
                with _translated():
                    for line in answer:
                        yield values.row_of(line.decode(errors="replace").removesuffix("\n"), readers)
            finally:
                answer.close()
                connection.close()

        return rows()

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        wanted = size or self.arraysize
        return [row for _, row in zip(range(wanted), self._rows, strict=False)]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def setinputsizes(self, sizes: Sequence[Any]) -> None:
        """Sizes tell nothing that this needs."""

    def close(self) -> None:
        close = getattr(self._rows, "close", None)
        if close is not None:
            close()


class _translated:  # noqa: N801 - reads as a function
    """Raise the block's errors as those of PEP 249."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, ServerError):
            raised = OperationalError(str(error))
            raised.code = error.code
            raise raised from error
        if isinstance(error, UnclearError | OSError | HTTPException | ValueError):
            raise OperationalError(str(error) or type(error).__name__) from error
