"""Who pays for a call by the user's rules, and what a priced call costs its user."""

import msgspec

from ..billing.detection import assumed
from ..billing.payer import ANSWER, FREE_TIER, HEADER, INCLUDED_IN, RULE, UNKNOWN, Payer
from ..config.price_rules import PriceRule
from ..records.record import Record
from .cost import FREE, NONE, ON_PLAN

LIST_PRICE = "catalogue_cost_nanousd"
# Key of a rate card: who pays by the exchange itself, where a rule says otherwise.
DETECTED = "detected"
_NO_PLAN = "-"
_STATED = frozenset({HEADER, ANSWER})


def is_included(row: Record) -> bool:
    """Tell whether a plan or reserved capacity pays for the call."""
    return row.billing in INCLUDED_IN


def detected(row: Record) -> Payer:
    """Return who pays for `row` by its exchange, without the user's rules."""
    if row.billing_source != RULE:
        return Payer(row.billing or UNKNOWN, row.billing_source, row.plan)
    kept = (row.rate_card or {}).get(DETECTED)
    if kept is None:
        return assumed(row.provider, row.key_kind)
    billing, source, plan = kept.split()
    return Payer(billing, source, None if plan == _NO_PLAN else plan)


def ruled(row: Record, rule: PriceRule | None) -> Record:
    """Return `row` with who pays by `rule`.

    A rule decides if the exchange shows nothing but a usual key or host. A rule that matches `billing` also corrects
    what the key, path or host have shown, but never what the response states. Where both say the same, the rule only
    names the subscription.
    """
    seen = detected(row)
    payer = seen if rule is None or rule.billing is None else _by(rule, seen)
    if payer == (row.billing, row.billing_source, row.plan) or (row.billing is None and payer == seen):
        return row
    card = {name: word for name, word in (row.rate_card or {}).items() if name != DETECTED}
    if payer.billing_source == RULE and not seen.is_assumed:
        card[DETECTED] = f"{seen.billing} {seen.billing_source} {seen.plan or _NO_PLAN}"
    return msgspec.structs.replace(row, **payer._asdict(), rate_card=card or None)


def kept_detection(row: Record) -> dict[str, str]:
    """Return the part of the rate card of `row` that says who pays without the user's rules."""
    card = row.rate_card or {}
    return {DETECTED: card[DETECTED]} if DETECTED in card else {}


def _by(rule: PriceRule, seen: Payer) -> Payer:
    billing = rule.billing or seen.billing
    name = (rule.plan or seen.plan or rule.plan_name) if billing in INCLUDED_IN else seen.plan
    if billing == seen.billing and not seen.is_assumed:
        return seen._replace(plan=name)
    is_corrected = rule.match.billing is not None and seen.billing_source not in _STATED
    return Payer(billing, RULE, name) if seen.is_assumed or is_corrected else seen


def paid(row: Record) -> Record:
    """Return the priced `row` at the cost to its user.

    What a plan or reserved capacity pays for is not billed by the call, so its cost is unknown, not 0; the price that
    it would have is its list price. A call on a free tier costs 0.
    """
    if row.cost_status == NONE or not (is_included(row) or row.billing == FREE_TIER):
        return row
    estimate = {LIST_PRICE if name == "cost_nanousd" else name: band for name, band in (row.estimate or {}).items()}
    cost, status, reasons = (None, ON_PLAN, row.cost_reasons) if is_included(row) else (0, FREE, [FREE_TIER])
    return msgspec.structs.replace(
        row,
        cost_nanousd=cost,
        cost_status=status,
        cost_reasons=reasons,
        estimate=estimate or None,
    )
