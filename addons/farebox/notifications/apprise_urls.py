"""Whatever Apprise speaks: Slack, mail, Teams, Telegram, ntfy, ... The library is the extra `farebox[notify]`.

As measured with 2.2 and 2.3 (findings/apprise-redirects.sh):

* It follows a redirect with a GET, which loses the message and counts as sent. Redirects are turned off.
* A message with a title alone is not sent. The text is never empty.
* The result is an object, neither True nor False, with a status for "no service matched" too. Only success counts.
* If a URL asks for repetitions (`retry=`), a refusal is repeated as well, within our time limit. Those of the outbox
  come later and with growing pauses.
"""

import logging
from typing import Any

from ..home.installation import extra_command
from .delivery_error import DeliveryError
from .message import Message

_TYPES = {"critical": "failure", "warning": "warning", "info": "info"}


def send(url: str, message: Message) -> None:
    """Send `message` by the Apprise URL `url`. DeliveryError."""
    apprise, service = service_of(url)
    # Its text is escaped as the service needs it only if it is known to be plain.
    result = service.notify(
        title=message.title,
        body=message.text,
        notify_type=apprise.NotifyType(_TYPES[message.severity]),
        body_format=apprise.NotifyFormat.TEXT,
    )
    if not (bool(result) and len(service)):
        raise DeliveryError(f"Apprise could not send it ({_status(result)}): its log says no more without its secrets")


def service_of(url: str) -> tuple[Any, Any]:
    """Return the module and the service that `url` stands for. DeliveryError if there is none."""
    try:
        import apprise  # noqa: PLC0415 - an extra, which takes half a second to import
    except ImportError as error:
        raise DeliveryError(f"Apprise is not installed: `{extra_command('notify')}`") from error
    # It logs URLs and answers, which can hold secrets and the message.
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(app_id="farebox", app_desc="farebox", app_url="", http_redirects=False)
    service = apprise.Apprise(asset=asset)
    if not service.add(url) or len(service) == 0:
        scheme = url.partition("://")[0] if "://" in url else ""
        is_plain = scheme.isascii() and scheme.isalnum() and len(scheme) < 20
        named = f" ({scheme}://...)" if is_plain else ""
        raise DeliveryError(f"Apprise does not understand its URL{named}: see the documentation of that service")
    return apprise, service


def _status(result: object) -> str:
    status = getattr(result, "status", None)
    return str(getattr(status, "name", result)).lower()[:40]
