"""A real Alertmanager takes our alerts, and ends them when they end."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from farebox.config.destinations import Destination
from farebox.notifications.alertmanager import HOLD, alert, ended
from farebox.notifications.sender import Sender

from tests.support.notifications import NOW, message
from tests.support.prometheus import VERSIONS, Alertmanager, tools
from tests.support.receiver import Receiver
from tests.support.sidecar import wait_until

LABELS = {"alertname": "FareboxBudgetExceeded", "severity": "critical", "budget": "office", "name": "", "window": "day"}


def test_an_alert_ends_some_minutes_after_the_last_time_and_never_after_its_window() -> None:
    def ends(at: datetime | None) -> Any:
        return alert(message(ends=at), NOW)["endsAt"]

    assert ends(None) == ends(NOW + timedelta(days=9)) == NOW + HOLD
    assert ends(NOW + timedelta(minutes=1)) == NOW + timedelta(minutes=1)
    # After repricing, a window that is over is still news.
    assert ends(NOW - timedelta(days=9)) == NOW + HOLD


def test_labels_without_a_value_are_left_out_and_an_end_is_an_end() -> None:
    found = alert(message(labels=LABELS), NOW)

    assert "name" not in found["labels"]
    assert found["annotations"] == {"summary": message().title, "description": message().text}
    assert ended(found, NOW) == {**found, "endsAt": NOW}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.mark.parametrize("version", VERSIONS)
def test_a_real_alertmanager_tells_its_receiver_of_the_begin_and_the_end(
    version: str, tmp_path: Path, receiver: Receiver
) -> None:
    route = {"receiver": "ops", "group_wait": "0s", "group_interval": "1s", "group_by": ["..."]}
    hook = {"name": "ops", "webhook_configs": [{"url": f"{receiver.url}/ops"}]}
    (tmp_path / "config.yml").write_text(json.dumps({"route": route, "receivers": [hook]}))
    now = datetime.now(UTC)
    with Alertmanager(tools(version), tmp_path / "config.yml", tmp_path) as server:
        sender = Sender(Destination("pager", "alertmanager", f"{server.url}/"))
        told = message(labels=LABELS, created_at=now, ends=now + timedelta(days=1))
        sender.send(told)
        wait_until(lambda: len(receiver.posts) == 1)
        [one] = server.get("/api/v2/alerts")
        sender.send_alerts([ended(alert(told, now), datetime.now(UTC))])
        wait_until(lambda: len(receiver.posts) == 2)

    assert (one["labels"]["alertname"], one["status"]["state"]) == ("FareboxBudgetExceeded", "active")
    assert one["annotations"]["summary"] == told.title
    assert [post.json["status"] for post in receiver.posts] == ["firing", "resolved"]
