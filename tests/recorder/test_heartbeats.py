"""What workers report is counted once, by whichever thread receives it."""

import threading
from pathlib import Path

from farebox.recorder.heartbeats import Heartbeats
from farebox.sinks.self_metrics import SelfMetrics
from farebox.spool.telemetry import Heartbeat, HeartbeatReceiver, HeartbeatSender
from prometheus_client import CollectorRegistry


def test_what_a_worker_reports_is_counted_once(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    receiver, sender = HeartbeatReceiver(tmp_path), HeartbeatSender(tmp_path)
    heartbeats = Heartbeats(receiver, SelfMetrics(registry))

    for _ in range(2):
        counted = {"openai_chat": 5}, {"openai": 6}
        sender.send(Heartbeat("w", 3, 2, 1, 4, *counted))
    heartbeats.receive()
    sender.close()
    receiver.close()

    assert (heartbeats.workers, heartbeats.kept) == (1, 1)
    assert registry.get_sample_value("farebox_inflight_calls") == 3
    assert registry.get_sample_value("farebox_records_dropped_total") == 2
    assert registry.get_sample_value("farebox_tls_untrusted_connections_total") == 4
    assert registry.get_sample_value("farebox_meter_failures_total", {"dialect": "openai_chat"}) == 5
    assert registry.get_sample_value("farebox_usage_refusals_total", {"provider": "openai"}) == 6


def test_heartbeats_are_received_in_the_background(tmp_path: Path) -> None:
    receiver, sender = HeartbeatReceiver(tmp_path), HeartbeatSender(tmp_path)
    heartbeats = Heartbeats(receiver, SelfMetrics(CollectorRegistry()))
    stopping, received = threading.Event(), threading.Event()

    def wait(_seconds: float) -> bool:
        if heartbeats.workers:
            received.set()
        return stopping.wait(0.01)

    thread = heartbeats.receive_in_background(wait)
    sender.send(Heartbeat("w"))
    was_received, is_daemon = received.wait(10), thread.daemon
    stopping.set()
    thread.join(10)
    sender.close()
    receiver.close()

    assert was_received
    assert is_daemon
    assert not thread.is_alive()
