"""A process that notifies as a recorder does, of a budget that is used up: `notifier.py LEDGER URL insert|run`.

With `insert` it stores the event and sends nothing. It says what it has done on a line each, and goes on until it ends.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from farebox.budgets.crossings import crossings
from farebox.budgets.figures import Figures
from farebox.budgets.use import Use
from farebox.config.destinations import Destination
from farebox.config.settings import load
from farebox.notifications.composer import Composer
from farebox.notifications.outbox import Outbox
from farebox.notifications.sender import Sender
from farebox.recorder.notifications import NotificationJob
from farebox.records.windows import Window
from farebox.sinks.notification_metrics import NotificationMetrics
from farebox.store.engine import open_engine
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from tests.support.budgets import USD, budget

ledger, url, what = sys.argv[1:]
engine = open_engine(ledger, patience=30)
destination = Destination("ops", "webhook", url)
settings = replace(load({"timezone": "UTC"}, environment={}), destinations=(destination,))
metrics = NotificationMetrics(CollectorRegistry(), ["ops"])
outbox = Outbox(engine, Sender(destination), Composer(engine, settings.zone).message, metrics)
job = NotificationJob(settings, engine, metrics, [outbox])
window = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2099, 12, 1, tzinfo=UTC))
found = crossings([Figures(budget(notify=("ops",)), "", window, Use(1, 100 * USD))])
print("ready", flush=True)
sys.stdin.readline()
while True:
    job.tell(found)
    job.run()
    print("stored", flush=True)
    if what == "run":
        outbox.run()
    time.sleep(0.05)
