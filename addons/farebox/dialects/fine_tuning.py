"""Fine-tuning jobs of OpenAI, Mistral, Together and Fireworks, billed by the tokens that they trained on.

One call starts a job, and the poll that finds it finished completes its row.
https://platform.openai.com/docs/api-reference/fine-tuning, https://docs.mistral.ai/api/endpoint/fine-tuning,
https://docs.together.ai/reference/get-fine-tunes-id, https://docs.fireworks.ai/api-reference/get-supervised-fine-tuning-job
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from ..records import clean
from ..records.exchange import Request
from ..records.usage import Usage
from ..wire.documents import Document
from ._base import Asked, Dialect, Reply, mapping, tokens
from ._openai import failed, without_content

_JOBS = re.compile(
    r".*/(?:fine_tuning/jobs|fine-tunes|(?:supervised|reinforcement)FineTuningJobs|dpoJobs)(?:/([\w.:-]+))?/?"
)
_PREFIX = "JOB_STATE_"
_ENDS = frozenset({"succeeded", "success", "completed", "failed", "failed_validation", "cancelled", "expired", "error"})
_TRAINED = ("trained_tokens", "trainedTokens", "jobProgress.inputTokens")
_NANO = Decimal("1e-9")


def claims(request: Request) -> bool:
    found = _JOBS.fullmatch(request.path)
    return found is not None and request.method == ("GET" if found[1] else "POST")


def asked(request: Request, body: Mapping[str, Any]) -> Asked:
    found = _JOBS.fullmatch(request.path)
    model = clean.name(body.get("model")) or clean.name(body.get("baseModel"))
    return Asked(model, stream=False, completes=clean.word(found[1]) if found and found[1] else None)


def fold(reply: Reply, document: Document) -> Reply:
    """Read the job; the tokens of one that is under way are those so far."""
    body = mapping(document.data)
    status = (clean.word(body.get("status")) or clean.word(body.get("state")) or "").removeprefix(_PREFIX).lower()
    has_ended = status in _ENDS
    name = clean.word(body.get("id")) or str(clean.name(body.get("name")) or "").rpartition("/")[2]
    updated = replace(
        reply,
        model=clean.name(body.get("model")) or clean.name(body.get("baseModel")) or reply.model,
        response_id=name or reply.response_id,
        finish_reason=status if has_ended else None,
        usage=_stated(body) if has_ended else None,
        is_pending=bool(status) and not has_ended,
    )
    return failed(updated, body) if mapping(body.get("error")).get("message") else updated


def usage(sent: Mapping[str, Any]) -> Usage:
    trained = tokens(sent, "trained_tokens")
    return Usage(units={"trained_tokens": trained} if trained else None)


def _stated(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the trained tokens, and the cost if the job states it: Mistral in its currency, Together in nano-USD."""
    details = mapping(body.get("metadata"))
    # Together counts a job's tokens before it begins; OpenAI and Mistral, which have such a member for a file, do not.
    names = (*_TRAINED, "token_count") if "total_price" in body else _TRAINED
    trained, price = tokens(body, *names), tokens(body, "total_price")
    cost = details.get("cost") if details.get("cost_currency") == "USD" else None
    if price:
        cost = float(price * _NANO)
    stated = {"trained_tokens": trained, "cost": cost if clean.figures(cost) is not None else None}
    return {name: value for name, value in stated.items() if value is not None} or None


DIALECT = Dialect("fine_tuning", "fine_tuning", claims, asked, fold, without_content, usage)
