"""Alerts for an Alertmanager, by its API v2.

An alert ends by itself at its `endsAt`. An Alertmanager that restarts forgets its alerts, so those that go on are sent
again every minute, as Prometheus does, and end some minutes after the last time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from .http_post import post
from .message import Message

PATH = "/api/v2/alerts"
RESEND_SECONDS = 60.0
# Some of the next times may fail.
HOLD = timedelta(minutes=5)


def alert(message: Message, now: datetime) -> Mapping[str, Any]:
    """Return `message` as an alert that holds at `now`."""
    ends = now + HOLD if message.ends is None else min(message.ends, now + HOLD)
    # The end of a window that is over is still news.
    ends = ends if ends > now else now + HOLD
    return {
        "labels": {name: value for name, value in message.labels.items() if value},
        "annotations": {"summary": message.title, "description": message.text},
        "startsAt": message.created_at,
        "endsAt": ends,
    }


def ended(one: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """Return the alert `one` as it is once its reason is gone."""
    return {**one, "endsAt": now}


def send(url: str, alerts: Sequence[Mapping[str, Any]]) -> None:
    """POST `alerts` to the Alertmanager at `url`. DeliveryError."""
    post(url.rstrip("/") + PATH, msgspec.json.encode(alerts), {})
