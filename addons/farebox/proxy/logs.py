"""Keep traffic out of the log: messages of mitmproxy can quote headers, URLs and bodies."""

import logging
import re
import traceback
from typing import Any

_BYTES = re.compile(r"""(bytearray\()?\bb(['"]).*""", re.DOTALL)
_QUERY = re.compile(r"\?[^\s]*")
# A quotation doesn't start after a letter, as in "the proxy's certificate".
_QUOTED = re.compile(r"""(?<!\w)(['"])(?:\\(?:.|\Z)|(?!\1)[^\\]){24,}\1?""", re.DOTALL)
# How mitmproxy and asyncio introduce the text of an exception.
_FAULT = re.compile(r"(has crashed: |Addon error: |exception=\w+\().*", re.DOTALL)
_FOREIGN = ("mitmproxy", "mitmproxy_rs", "asyncio", "hpack", "h2", "hyperframe", "quic")


def redact(message: str) -> str:
    """Return `message` without bytes, URL queries, long quotations and the texts of exceptions."""
    message = _FAULT.sub(r"\1(not shown)", message)
    return _QUERY.sub("?(not shown)", _QUOTED.sub("(not shown)", _BYTES.sub("(bytes not shown)", message)))


def redact_foreign_logs() -> None:
    """Redact every message of mitmproxy and its libraries, whichever handler prints it."""
    make = logging.getLogRecordFactory()

    def make_redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.name.partition(".")[0] in _FOREIGN:
            record.msg, record.args = redact(record.getMessage()), ()
            if record.exc_info and record.exc_info[1]:
                kind, _, trace = record.exc_info
                record.exc_text = "".join(traceback.format_tb(trace)) + getattr(kind, "__name__", "")
        return record

    logging.setLogRecordFactory(make_redacted)
