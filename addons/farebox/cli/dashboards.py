"""`farebox dashboards`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from ..config import settings as settings_module
from ..errors import SettingsError
from ..grafana.boards import in_zone, without_ledger
from ..grafana.provisioning import Reader, providers, sources
from ..home import assets, atomic
from .options import Config, Ledger

_PROVISIONING = "provisioning"
_NEEDS = {
    "clickhouse": "Grafana needs the plugin grafana-clickhouse-datasource, and ClickHouse must be 24.8 or later",
    None: "Panels that read the ledger need one in Postgres or ClickHouse: Grafana cannot read SQLite",
}
_READABLE = 0o644
_OPEN = 0o755


def dashboards(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write to; it is created.")],
    *,
    prometheus: Annotated[
        str, typer.Option(metavar="URL", help="Prometheus, as Grafana reaches it.")
    ] = "http://localhost:9090",
    alertmanager: Annotated[
        str, typer.Option(metavar="URL", help="Alertmanager, as Grafana reaches it.")
    ] = "http://localhost:9093",
    reader: Annotated[str, typer.Option(metavar="NAME", help="The ledger's read-only user, for Grafana.")] = "reader",
    password_file: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Where Grafana reads the user's password; default: $FAREBOX_READER_PASSWORD."
        ),
    ] = None,
    mounted: Annotated[
        str | None, typer.Option(metavar="PATH", help="DIR as Grafana sees it, such as in a container; default: DIR.")
    ] = None,
    runbooks: Annotated[
        str, typer.Option(metavar="URL", help="Where you serve docs/runbook: alerts link to pages below it.")
    ] = "runbook/",
    ledger: Ledger = None,
    config: Config = None,
) -> None:
    """Write the Grafana boards, provisioning files for Grafana to load them, and Prometheus' alerting rules.

    - `farebox dashboards grafana --prometheus http://prometheus:9090`
    """
    settings = settings_module.load({"ledger": ledger}, config=config)
    kind = _kind(settings.ledger)
    seen = mounted or str(folder.absolute())
    role = Reader(reader, f"$__file{{{password_file}}}" if password_file else Reader().lookup)
    asked = sources(prometheus, alertmanager, settings.ledger if kind else None, role)
    files = _boards(settings.timezone, kind) | _provisioning(seen, asked) | _alerting(runbooks)
    _write_all(folder, files)
    typer.echo(f"{len(files)} files in {folder}: start Grafana with GF_PATHS_PROVISIONING={seen}/{_PROVISIONING}")
    if kind in _NEEDS:
        typer.echo(_NEEDS[kind])


def _kind(ledger: str) -> str | None:
    """Return what kind of ledger Grafana reads, None if it cannot."""
    kind = ledger.partition("://")[0].partition("+")[0] if "://" in ledger else ""
    return kind if kind in {"postgresql", "clickhouse"} else None


def _boards(zone: str, kind: str | None) -> dict[str, str]:
    """Return the boards by name; of those that read the ledger, what is for a ledger of its `kind`."""
    files = {path.name: path for path in assets.dashboards().glob("*.json")}
    if kind == "clickhouse":
        files |= {path.name: path for path in (assets.dashboards() / kind).glob("*.json")}
    return {
        f"dashboards/{name}": _board(path, zone, is_readable=kind is not None) for name, path in sorted(files.items())
    }


def _provisioning(seen: str, asked: dict[str, Any]) -> dict[str, str]:
    return {
        f"{_PROVISIONING}/dashboards/farebox.yaml": _yaml(providers(f"{seen}/dashboards")),
        f"{_PROVISIONING}/datasources/farebox.yaml": _yaml(asked),
    }


def _alerting(runbooks: str) -> dict[str, str]:
    rules = (assets.dashboards() / "rules.yml").read_text(encoding="utf-8")
    return {
        "prometheus/rules.yml": rules.replace("runbook_url: runbook/", f"runbook_url: {runbooks.rstrip('/')}/"),
        "alertmanager/alertmanager.yml": assets.alertmanager().read_text(encoding="utf-8"),
    }


def _board(path: Path, zone: str, *, is_readable: bool) -> str:
    board: dict[str, Any] = in_zone(json.loads(path.read_text(encoding="utf-8")), zone)
    return json.dumps(board if is_readable else without_ledger(board), indent=2, sort_keys=True) + "\n"


def _yaml(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False)


def _write_all(folder: Path, files: Mapping[str, str]) -> None:
    try:
        for name, text in files.items():
            _write(folder / name, text)
    except OSError as error:
        raise SettingsError(f"DIR: cannot write to {error.filename or folder}: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    """Write a file that another user, Grafana's, can read."""
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        folder.chmod(_OPEN)
    atomic.write(path, text.encode(), mode=_READABLE)
