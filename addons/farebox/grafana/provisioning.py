"""Grafana's provisioning files: where the boards lie, and the data sources that they ask. Pure."""

from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

Json = dict[str, Any]
FOLDER = "farebox"
_INTERVAL = "15s"


class Reader(NamedTuple):
    """The role of Postgres that Grafana reads the ledger as; `lookup` is Grafana's expression for its password."""

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
    """Return the file of the data sources; of `ledger`, the URL of one in Postgres, user and password are not kept."""
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
    modes = dict(parse_qsl(parts.query))
    more = {
        "database": unquote(parts.path.removeprefix("/")),
        "sslmode": modes.get("sslmode", "disable"),
        "postgresVersion": 1500,
        "maxOpenConns": 5,
    }
    return {
        **_source("farebox-ledger", "grafana-postgresql-datasource"),
        "url": f"{parts.hostname or 'localhost'}:{parts.port or 5432}",
        # Not the owner of the tables, whose name and password are in the URL.
        "user": reader.name,
        "secureJsonData": {"password": reader.lookup},
        "jsonData": more,
    }


def _source(uid: str, kind: str) -> Json:
    return {"name": uid, "uid": uid, "type": kind, "access": "proxy"}
