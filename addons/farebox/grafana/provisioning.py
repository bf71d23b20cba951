"""Grafana's provisioning files: where the boards lie, and the data sources that they ask. Pure."""

from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

Json = dict[str, Any]
FOLDER = "farebox"
_LEDGER = "farebox-ledger"
_INTERVAL = "15s"


class Reader(NamedTuple):
    """The user of the ledger that Grafana reads it as; `lookup` is Grafana's expression for its password."""

    name: str = "reader"
    lookup: str = "$FAREBOX_READER_PASSWORD"


def providers(folder: str) -> Json:
    """Return the file that has Grafana load every board in `folder`, as its own machine names it."""
    options = {"path": folder, "foldersFromFilesStructure": False}
    provider = {
        "name": FOLDER,
        "folder": FOLDER,
        "folderUid": FOLDER,
        "type": "file",
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": options,
    }
    return {"apiVersion": 1, "providers": [provider]}


def sources(prometheus: str, alertmanager: str, ledger: str | None, reader: Reader) -> Json:
    """Return the file of the data sources; `ledger` is the URL of one that Grafana can read.

    Of that URL, user and password are not kept: they are the owner's of the tables.
    """
    found = [_prometheus(prometheus), _alertmanager(alertmanager), *([_ledger(ledger, reader)] if ledger else [])]
    return {"apiVersion": 1, "prune": True, "datasources": found}


def _prometheus(url: str) -> Json:
    more = {"httpMethod": "POST", "timeInterval": _INTERVAL, "prometheusType": "Prometheus"}
    return {**_source("farebox-prometheus", "prometheus"), "url": url, "isDefault": True, "jsonData": more}


def _alertmanager(url: str) -> Json:
    more = {"implementation": "prometheus", "handleGrafanaManagedAlerts": False}
    return {**_source("farebox-alertmanager", "alertmanager"), "url": url, "jsonData": more}


def _ledger(url: str, reader: Reader) -> Json:
    parts = urlsplit(url)
    found = _clickhouse(parts, reader) if parts.scheme.startswith("clickhouse") else _postgres(parts, reader)
    return {**found, "secureJsonData": {"password": reader.lookup}}


def _postgres(parts: SplitResult, reader: Reader) -> Json:
    modes = dict(parse_qsl(parts.query))
    more = {
        "database": _database(parts),
        "sslmode": modes.get("sslmode", "disable"),
        "postgresVersion": 1500,
        "maxOpenConns": 5,
    }
    return {
        **_source(_LEDGER, "grafana-postgresql-datasource"),
        "url": f"{parts.hostname or 'localhost'}:{parts.port or 5432}",
        "user": reader.name,
        "jsonData": more,
    }


def _clickhouse(parts: SplitResult, reader: Reader) -> Json:
    is_secure = dict(parse_qsl(parts.query)).get("secure") == "1"
    more = {
        "host": parts.hostname,
        "port": parts.port or (8443 if is_secure else 8123),
        "protocol": "http",
        "secure": is_secure,
        "username": reader.name,
        "defaultDatabase": _database(parts),
        # Numbers of these settings are text.
        "maxOpenConns": "5",
    }
    return {**_source(_LEDGER, "grafana-clickhouse-datasource"), "jsonData": more}


def _database(parts: SplitResult) -> str:
    return unquote(parts.path.removeprefix("/"))


def _source(uid: str, kind: str) -> Json:
    return {"name": uid, "uid": uid, "type": kind, "access": "proxy"}
