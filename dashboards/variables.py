"""The variables at the top of a board. Pure data."""

from collections.abc import Mapping

from .fields import Json
from .kit import PROMETHEUS
from .sql.dialect import Dialect

# The data sources that `farebox dashboards` provisions; where they are not, Grafana takes the first of the kind.
PROMETHEUS_UID = "farebox-prometheus"
LEDGER_UID = "farebox-ledger"
ALL: Json = {"text": "All", "value": "$__all"}
_ON_TIME_RANGE = 2
_SHOWN, _HIDDEN = 0, 2


def source(name: str, label: str, plugin: str, uid: str) -> Json:
    """Return the choice of a data source of the kind `plugin`."""
    return {
        **_variable("datasource", name, label),
        "query": plugin,
        "regex": "",
        "refresh": 1,
        "current": {"text": uid, "value": uid},
    }


def records(ledger: Dialect) -> Json:
    """Return the choice of a ledger's data source."""
    return source("ledger", "Ledger", ledger.plugin, LEDGER_UID)


def of_metrics(name: str, label: str, query: str) -> Json:
    """Return a choice of label values; All matches every value."""
    asked = {"qryType": 1, "query": query, "refId": "PrometheusVariableQueryEditor-VariableQuery"}
    return {**_choice(name, label), "datasource": PROMETHEUS, "query": asked, "definition": query, "allValue": ".*"}


def of_ledger(ledger: Dialect, name: str, label: str, expression: str, table: str) -> Json:
    """Return a choice of the values that `expression` had in 90 days of `table`; All stands for older ones too."""
    query = f"SELECT DISTINCT {expression} FROM {table} WHERE hour >= {ledger.before_end(90)} ORDER BY 1 LIMIT 1000"
    return {**_choice(name, label), "datasource": ledger.source, **ledger.variable(expression, query)}


def fixed(name: str, label: str, values: Mapping[str, str]) -> Json:
    """Return a choice of a few words, by their text; the first is chosen."""
    options = [
        {"text": text, "value": value, "selected": not place} for place, (text, value) in enumerate(values.items())
    ]
    return {
        **_variable("custom", name, label),
        "query": ",".join(f"{text} : {value}" for text, value in values.items()),
        "options": options,
        "current": {key: options[0][key] for key in ("text", "value")},
    }


def constant(name: str, value: str) -> Json:
    """Return a value that whoever installs the board sets."""
    return {
        **_variable("constant", name, name),
        "query": value,
        "hide": _HIDDEN,
        "current": {"text": value, "value": value},
        "skipUrlSync": True,
    }


def _choice(name: str, label: str) -> Json:
    more = {"includeAll": True, "multi": True, "refresh": _ON_TIME_RANGE, "sort": 1, "regex": "", "current": ALL}
    return {**_variable("query", name, label), **more, "options": []}


def _variable(kind: str, name: str, label: str) -> Json:
    return {"type": kind, "name": name, "label": label, "hide": _SHOWN, "skipUrlSync": False}


METRICS = source("prometheus", "Metrics", "prometheus", PROMETHEUS_UID)
ZONE = constant("tz", "UTC")
