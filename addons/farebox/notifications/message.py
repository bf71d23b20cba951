"""A message in every form that a destination may want: JSON, text, and an alert's labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]
BUDGET, DIGEST, TEST = "budget", "digest", "test"


@dataclass(frozen=True, slots=True)
class Message:
    """What a destination is sent. `id` is the event's, which is the same at each attempt.

    `text` is plain and never empty. `body` is what a webhook gets besides. `labels` identify the alert at an
    Alertmanager, where it ends at `ends`, or soon if that is None.
    """

    id: str
    kind: str
    created_at: datetime
    severity: Severity
    title: str
    text: str
    body: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    ends: datetime | None = None
