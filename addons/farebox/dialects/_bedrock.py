"""Shared by Bedrock's APIs: the model in the path, and the type of an error in the response headers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request, Response
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Reply, mapping
from ._doubts import doubted

# The model is an id or an ARN. Most clients percent-encode an ARN; if not, it contains slashes.
_PATH = re.compile(r"/model/(.+)/([a-z-]+)/?")

_GUARDRAIL_UNITS = {
    "topicPolicyUnits": "guardrail_topic_units",
    "contentPolicyUnits": "guardrail_content_units",
    "contentPolicyImageUnits": "guardrail_image_units",
    "sensitiveInformationPolicyUnits": "guardrail_sensitive_units",
    "contextualGroundingPolicyUnits": "guardrail_grounding_units",
}
_ALWAYS_COUNTED = ("topicPolicyUnits", "contentPolicyUnits", "sensitiveInformationPolicyUnits")


class Target(NamedTuple):
    """The end of a path: `/model/{model}/{verb}`."""

    model: str | None
    verb: str


def target(request: Request) -> Target:
    """Return the model and the verb in the request's path; a GET has neither."""
    found = _PATH.search(request.path) if request.method == "POST" else None
    return Target(clean.name(unquote(found[1])), found[2]) if found else Target(None, "")


def begin(response: Response) -> Reply:
    """Return the error type, service tier and latency from the response headers.

    The error type is followed by a colon and the address of its documentation.
    """
    kind = (response.header("x-amzn-errortype") or "").partition(":")[0]
    return Reply(
        service_tier=clean.word(response.header("x-amzn-bedrock-service-tier")),
        context={"latency": response.header("x-amzn-bedrock-performanceconfig-latency")},
        error_type=clean.word(kind),
        is_error=bool(kind),
    )


def failed(reply: Reply, document: Document) -> Reply:
    """Return `reply` with the error of a stream's message, or of a response that names it in `__type`."""
    kind = document.event or str(mapping(document.data).get("__type") or "").rpartition("#")[2]
    return replace(reply, is_error=True, error_type=clean.word(kind) or reply.error_type)


def guardrail_usages(trace: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the usage of each guardrail in the trace: text units by policy, of which each is billed, words are free.

    https://aws.amazon.com/bedrock/pricing/
    """
    into, out_of = trace.get("inputAssessment"), trace.get("outputAssessments")
    assessed = [*mapping(into).values(), *mapping(out_of).values()]
    each = [mapping(one) for some in assessed for one in (some if isinstance(some, list) else [some])]
    usages = (mapping(mapping(one.get("invocationMetrics")).get("usage")) for one in each)
    return [one for one in usages if one]


def policy_usage(sent: Mapping[str, Any]) -> Usage:
    """Return the text units of one guardrail, which counts no tokens."""
    return Usage(units=policy_units([sent]) or None)


def with_policy_doubts(reply: Reply, sent: Mapping[str, Any]) -> Reply:
    """Return `reply` with the doubts about the usage of one guardrail, which names each policy of text."""
    return replace(reply, doubts=doubted(reply, policy_usage, sent, *_ALWAYS_COUNTED))


def policy_units(used: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Return the sums of usage objects of guardrails, by policy."""
    found = {unit: sum(clean.count(one.get(name)) or 0 for one in used) for name, unit in _GUARDRAIL_UNITS.items()}
    return {unit: number for unit, number in found.items() if number}
