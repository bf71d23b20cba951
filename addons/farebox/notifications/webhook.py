"""A webhook of our own form: signed JSON."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from .http_post import post
from .message import Message
from .signature import HEADER, sign

EVENT_HEADER = "X-Farebox-Event"


def content(message: Message) -> bytes:
    """Return the JSON that a webhook gets."""
    common = {
        "id": message.id,
        "kind": message.kind,
        "severity": message.severity,
        "created_at": message.created_at,
        "title": message.title,
        "text": message.text,
    }
    return msgspec.json.encode({**common, **message.body})


def send(url: str, message: Message, secrets: Sequence[bytes], now: datetime) -> None:
    """POST `message`, signed with each of `secrets` at the time `now`. DeliveryError."""
    body = content(message)
    headers = {EVENT_HEADER: message.id}
    if secrets:
        headers[HEADER] = sign(body, secrets, int(now.timestamp()))
    post(url, body, headers)
