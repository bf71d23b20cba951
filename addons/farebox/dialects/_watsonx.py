"""Shared by watsonx's APIs: the path of a deployment or of a model, and the model's name in the body.

https://cloud.ibm.com/apidocs/watsonx-ai
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ..records import clean
from ..records.exchange import Request
from ._base import Asked

_PATH = re.compile(r"/ml/v1/(?:deployments/([^/]+)/)?text/([a-z_]+)/?")
STREAM = "_stream"


def verb(request: Request) -> str:
    """Return the end of the path, such as `chat_stream`; empty if it isn't watsonx's."""
    found = _PATH.fullmatch(request.path) if request.method == "POST" else None
    return found[2] if found else ""


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    """Return the model, or the deployment that has one; whether the answer is a stream is in the path."""
    found = _PATH.fullmatch(request.path)
    deployment = unquote(found[1]) if found and found[1] else None
    return Asked(clean.name(body.get("model_id")) or clean.name(deployment), verb(request).endswith(STREAM))
