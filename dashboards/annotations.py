"""What is marked on every graph over time. Pure data."""

from .fields import Json
from .kit import PROMETHEUS


def _marked(name: str, expr: str, title: str, color: str) -> Json:
    return {
        "name": name,
        "datasource": PROMETHEUS,
        "enable": True,
        "hide": False,
        "iconColor": color,
        "expr": expr,
        "step": "60s",
        "titleFormat": title,
        "textFormat": "",
        "useValueForTime": False,
    }


ALERTS = _marked(
    "Alerts",
    'ALERTS{alertname=~"FareboxBudget.*|FareboxProviderDown|FareboxSpendUnusual",alertstate="firing"}',
    "{{alertname}} {{budget}}{{provider}}{{scope}}",
    "red",
)
RESTARTS = _marked(
    "Restarts",
    "(time() - process_start_time_seconds and on (job, instance) farebox_build_info) < 120",
    "farebox on {{instance}} started",
    "blue",
)
PRICE_UPDATES = _marked(
    "Price lists",
    "farebox_price_catalogue_age_seconds < farebox_price_catalogue_age_seconds offset 10m",
    "newer price lists",
    "purple",
)
