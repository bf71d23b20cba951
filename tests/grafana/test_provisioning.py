"""Provisioning files."""

import json

import pytest
from farebox.grafana.provisioning import Reader, providers, sources

from tests.support.boards import NAMES, board

LEDGER = "postgresql+psycopg://owner:canary-password@db.example.com:6432/far%20box?sslmode=require"


def test_the_data_sources_are_those_that_the_boards_name_first() -> None:
    made = sources("http://p:9090", "http://a:9093", LEDGER, Reader())

    wanted = {
        variable["current"]["value"]
        for name in NAMES
        for variable in board(name)["templating"]["list"]
        if variable["type"] == "datasource"
    }
    assert wanted == {"farebox-prometheus", "farebox-ledger"}
    assert wanted < {source["uid"] for source in made["datasources"]}


def test_grafana_reads_the_ledger_as_another_role_than_its_owner() -> None:
    made = sources("http://p:9090", "http://a:9093", LEDGER, Reader("grafana", "$__file{/run/secrets/reader}"))

    [ledger] = [source for source in made["datasources"] if source["uid"] == "farebox-ledger"]
    assert (ledger["url"], ledger["user"]) == ("db.example.com:6432", "grafana")
    assert ledger["jsonData"]["database"] == "far box"
    assert ledger["jsonData"]["sslmode"] == "require"
    assert ledger["secureJsonData"] == {"password": "$__file{/run/secrets/reader}"}
    assert "canary" not in json.dumps(made)
    assert "owner" not in json.dumps(made)


@pytest.mark.parametrize(
    ("url", "port", "is_secure"),
    [
        ("clickhouse://owner:canary-password@ch.example.com/far%20box", 8123, False),
        ("clickhouse://owner:canary-password@ch.example.com/far%20box?cluster=two&secure=1", 8443, True),
        ("clickhouse://owner:canary-password@ch.example.com:9999/far%20box?secure=0", 9999, False),
    ],
)
def test_grafana_reads_clickhouse_over_http_as_another_user(url: str, port: int, is_secure: bool) -> None:
    made = sources("http://p:9090", "http://a:9093", url, Reader("grafana"))

    [ledger] = [source for source in made["datasources"] if source["uid"] == "farebox-ledger"]
    told = ledger["jsonData"]
    assert ledger["type"] == "grafana-clickhouse-datasource"
    assert (told["host"], told["port"], told["protocol"]) == ("ch.example.com", port, "http")
    assert (told["secure"], told["username"], told["defaultDatabase"]) == (is_secure, "grafana", "far box")
    assert ledger["secureJsonData"] == {"password": "$FAREBOX_READER_PASSWORD"}
    assert "canary" not in json.dumps(made)
    assert "owner" not in json.dumps(made)


@pytest.mark.parametrize("ledger", [None])
def test_a_ledger_that_grafana_cannot_read_is_no_data_source(ledger: str | None) -> None:
    made = sources("http://p:9090", "http://a:9093", ledger, Reader())

    assert [source["uid"] for source in made["datasources"]] == ["farebox-prometheus", "farebox-alertmanager"]


def test_boards_are_loaded_from_their_folder_and_not_changed_in_grafana() -> None:
    [provider] = providers("/var/lib/farebox/dashboards")["providers"]

    assert provider["options"]["path"] == "/var/lib/farebox/dashboards"
    assert (provider["folderUid"], provider["allowUiUpdates"]) == ("farebox", False)
