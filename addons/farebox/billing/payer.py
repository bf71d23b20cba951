"""Who pays for a call, and how that is known."""

from typing import NamedTuple

# Values of the column `billing`.
METERED = "metered"
PLAN = "plan"
OVERAGE = "overage"
PROVISIONED = "provisioned"
BYOK = "byok"
FREE_TIER = "free_tier"
UNKNOWN = "unknown"
KINDS = (METERED, PLAN, OVERAGE, PROVISIONED, BYOK, FREE_TIER, UNKNOWN)
# Nothing is billed by the call: a subscription or reserved capacity has paid for it.
INCLUDED_IN = frozenset({PLAN, PROVISIONED})
# Values of the column `billing_source`, the strongest evidence first.
HEADER, ANSWER, KEY_KIND, PATH, HOST, RULE = SOURCES = ("header", "answer", "key_kind", "path", "host", "rule")


class Payer(NamedTuple):
    """The ledger's columns on who pays. `plan` names the subscription, if one pays or its overage is billed."""

    billing: str
    billing_source: str | None = None
    plan: str | None = None

    @property
    def is_assumed(self) -> bool:
        """Tell whether nothing says more than that calls at this host, or with such a key, are usually metered."""
        return self.billing == UNKNOWN or (self.billing == METERED and self.billing_source in {KEY_KIND, HOST})
