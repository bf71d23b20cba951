"""Who pays for a call, with the events of its response that repeat what a head would say."""

from ..billing.detection import Evidence, payer_of
from ..billing.head import codex_payer
from ..billing.payer import Payer
from ..dialects._base import Reply, mapping
from ..records.exchange import Response
from ..records.plan_windows import windows_of_event
from ..records.reading import StatedCost
from ..wire.documents import Document
from .call import Call

_CODEX = "codex.rate_limits"


class BillingEvents:
    """Reads the events of one response: Codex states its plan and windows by one, where a websocket has no head."""

    def __init__(self) -> None:
        self.windows: dict[str, int] = {}
        self._payer: Payer | None = None

    def reads(self, document: Document) -> bool:
        """Tell whether a document states a plan."""
        return mapping(document.data).get("type") == _CODEX

    def see(self, document: Document) -> None:
        """Read one document of the response."""
        if not self.reads(document):
            return
        body = mapping(document.data)
        limits, credit = mapping(body.get("rate_limits")), mapping(body.get("credits"))
        self.windows |= windows_of_event(limits)
        used = [mapping(limits.get(lane)).get("used_percent") for lane in ("primary", "secondary")]
        most = max((float(percent) for percent in used if isinstance(percent, int | float)), default=0.0)
        has_credits = True in (credit.get("has_credits"), credit.get("unlimited"))
        self._payer = codex_payer(body.get("plan_type"), most, has_credits=has_credits)

    def payer_of(self, call: Call, response: Response, reply: Reply, stated: StatedCost | None) -> Payer:
        """Return who pays for `call`, by its whole exchange."""
        return payer_of(
            Evidence(
                call.request,
                response,
                call.provider.name,
                call.asked.model,
                reply.usage or {},
                reply.service_tier,
                stated,
                self._payer,
            )
        )
