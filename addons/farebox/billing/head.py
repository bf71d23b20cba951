"""Who pays by the head of a response, or by a header that asks for reserved capacity. Pure.

https://code.claude.com/docs/en/costs, https://developers.openai.com/codex/pricing,
https://fireworks.ai/docs/guides/ondemand-deployments,
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/spillover-traffic-management,
https://cloud.google.com/vertex-ai/generative-ai/docs/provisioned-throughput/use-provisioned-throughput
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from ..records.exchange import Request, Response
from .payer import FREE_TIER, HEADER, METERED, OVERAGE, PLAN, PROVISIONED, Payer
from .plans import CLAUDE, CODEX

Headers = Mapping[str, str]

_CLAUDE = "anthropic-ratelimit-unified-"
_CODEX = "x-codex-"
# The windows of a Claude plan, and those of one model or app: five_hour, seven_day, seven_day_opus, 7d_sonnet.
_WINDOW_CLAIM = re.compile(r"(?:five_hour|seven_day|5h|7d)(?:_\w+)?")
_ALLOWED = frozenset({"allowed", "allowed_warning"})
_USED_PERCENT = re.compile(r"x-codex-(?:[a-z0-9-]+-)?(?:primary|secondary)-used-percent")
_SPILLOVER, _UTILIZATION = "x-ms-spillover-from-deployment", "azure-openai-deployment-utilization"
_FIREWORKS = "fireworks-deployment"
_TELLING = frozenset({_SPILLOVER, _UTILIZATION, _FIREWORKS})
_VERTEX_KIND = "x-vertex-ai-llm-request-type"


def named_by_head(request: Request, response: Response) -> Payer | None:
    """Return who pays by what the response's head states; None if it states nothing."""
    headers = response.by_name
    if not any(map(_tells, headers)):
        return _of_vertex(request, response)
    return (
        _of_claude(headers)
        or _of_codex(headers)
        or _of_azure(headers)
        or _of_fireworks(headers)
        or _of_vertex(request, response)
    )


# Servers send the same names with each response.
@lru_cache(1024)
def _tells(name: str) -> bool:
    """Tell whether a response's header `name` can tell who pays."""
    return name.startswith((_CLAUDE, _CODEX)) or name in _TELLING


def codex_payer(plan_type: object, used_percent: float, *, has_credits: bool) -> Payer:
    """Return who pays for a call of Codex: credits pay once a window of the plan is used up."""
    if used_percent >= 100 and has_credits:
        return Payer(OVERAGE, HEADER, CODEX)
    return Payer(FREE_TIER if plan_type == "free" else PLAN, HEADER, CODEX)


def _of_claude(headers: Headers) -> Payer | None:
    stated = {
        name[len(_CLAUDE) :]: value.strip().lower() for name, value in headers.items() if name.startswith(_CLAUDE)
    }
    if not stated:
        return None
    if _is_claude_overage(stated):
        return Payer(OVERAGE, HEADER, CLAUDE)
    claim = stated.get("representative-claim")
    has_window = any(name.startswith(("5h-", "7d")) for name in stated)
    is_claim = claim is not None and _WINDOW_CLAIM.fullmatch(claim)
    return Payer(PLAN, HEADER, CLAUDE) if is_claim or (claim is None and has_window) else None


def _is_claude_overage(stated: Headers) -> bool:
    is_claimed = stated.get("representative-claim") == "overage" or stated.get("overage-in-use") == "true"
    # The plan refuses the call and the extra usage takes it: an answer with these is not a refusal.
    is_taken = stated.get("status") == "rejected" and stated.get("overage-status") in _ALLOWED
    return is_claimed or is_taken


def _of_codex(headers: Headers) -> Payer | None:
    used = [_number(value) for name, value in headers.items() if _USED_PERCENT.fullmatch(name)]
    plan_type = headers.get(f"{_CODEX}plan-type")
    if plan_type is None and not used:
        return None
    credit = (headers.get(f"{_CODEX}credits-{name}", "").strip().lower() for name in ("has-credits", "unlimited"))
    return codex_payer((plan_type or "").strip().lower(), max(used, default=0), has_credits="true" in credit)


def _of_azure(headers: Headers) -> Payer | None:
    # A provisioned deployment that is full passes the call on to a standard one.
    if _SPILLOVER in headers:
        return Payer(OVERAGE, HEADER)
    return Payer(PROVISIONED, HEADER) if _UTILIZATION in headers else None


def _of_fireworks(headers: Headers) -> Payer | None:
    deployment = headers.get(_FIREWORKS, "").strip()
    # The deployments of the account `fireworks` are those that everybody shares.
    return Payer(PROVISIONED, HEADER) if deployment and "accounts/fireworks/" not in deployment else None


def _of_vertex(request: Request, response: Response) -> Payer | None:
    """Return that reserved capacity pays if the request accepts nothing else and is answered."""
    kind = (request.header(_VERTEX_KIND) or "").strip().lower()
    if response.status != 200 or kind not in {"dedicated", "shared"}:
        return None
    return Payer(PROVISIONED if kind == "dedicated" else METERED, HEADER)


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0
