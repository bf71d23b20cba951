"""How often alerts of spend fire for nothing, and how soon they tell of a runaway; `make bench-alerts`.

A real Prometheus evaluates the expressions of dashboards/rules on made-up offices of three sizes and six seeds.
"""

import json
import statistics
import subprocess
import tempfile
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from dashboards.rules import ALERTS
from dashboards.rules.rule import Alert
from tests.support.prometheus import Prometheus, tools

from .office_spend import BEFORE, MONTH, PER_DAY, PER_HOUR, RARE, START, STEP, STEPS, Spend, office
from .results import put
from .spend_series import Series, of_budget, of_forecast, of_spend

SIZES = (20, 300, 5_000)
SEEDS = range(6)
NAMES = ("BudgetBurnFast", "BudgetBurnSlow", "BudgetWillNotLast", "SpendUnusual", "ClientRunaway")
RULES = {alert.name: alert for alert in ALERTS if alert.name in NAMES}
# A Wednesday of the third week; a busy hour's spend of the size.
_DAY = BEFORE + 17 * PER_DAY
_RUNAWAYS = {"night": (3, 1.0), "day": (14, 3.0), "budget": (3, 0.0)}
_HOURS = 6
_UNITS = {"m": 60, "h": 3600}


class Fired(NamedTuple):
    """The steps of the month at which an alert fires for a run, after it held for its time."""

    alert: str
    run: str
    steps: Sequence[int]


def main() -> None:
    tables = [_size(usd) for usd in SIZES]
    lines = [*_HEAD, *(line for table in tables for line in table)]
    print("\n".join(lines))
    put("Alerts of spend", "\n".join(_intro()) + "\n\n" + "\n".join(lines))


_HEAD = (
    "| office | alert | false alarms a month | runaway at night | runaway by day | budget runaway | budget too small |",
    "|---|---|---|---|---|---|---|",
)


def _intro() -> Iterator[str]:
    yield f"`make bench-alerts`, {datetime.now(UTC):%Y-%m-%d}. A real Prometheus evaluates the expressions of alerts"
    yield f"every 5 minutes of 28 days of made-up spend, {len(SEEDS)} seeds for each size, after 4 weeks of history."
    yield ""
    yield "* *false alarms*: in months without a fault, with a budget 10 % above need: mean, and most in one month"
    yield "* *runaway*: one client, which otherwise comes rarely, spends a busy hour's total in each hour from 03:00 on"
    yield "  (night), or three times that from 14:00 on (day): median minutes until told, and of how many seeds"
    yield "* *budget runaway*: it spends a twentieth of the month's budget in each hour from 03:00 on"
    yield "* *budget too small*: by 30 %: the latest day of the month on which it was told"


def _size(usd: int) -> list[str]:
    fired: dict[tuple[str, str], list[Sequence[int]]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="farebox-alerts-") as folder:
        with Path(folder, "series.om").open("w", encoding="utf-8") as file:
            for seed in SEEDS:
                for series in _runs(usd, seed):
                    file.writelines(_lines(series))
            file.write("# EOF\n")
        for one in _evaluate(Path(folder)):
            kind = one.run.partition(" ")[0]
            fired[one.alert, kind].append(one.steps)
    return [_row(usd, name, fired) for name in NAMES]


def _runs(usd: int, seed: int) -> Iterator[Series]:
    """Yield the series of a quiet month, of one with too small a budget, and of runaways."""
    spend = office(usd, seed)
    total = spend.total()
    need = sum(total[BEFORE:])
    yield from _office(spend, total, f"quiet {seed}")
    yield from of_budget(total, round(need * 1.1), f"quiet {seed}")
    yield next(of_budget(total, round(need / 1.3), f"small {seed}"))
    limits = {f"quiet {seed}": round(need * 1.1), f"small {seed}": round(need / 1.3)}
    yield from of_forecast(total, limits)
    for kind, (hour, busy) in _RUNAWAYS.items():
        first = _DAY + hour * PER_HOUR
        amount = busy * usd * 7 * 1.3 / 55 if busy else need * 1.1 / 5 / 1e9 / 4
        more = [
            round(1e9 * amount / PER_HOUR) if first <= step < first + _HOURS * PER_HOUR else 0 for step in range(STEPS)
        ]
        clients = [[a + b for a, b in zip(spend.clients[RARE], more, strict=True)]]
        changed = Spend([*spend.clients[:RARE], *clients, spend.clients[-1]])
        around = slice(first - PER_DAY, first + 12 * PER_HOUR)
        for series in (
            *_office(changed, changed.total(), f"{kind} {seed}", only=RARE),
            *of_budget(changed.total(), round(need * 1.1), f"{kind} {seed}"),
        ):
            start = series.first if series.labels["scope"] == "user" else max(series.first, around.start)
            yield series._replace(values=series.values[start - series.first : around.stop - series.first], first=start)


def _office(spend: Spend, total: Sequence[int], run: str, only: int | None = None) -> Iterator[Series]:
    yield from of_spend(total, "all", run)
    for number, steps in enumerate(spend.clients[:-1]):
        if only in {None, number}:
            yield from of_spend(steps, "user", f"{run} {number}")


def _lines(series: Series) -> Iterator[str]:
    labels = ",".join(f'{name}="{value}"' for name, value in series.labels.items())
    start = START.timestamp()
    for number, value in enumerate(series.values, series.first + 1):
        yield f"{series.name}{{{labels}}} {value:.9g} {start + number * STEP.total_seconds():.0f}\n"


def _evaluate(folder: Path) -> Iterator[Fired]:
    """Yield when each alert fires for each run, as a real Prometheus says."""
    blocks = ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=744h", "--quiet"]
    subprocess.run([*blocks, str(folder / "series.om"), str(folder / "tsdb")], check=True, stdout=subprocess.DEVNULL)
    more = ("--storage.tsdb.retention.time=100y", "--query.max-samples=1000000000", "--query.timeout=30m")
    with Prometheus(tools("installed"), {}, folder, more=more) as server:
        for alert in RULES.values():
            yield from _fired(alert, _query(server.url, alert.expr))


def _query(url: str, expr: str) -> Iterable[Mapping[str, Any]]:
    """Return the series of `expr` over the month."""
    first = (MONTH + STEP).timestamp()
    asked = {"query": expr, "start": first, "end": first + 28 * 86_400, "step": STEP.total_seconds()}
    body = urllib.parse.urlencode(asked).encode()
    with urllib.request.urlopen(f"{url}/api/v1/query_range", body, timeout=1_800) as answer:  # noqa: S310
        found: Iterable[Mapping[str, Any]] = json.load(answer)["data"]["result"]
    return found


def _fired(alert: Alert, found: Iterable[Mapping[str, Any]]) -> Iterator[Fired]:
    """Yield the steps at which each run's alert fires, whichever of its labels."""
    held = int(alert.held[:-1] or 0) * _UNITS[alert.held[-1]] / STEP.total_seconds()
    by_run: dict[str, set[int]] = defaultdict(set)
    for series in found:
        name = series["metric"].get("budget") or series["metric"].get("name")
        since, before = 0, -2
        for at, _ in series["values"]:
            step = round((float(at) - MONTH.timestamp()) / STEP.total_seconds())
            since = since if step == before + 1 else step
            before = step
            if step - since >= held:
                by_run[" ".join(name.split()[:2])].add(step)
    yield from (Fired(alert.name, run, sorted(steps)) for run, steps in by_run.items())


def _row(usd: int, name: str, fired: Mapping[tuple[str, str], Sequence[Sequence[int]]]) -> str:
    starts = [sum(step - 1 not in one for step in one) for one in map(set, fired.get((name, "quiet"), ()))]
    cells = [f"${usd:,} a day", name, f"{sum(starts) / len(SEEDS):.2g}, most {max(starts, default=0)}"]
    cells += [
        _told(fired.get((name, kind), ()), _DAY - BEFORE + hour * PER_HOUR) for kind, (hour, _) in _RUNAWAYS.items()
    ]
    small = [one[0] / PER_DAY for one in fired.get((name, "small"), ())]
    cells.append(f"day {max(small):.1f}, {len(small)} of {len(SEEDS)}" if name == "BudgetWillNotLast" and small else "")
    return f"| {' | '.join(cells)} |"


def _told(found: Sequence[Sequence[int]], first: int) -> str:
    """Return after how many minutes of a runaway the alert fires, and for how many seeds."""
    minutes = [
        5 * (step - first)
        for steps in found
        for step in [next((one for one in steps if first <= one <= first + _HOURS * PER_HOUR), None)]
        if step is not None
    ]
    return f"{statistics.median(minutes):.0f} min, {len(minutes)} of {len(SEEDS)}" if minutes else "not told"


if __name__ == "__main__":
    main()
