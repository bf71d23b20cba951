"""Farebox / Sidecar: does the meter itself work, and does it cost anything?"""

from . import variables
from .annotations import ALERTS, RESTARTS
from .fields import (
    BYTES,
    COUNT,
    NONE_IS_GOOD,
    PERCENT,
    SHORT_SECONDS,
    TEXT,
    UNKNOWN,
    Steps,
    Unit,
    column,
    defaults,
    named,
    override,
)
from .joined import joined
from .kit import Board, Panel, Row, lines, metric, stat, table
from .promql import quantile
from .thresholds import LEDGER_BEHIND, LEDGER_BEHIND_SECONDS, OVERHEAD_HIGH
from .traffic_times import quantiles

UID = "farebox-sidecar"
_OURS = 'job=~"$job",instance=~"$instance"'
_ANY_IS_BAD: Steps = ((None, "green"), (0.5, "red"))
_ANY_IS_ODD: Steps = ((None, "green"), (0.5, "orange"))
_SEVERITIES = {"critical": ("critical", "red"), "warning": ("warning", "orange"), "info": ("info", "blue")}


def _lost(title: str, question: str, counter: str, steps: Steps) -> Panel:
    return stat(
        title,
        question,
        metric(f"sum(increase({counter}{{{_OURS}}}[$__range]))", instant=True),
        defaults=defaults(COUNT, empty="not reported", steps=steps, mappings=[NONE_IS_GOOD, UNKNOWN]),
    )


NOW = Row(
    "Now, and in the chosen time range",
    [
        stat(
            "Sidecars up",
            "Does every sidecar answer Prometheus?",
            metric(f"sum(up{{{_OURS}}})", "up", instant=True),
            metric(f"count(up{{{_OURS}}} == 0) or vector(0)", "down", instant=True),
            defaults=defaults(COUNT, empty="no sidecar is scraped", mappings=[UNKNOWN]),
            overrides=[
                override(
                    "down",
                    {
                        "thresholds": {
                            "mode": "absolute",
                            "steps": [{"value": None, "color": "green"}, {"value": 1, "color": "red"}],
                        },
                        "mappings": [NONE_IS_GOOD],
                    },
                ),
            ],
            options={"orientation": "auto", "textMode": "value_and_name"},
        ),
        _lost(
            "Calls lost",
            "Is the ledger whole? Calls that neither disk nor memory had room for. Red as in FareboxRecordsDropped.",
            "farebox_records_dropped_total",
            _ANY_IS_BAD,
        ),
        stat(
            "Waiting for the ledger",
            f"Does the ledger keep up? Calls in the spool. More than {LEDGER_BEHIND} is orange.",
            metric(f"sum(farebox_spool_pending{{{_OURS}}})"),
            defaults=defaults(
                COUNT,
                empty="not reported",
                steps=((None, "green"), (LEDGER_BEHIND, "orange")),
                mappings=[NONE_IS_GOOD, UNKNOWN],
            ),
            options={"graphMode": "area"},
        ),
        stat(
            "Own time, 99 % within",
            "What does farebox cost a user? Its own time on a call, in the chosen time range.",
            metric(quantile(0.99, "farebox_overhead_seconds", matchers=_OURS, window="$__range"), instant=True),
            defaults=defaults(
                SHORT_SECONDS, empty="no calls", steps=((None, "green"), (OVERHEAD_HIGH, "orange")), mappings=[UNKNOWN]
            ),
        ),
        _lost(
            "Answers that could not be read",
            "Does a provider speak anew, or has farebox a bug? Clients got these answers unchanged; their calls are "
            "recorded "
            "without tokens.",
            "farebox_meter_failures_total",
            _ANY_IS_ODD,
        ),
        _lost(
            "Clients that do not trust the CA",
            "Whose calls fail because of farebox? Connections that a client closed as it does not trust farebox's CA.",
            "farebox_tls_untrusted_connections_total",
            _ANY_IS_ODD,
        ),
    ],
)


def _spool() -> Panel:
    level = f"{LEDGER_BEHIND_SECONDS} * sum by (instance) (rate(farebox_calls_total{{{_OURS}}}[10m]))"
    dashed = {"custom.lineStyle": {"fill": "dash", "dash": [10, 10]}, "custom.fillOpacity": 0}
    return lines(
        "Spool",
        "How many calls wait for the ledger? Above a minute of calls, the dashed line, and growing: "
        "FareboxLedgerBehind.",
        metric(f"sum by (instance) (farebox_spool_pending{{{_OURS}}})", "waiting, {{instance}}"),
        metric(f"sum({level})", "a minute of calls"),
        defaults=defaults(COUNT, empty="not reported", color="palette-classic", min=0),
        overrides=[override("a minute of calls", dashed)],
    )


def _processes() -> Panel:
    return lines(
        "CPU and memory",
        "What do the processes of farebox use? A CPU at 100 % is one core.",
        metric(f"rate(process_cpu_seconds_total{{{_OURS}}}[$__rate_interval])", "CPU, {{process}} of {{instance}}"),
        metric(f"process_resident_memory_bytes{{{_OURS}}}", "memory, {{process}} of {{instance}}"),
        defaults=defaults(PERCENT, empty="not reported", color="palette-classic", min=0),
        overrides=[
            {
                "matcher": {"id": "byRegexp", "options": "/^memory/"},
                "properties": [
                    {"id": "unit", "value": BYTES.id},
                    {"id": "custom.axisPlacement", "value": "right"},
                    {"id": "custom.fillOpacity", "value": 0},
                ],
            }
        ],
    )


def _series() -> Panel:
    return lines(
        "Series",
        "Does farebox export too many series, and were names of models folded into `other`?",
        metric(f"scrape_samples_scraped{{{_OURS}}}", "samples, {{instance}}"),
        metric(
            f"sum(increase(farebox_calls_over_series_cap_total{{{_OURS}}}[$__rate_interval]))", "calls counted as other"
        ),
        defaults=defaults(COUNT, empty="not reported", color="palette-classic", min=0),
    )


def _versions() -> Panel:
    return table(
        "Versions",
        "What runs where, and since when?",
        metric(f"max by (instance, version) (farebox_build_info{{{_OURS}}})", format="table"),
        metric(f"min by (instance) (process_start_time_seconds{{{_OURS}}}) * 1000", format="table"),
        defaults=defaults(empty="no sidecar is scraped"),
        overrides=[
            column("instance", "Sidecar"),
            column("version", "Version", TEXT, width=90),
            column("Value #B", "Since", Unit("dateTimeAsIso")),
        ],
        transformations=joined("Value #A"),
        width=8,
    )


def _alerts() -> Panel:
    about = '"about", " ", "budget", "scope", "name", "provider", "model", "kind", "dialect", "instance"'
    firing = 'ALERTS{alertname=~"Farebox.*",alertname!="FareboxWatchdog",alertstate="firing"}'
    return table(
        "Alerts firing",
        "What needs a person now? Alerts of farebox that fire. Only true if the rules are loaded: see the figure "
        "beside.",
        metric(f"max by (alertname, severity, about) (label_join({firing}, {about}))", format="table"),
        defaults=defaults(empty="no alert fires"),
        overrides=[
            column("alertname", "Alert"),
            column("severity", "Severity", mappings=[named(_SEVERITIES)], steps=((None, "transparent"),), width=90),
            column("about", "About"),
        ],
        transformations=joined("Value", "Value #A"),
        width=12,
    )


def _rules() -> Panel:
    return stat(
        "Alert rules",
        "Does Prometheus run farebox's rules? FareboxWatchdog always fires; where it does not, no alert can.",
        metric('count(ALERTS{alertname="FareboxWatchdog",alertstate="firing"})', instant=True),
        defaults=defaults(
            empty="not loaded",
            steps=((None, "orange"), (1, "green")),
            mappings=[{"type": "range", "options": {"from": 1, "to": 1e6, "result": {"text": "loaded"}}}],
        ),
        height=8,
    )


BOARD = Board(
    UID,
    "Farebox / Sidecar",
    "Does the meter itself work, and does it cost anything?",
    [
        NOW,
        Row("Alerts and versions", [_rules(), _alerts(), _versions()]),
        Row(
            "Over time",
            [
                quantiles(
                    "farebox's own time on a call",
                    "How much later do answers come because of farebox?",
                    "farebox_overhead_seconds",
                    matchers=_OURS,
                    unit=SHORT_SECONDS,
                ),
                _spool(),
                _processes(),
                _series(),
            ],
        ),
    ],
    [
        variables.METRICS,
        variables.of_metrics("job", "Job", "label_values(farebox_build_info, job)"),
        variables.of_metrics("instance", "Sidecar", 'label_values(farebox_build_info{job=~"$job"}, instance)'),
    ],
    annotations=[ALERTS, RESTARTS],
    since="now-3h",
)
