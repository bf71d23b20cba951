"""Made-up spend of an office: 4 weeks of history, then February 2026, in steps of 5 minutes.

Nights and weekends have an eighth of a working hour's spend, days differ by a quarter, calls are heavy-tailed, a batch
job runs on Sundays. Clients work in bursts, one of them rarely, and are of different size. Money is in nano-USD.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

STEP = timedelta(minutes=5)
PER_HOUR = 12
PER_DAY = 24 * PER_HOUR
WEEK = 7 * PER_DAY
START = datetime(2026, 1, 4, tzinfo=UTC)
MONTH = datetime(2026, 2, 1, tzinfo=UTC)
BEFORE = (MONTH - START) // STEP
STEPS = BEFORE + 28 * PER_DAY
_CALL_USD = 0.02
# Of the logarithm of a call's cost; the mean is 1.
_SIGMA = 1.5
_MEAN = -_SIGMA * _SIGMA / 2
_SINGLE_CALLS = 40
# Shares of the spend: clients with a name of their own, and all others together. The last of them comes rarely.
SHARES = (0.16, 0.12, 0.09, 0.07, 0.05, 0.03, 0.02, 0.01)
RARE = len(SHARES) - 1


@dataclass(frozen=True, slots=True)
class Spend:
    """Spend by step: of each client in the order of SHARES, then of all others together."""

    clients: Sequence[Sequence[int]]

    def total(self) -> list[int]:
        """Return the spend of all."""
        return [sum(step) for step in zip(*self.clients, strict=True)]


def office(usd_a_day: float, seed: int) -> Spend:
    """Return the spend of an office that spends about `usd_a_day`."""
    chance = random.Random(f"{usd_a_day} {seed}")  # noqa: S311
    days = [chance.lognormvariate(-0.03, 0.25) for _ in range(STEPS // PER_DAY)]
    weights = [_weight(START + step * STEP) for step in range(WEEK)]
    scale = 7 * usd_a_day / sum(weights)
    level = [scale * weights[step % WEEK] * days[step // PER_DAY] for step in range(STEPS)]
    clients = [list(_client(chance, level, share, is_rare=i == RARE)) for i, share in enumerate(SHARES)]
    rest = [_cost(chance, (1 - sum(SHARES)) * usd / _CALL_USD) for usd in level]
    for day in range(0, STEPS // PER_DAY, 7):
        for step in range(day * PER_DAY + 2 * PER_HOUR, day * PER_DAY + 4 * PER_HOUR):
            rest[step] += round(7 * usd_a_day * 0.15 / (2 * PER_HOUR) * 1e9)
    return Spend([*clients, rest])


def _client(chance: random.Random, level: Sequence[float], share: float, *, is_rare: bool) -> Iterator[int]:
    """Yield a client's spend: one that is rare works two hours a week, others in bursts of an hour, most days."""
    burst = 0.0
    for step, usd in enumerate(level):
        if step % PER_HOUR == 0:
            is_there = _works(START + step * STEP) and chance.random() < 2 / 55 if is_rare else chance.random() < 0.8
            burst = chance.lognormvariate(-0.32, 0.8) / (2 / 55 if is_rare else 0.8) if is_there else 0.0
        yield _cost(chance, share * usd * burst / _CALL_USD)


def _works(time: datetime) -> bool:
    return time.weekday() < 5 and 8 <= time.hour < 19


def _weight(time: datetime) -> float:
    hour = time.hour + time.minute / 60
    return 1 + 0.6 * math.sin(math.pi * (hour - 8) / 11) if _works(time) else 0.12


def _cost(chance: random.Random, calls: float) -> int:
    """Return the cost of about so many calls, in nano-USD."""
    number = _poisson(chance, calls)
    if number < _SINGLE_CALLS:
        return round(1e9 * _CALL_USD * sum(chance.lognormvariate(_MEAN, _SIGMA) for _ in range(number)))
    spread = math.sqrt((math.exp(_SIGMA * _SIGMA) - 1) / number)
    return round(1e9 * _CALL_USD * number * max(chance.gauss(1, spread), 0.1))


def _poisson(chance: random.Random, mean: float) -> int:
    if mean >= _SINGLE_CALLS:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    number, product, limit = -1, 1.0, math.exp(-mean)
    while product > limit or number < 0:
        number += 1
        product *= chance.random()
    return number
