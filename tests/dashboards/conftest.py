"""A ClickHouse of today for the boards' queries: the server that Debian has is too old for them."""

from collections.abc import Iterator

import pytest

from tests.support.clickhouse import ChdbServer, chdb, chdb_python


@pytest.fixture(scope="session")
def chdb_server() -> Iterator[ChdbServer]:
    """ClickHouse's engine in a process of its own, for the whole run."""
    if chdb_python() is None:
        pytest.skip("chDB is not installed: `make chdb`, or FAREBOX_CHDB_PYTHON names an interpreter that has it")
    with chdb() as server:
        yield server
