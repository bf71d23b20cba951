"""Levels at which boards change their colours and alerts fire. Boards and rules import them from here alone.

Ratios are between 0 and 1, money is in USD, times are in seconds.
"""

from typing import Final, NamedTuple

# Budgets: what is used of the limit.
BUDGET_HALF_USED: Final = 0.5
BUDGET_NEARLY_USED: Final = 0.8
BUDGET_EXCEEDED: Final = 1.0


class Burn(NamedTuple):
    """A budget burns too fast where its rate is above `factor` over both `long` and `short`; 1 is just affordable."""

    window: str
    factor: float
    long: str
    short: str


# A share of the window's budget in an hour: 2 % of a month's, 5 % of a week's, 25 % of a day's.
BURN_FAST: Final = (Burn("month", 14.4, "1h", "5m"), Burn("week", 8.4, "1h", "5m"), Burn("day", 6, "1h", "5m"))
BURN_SLOW: Final = (Burn("month", 6, "6h", "30m"), Burn("month", 3, "1d", "2h"), Burn("week", 4, "6h", "30m"))

# Forecast spend over the budget's limit. Below FORECAST_USED of the budget, a forecast says nothing.
FORECAST_OVER: Final = 1.1
FORECAST_USED: Final = 0.05
BUDGET_FIGURES_AGE: Final = 900

# Spend of the last hour over that of the same hour of earlier weeks. benchmarks/RESULTS.md has false alarms and times.
SPEND_UNUSUAL: Final = 4.0
# An hour's spend below this amount, or below this share of the mean day's total, is never unusual.
SPEND_FLOOR_USD: Final = 2.0
SPEND_FLOOR_SHARE: Final = 0.04
# One client: USD in the last hour, and over its mean hour of seven days.
RUNAWAY_USD: Final = 5.0
RUNAWAY_OVER_MEAN: Final = 10.0
# And over a share of the mean day's total spend, and over its own busiest hour of the week before.
RUNAWAY_SHARE: Final = 0.1
RUNAWAY_OVER_BUSIEST: Final = 3.0

# Calls without a price in an hour, and their share of the model's calls.
UNPRICED_CALLS: Final = 5
UNPRICED_SHARE: Final = 0.01
# Reported cost over catalogue cost, either way, where the catalogue cost of a day is above DRIFT_USD.
PRICE_DRIFT: Final = 0.05
DRIFT_USD: Final = 0.1
CATALOGUE_AGE: Final = 45 * 86_400

# Shares of a provider's calls. The number of calls in five minutes keeps one failure at night from alerting.
PROVIDER_ERRORS: Final = 0.1
PROVIDER_ERRORS_CALLS: Final = 20
PROVIDER_DOWN: Final = 0.9
PROVIDER_DOWN_CALLS: Final = 5
# Colours alone: where a share is worth a look, without an alert.
FAILING_NOTICEABLE: Final = 0.02
ABORTS_NOTICEABLE: Final = 0.1
KEY_REFUSALS: Final = 5

RATE_LIMITED_NOTICEABLE: Final = 0.05
RATE_LIMITED: Final = 0.2
RATE_LIMITED_CALLS: Final = 10
# What is left of a rate limit, and how old the figure may be.
RATE_LIMIT_LOW: Final = 0.2
RATE_LIMIT_NEAR: Final = 0.1
RATE_LIMIT_FRESH: Final = 300
# The share of a plan's window that is used.
PLAN_WINDOW_NEAR: Final = 0.8

# The 95th percentile of the time to the first token, over that of the day before.
FIRST_TOKEN_SLOW: Final = 3.0
FIRST_TOKEN_SECONDS: Final = 1.0
FIRST_TOKEN_STREAMS: Final = 30

# The sidecar itself.
OVERHEAD_HIGH: Final = 0.005
LEDGER_BEHIND: Final = 100
LEDGER_BEHIND_SECONDS: Final = 60
RECORDER_FAILURES: Final = 3
UNTRUSTED_CONNECTIONS: Final = 3
TRAFFIC_BEFORE: Final = 50

# Attribution: the share of spend that no user is known for.
UNATTRIBUTED_NOTICEABLE: Final = 0.05
UNATTRIBUTED_HIGH: Final = 0.5
# Input tokens of one call, from which on a conversation is dear to continue.
LONG_INPUT: Final = 100_000
