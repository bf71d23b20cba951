"""The ledger's URL on ClickHouse."""

import pytest
from farebox.errors import SettingsError
from farebox.store.clickhouse.address import Address, address_of
from sqlalchemy import make_url


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("clickhouse://h/d", Address("h", 8123, "default", "", "d")),
        ("clickhouse://u:p%40@h:1/d?cluster=c", Address("h", 1, "u", "p@", "d", "c")),
        ("clickhouse://h/d?secure=1", Address("h", 8443, "default", "", "d", None, is_secure=True)),
    ],
    ids=["defaults", "cluster", "tls"],
)
def test_the_url_names_server_and_database(url: str, address: Address) -> None:
    assert address_of(make_url(url)) == address


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        ("clickhouse://h:9000/d", "HTTP port"),
        ("clickhouse://h", "a host and a database"),
        ("clickhouse://h/d?clutser=c", "cluster and secure are the options"),
        ("clickhouse://h/d?secure=yes", "must be 1"),
    ],
    ids=["native-port", "no-database", "option", "secure"],
)
def test_a_url_that_names_no_ledger_is_refused_with_the_fix(url: str, fix: str) -> None:
    with pytest.raises(SettingsError, match=fix):
        address_of(make_url(url))
