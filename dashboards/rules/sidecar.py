"""Rules about farebox itself."""

from dashboards import thresholds as at

from .promql import first_seen, number
from .rule import Alert, Group, Inhibition

JOB = "farebox"
_WHERE = "{{ $labels.instance }}"
_PENDING = "farebox_spool_pending"


def _counted(counter: str, *, by: str, window: str) -> str:
    return f"sum by ({by}) (increase({counter}[{window}])) > 0\nor {first_seen(counter, by, window)}"


GROUP = Group(
    "farebox.sidecar",
    (
        Alert(
            "Down",
            "critical",
            "A sidecar doesn't answer its scrape.",
            f"{_WHERE} has not answered Prometheus for two minutes.",
            f'up{{job="{JOB}"}} == 0',
            held="2m",
        ),
        Alert(
            "Gone",
            "critical",
            "No sidecar reports any more.",
            "At least one reported within the last day.",
            # absent() alone also fires where farebox never ran.
            "group(present_over_time(farebox_build_info[1d])) unless on () group(farebox_build_info)",
            held="10m",
            inhibited=(Inhibition("Down"),),
        ),
        Alert(
            "RecordsDropped",
            "critical",
            "Calls are missing from the ledger.",
            f"{_WHERE}: about {{{{ $value | humanize }}}} calls were lost in 15 minutes.",
            _counted("farebox_records_dropped_total", by="instance", window="15m"),
        ),
        Alert(
            "RecordsDeadLettered",
            "warning",
            "Calls could not be recorded and are kept as dead letters.",
            f"{_WHERE}: about {{{{ $value | humanize }}}} calls in an hour.",
            _counted("farebox_records_dead_lettered_total", by="instance", window="1h"),
        ),
        Alert(
            "LedgerBehind",
            "warning",
            "The ledger falls behind.",
            f"{_WHERE}: {{{{ $value | humanize }}}} calls are not in the ledger yet.",
            # Calls are counted once recorded: with a ledger that is away, no rate exists to compare with.
            f"{_PENDING} > {number(at.LEDGER_BEHIND)}\n"
            f"unless on (instance, job) {_PENDING} <= {number(at.LEDGER_BEHIND_SECONDS)} *"
            " sum by (instance, job) (rate(farebox_calls_total[10m]))\n"
            f"unless deriv({_PENDING}[10m]) < 0",
            held="5m",
        ),
        Alert(
            "MeterFailing",
            "warning",
            "Responses can't be read because of a bug.",
            "{{ $labels.dialect }}: {{ $value | humanize }} responses in the last hour. Clients were not affected.",
            _counted("farebox_meter_failures_total", by="dialect", window="1h"),
        ),
        Alert(
            "RecorderFailing",
            "warning",
            "A sink or a periodic job of the recorder fails.",
            f"{_WHERE}: {{{{ with $labels.sink }}}}the sink {{{{ . }}}}"
            "{{ else }}the job {{ $labels.exported_job }}{{ end }} failed {{ $value | humanize }} times in an hour.",
            # Prometheus renames the metric's label `job`, which is its own.
            f"sum by (instance, sink) (increase(farebox_sink_failures_total[1h])) > {number(at.RECORDER_FAILURES)}\n"
            "or sum by (instance, exported_job) (increase(farebox_job_failures_total[1h]))"
            f" > {number(at.RECORDER_FAILURES)}",
            held="5m",
        ),
        Alert(
            "ClientsDoNotTrust",
            "warning",
            "A client doesn't trust the CA.",
            f"{_WHERE}: {{{{ $value | humanize }}}} connections failed in 15 minutes.",
            "sum by (instance) (increase(farebox_tls_untrusted_connections_total[15m]))"
            f" > {number(at.UNTRUSTED_CONNECTIONS)}",
            held="5m",
        ),
        Alert(
            "TrafficGone",
            "warning",
            "No calls are recorded at a time that usually has calls.",
            "No call for 30 minutes. Clients may bypass the sidecar.",
            # After a restart the counters are gone, though the sidecar is up.
            "(sum(increase(farebox_calls_total[30m])) or vector(0)) == 0\n"
            f"and sum(increase(farebox_calls_total[30m] offset 1w)) > {number(at.TRAFFIC_BEFORE)}\n"
            f"and sum(increase(farebox_calls_total[6h] offset 30m)) > {number(at.TRAFFIC_BEFORE)}\n"
            f'and on () max(up{{job="{JOB}"}}) == 1',
            held="10m",
            inhibited=(Inhibition("Down"), Inhibition("Gone")),
        ),
        Alert(
            "SeriesCapped",
            "info",
            'Models are counted as "other".',
            f"{_WHERE}: about {{{{ $value | humanize }}}} calls in an hour have a model beyond the cap.",
            "sum by (instance) (increase(farebox_calls_over_series_cap_total[1h])) > 0",
            held="15m",
        ),
    ),
)
WATCHDOG = Group(
    "farebox.watchdog",
    (
        Alert(
            "Watchdog",
            "none",
            "Always fires, to show that alerts are delivered.",
            "If this stops arriving, Prometheus or Alertmanager is broken.",
            "vector(1)",
        ),
    ),
)
