"""Farebox / Sidecar: does the meter itself work, and does it cost anything?"""

from . import variables
from .annotations import ALERTS, RESTARTS
from .charts import lines, stat, table
from .fields import (
    BYTES,
    COUNT,
    NONE_IS_GOOD,
    PERCENT,
    SHORT_SECONDS,
    TEXT,
    UNKNOWN,
    VERMILION,
    WHITE,
    Steps,
    Unit,
    column,
    defaults,
    fixed,
    named,
    override,
)
from .joined import joined
from .kit import Board, Panel, Row, metric
from .promql import quantile
from .thresholds import LEDGER_BEHIND, LEDGER_BEHIND_SECONDS, OVERHEAD_HIGH
from .traffic_times import quantiles

UID = "farebox-sidecar"
_OURS = 'job=~"$job",instance=~"$instance"'
_ANY_IS_BAD, _ANY_IS_ODD = (((None, "green"), (0.5, color)) for color in ("red", "orange"))
_BEHIND: Steps = ((None, "green"), (LEDGER_BEHIND, "orange"))
_DASHED = {"custom.lineStyle": {"fill": "dash", "dash": [10, 10]}, "custom.fillOpacity": 0}
_LIMIT = "limit of the alert"
_TARGET = f"target: {OVERHEAD_HIGH * 1000:g} ms"
# Sorted by their names, the first needs a person soonest.
_SEVERITIES = {"1": ("critical", "red"), "2": ("warning", "orange"), "3": ("info", "blue")}


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
            "Sidecars, now",
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
            "Calls known to be lost",
            "Is the ledger whole? Calls of the chosen time range that neither disk nor memory had room for. Red "
            "as in FareboxRecordsDropped.",
            "farebox_records_dropped_total",
            _ANY_IS_BAD,
        ),
        stat(
            "Waiting for the ledger",
            f"Does the ledger keep up? Calls in the spool now. More than {LEDGER_BEHIND} is orange.",
            metric(f"sum(farebox_spool_pending{{{_OURS}}})"),
            defaults=defaults(COUNT, empty="not reported", steps=_BEHIND, mappings=[NONE_IS_GOOD, UNKNOWN]),
        ),
        stat(
            "Own time: 99 % within",
            f"What does farebox cost a user? Its own time on a call: of all calls of the chosen time range, 99 of 100 "
            f"took no longer. The graph below has it in each five minutes. Orange above the target of "
            f"{OVERHEAD_HIGH * 1000:g} ms.",
            metric(quantile(0.99, "farebox_overhead_seconds", matchers=_OURS, window="$__range"), instant=True),
            defaults=defaults(
                SHORT_SECONDS, empty="no calls", steps=((None, "green"), (OVERHEAD_HIGH, "orange")), mappings=[UNKNOWN]
            ),
        ),
        _lost(
            "Answers not understood",
            "Has a provider changed its answers, or has farebox a bug? In the chosen time range. Clients got "
            "these answers unchanged; "
            "their calls are recorded without tokens.",
            "farebox_meter_failures_total",
            _ANY_IS_ODD,
        ),
        _lost(
            "Clients without the CA",
            "Whose calls fail because of farebox? Connections that a client closed as it does not trust "
            "farebox's CA, in "
            "the chosen time range.",
            "farebox_tls_untrusted_connections_total",
            _ANY_IS_ODD,
        ),
    ],
)


def _spool() -> Panel:
    minute = f"{LEDGER_BEHIND_SECONDS} * sum by (instance) (rate(farebox_calls_total{{{_OURS}}}[10m]))"
    return lines(
        "Calls waiting for the ledger",
        f"How many calls wait in the spool? Above the dashed line, a minute of calls and at least {LEDGER_BEHIND}, and "
        "growing: FareboxLedgerBehind.",
        metric(f"sum by (instance) (farebox_spool_pending{{{_OURS}}})", "waiting, {{instance}}"),
        metric(f"max(clamp_min({minute}, {LEDGER_BEHIND}) or vector({LEDGER_BEHIND}))", _LIMIT),
        defaults=defaults(COUNT, empty="not reported", color="palette-classic", min=0),
        overrides=[fixed(_LIMIT, VERMILION, **_DASHED)],
    )


def _used(title: str, question: str, query: str, unit: Unit) -> Panel:
    shown = defaults(unit, empty="not reported", color="palette-classic", min=0)
    return lines(title, question, metric(query, "{{process}} of {{instance}}"), defaults=shown)


def _processes() -> list[Panel]:
    cpu, memory = (
        f"rate(process_cpu_seconds_total{{{_OURS}}}[$__rate_interval])",
        f"process_resident_memory_bytes{{{_OURS}}}",
    )
    return [
        _used("CPU of each process", "How much CPU does farebox use? 100 % is one core.", cpu, PERCENT),
        _used("Memory of each process", "How much memory does farebox use?", memory, BYTES),
    ]


def _series() -> Panel:
    return lines(
        "Series that farebox exports",
        "Does farebox export too many series, and were names of models folded into `other`?",
        metric(f"scrape_samples_scraped{{{_OURS}}}", "series of {{instance}}"),
        metric(
            f"sum(increase(farebox_calls_over_series_cap_total{{{_OURS}}}[$__rate_interval]))",
            "calls counted as other, as there are too many series",
        ),
        defaults=defaults(COUNT, empty="not reported", color="palette-classic", min=0),
        width=24,
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
            column("Value #B", "Running since", Unit("dateTimeAsIso"), width=170),
        ],
        transformations=joined("Value #A"),
        rows=7,
        width=8,
    )


def _alerts() -> Panel:
    # A budget's scope says nothing beside its name.
    firing = 'ALERTS{alertname=~"Farebox.*",alertname!="FareboxWatchdog",alertstate="firing"}'
    named_budget = (
        f'label_replace(label_replace({firing}, "scope", "", "budget", ".+"), "budget", "budget $1", "budget", "(.+)")'
    )
    for rank, (severity, _) in _SEVERITIES.items():
        named_budget = f'label_replace({named_budget}, "severity", "{rank}", "severity", "{severity}")'
    about = '"about", " ", "budget", "scope", "name", "provider", "model", "kind", "dialect", "instance"'
    return table(
        "Alerts firing now",
        "What needs a person now? Alerts of farebox that fire. Only true if the rules are loaded: see the figure "
        "beside.",
        metric(f"max by (alertname, severity, about) (label_join({named_budget}, {about}))", format="table"),
        defaults=defaults(empty="no alert fires"),
        overrides=[
            column("alertname", "Alert"),
            column("severity", "Severity", mappings=[named(_SEVERITIES)], steps=((None, "text"),), width=90),
            column("about", "About"),
        ],
        transformations=joined("Value", "Value #A"),
        options={"sortBy": [{"displayName": "Severity", "desc": False}]},
        rows=7,
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
                    "farebox's own time on a call, in each 5 minutes",
                    "How much later do answers come because of farebox? The dashed line is the target.",
                    "farebox_overhead_seconds",
                    metric(f"vector({OVERHEAD_HIGH:g})", _TARGET),
                    matchers=_OURS,
                    unit=SHORT_SECONDS,
                    overrides=[fixed(_TARGET, WHITE, **_DASHED)],
                ),
                _spool(),
                *_processes(),
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
