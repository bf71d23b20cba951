"""Who pays by the user's rules, and what a call costs its user."""

from typing import Any

import msgspec
import pytest
import yaml
from farebox.billing.payer import Payer
from farebox.config.price_rules import PriceRule
from farebox.pricing.paid import is_included, paid
from farebox.pricing.pricer import Pricer
from farebox.pricing.row import priced
from farebox.pricing.standard import standard
from farebox.recorder import reading_to_record
from farebox.records.record import Record
from farebox.records.usage import Usage
from hypothesis import given
from hypothesis import strategies as st

from tests.support.samples import reading, record, record_of

USAGE = {"usage": Usage(input_tokens=900, output_tokens=100)}
LISTED = 900 * 2_500 + 100 * 10_000
BY_HEADER = {"billing_source": "header"}


@pytest.mark.parametrize("billing", ["plan", "provisioned"])
def test_what_a_plan_pays_for_has_a_list_price_and_no_cost(billing: str) -> None:
    row = record_of(reading(**USAGE, billing=billing, **BY_HEADER))

    assert (row.cost_nanousd, row.cost_status, row.catalogue_cost_nanousd) == (None, "included", LISTED)
    assert row.rate_card
    assert is_included(row)


@pytest.mark.parametrize("billing", ["metered", "overage", "byok", "unknown", None])
def test_others_are_billed(billing: str | None) -> None:
    row = record_of(reading(**USAGE, billing=billing))

    assert (row.cost_nanousd, row.cost_status, row.catalogue_cost_nanousd) == (LISTED, "priced", LISTED)


def test_a_free_tier_costs_nothing_and_has_a_list_price() -> None:
    row = record_of(reading(**USAGE, billing="free_tier"))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (0, "free", ["free_tier"])
    assert row.catalogue_cost_nanousd == LISTED


def test_a_model_without_a_list_price_is_still_included() -> None:
    row = record_of(reading(**USAGE, model_requested="made-up", billing="plan"))

    assert (row.cost_nanousd, row.cost_status, row.cost_reasons) == (None, "included", ["unknown_model"])
    assert row.catalogue_cost_nanousd is None


def test_a_refused_call_of_a_plan_costs_nothing() -> None:
    row = record_of(reading(usage=Usage(), outcome="http_error", status=429, billing="plan"))

    assert (row.cost_status, row.cost_nanousd, row.catalogue_cost_nanousd) == ("none", None, None)


def test_without_usage_the_list_price_of_a_plan_is_unknown() -> None:
    row = record_of(reading(usage=Usage(), billing="plan"))

    assert (row.cost_status, row.cost_reasons, row.catalogue_cost_nanousd) == ("included", ["no_usage"], None)


def test_a_stated_cost_is_no_cost_to_a_plan() -> None:
    row = record_of(reading(**USAGE, cost_header="0.5", billing="plan"))
    unlisted = record_of(reading(**USAGE, cost_header="0.5", billing="plan", model_requested="made-up"))

    assert (row.cost_nanousd, row.catalogue_cost_nanousd, row.price_source) == (None, LISTED, "genai-prices")
    assert (unlisted.cost_nanousd, unlisted.catalogue_cost_nanousd) == (None, None)


def test_the_range_of_an_estimate_is_that_of_the_list_price() -> None:
    row = record(
        model_requested="gpt-4o",
        usage_source="estimated",
        input_tokens=900,
        output_tokens=100,
        estimate={"output_tokens": [50, 150]},
        billing="plan",
    )

    again = priced(priced(row, standard()), standard())

    assert again.cost_status == "included"
    assert again.estimate == {
        "output_tokens": [50, 150],
        "catalogue_cost_nanousd": [900 * 2_500 + 50 * 10_000, 900 * 2_500 + 150 * 10_000],
    }


def test_a_row_that_nobody_included_stays_as_it_is() -> None:
    row = record(cost_nanousd=5, billing="metered")

    assert paid(row) is row


def pricer(rules: str) -> Pricer:
    return standard(msgspec.convert(yaml.safe_load(rules), tuple[PriceRule, ...], strict=False))


def row(rules: str, **values: Any) -> Record:
    return reading_to_record.record_of(
        reading(**{**USAGE, "billing": "metered", "billing_source": "host", **values}), pricer(rules)
    )


def payer(one: Record) -> tuple[str | None, str | None, str | None]:
    return one.billing, one.billing_source, one.plan


MAX = "[{match: {host: api.openai.com}, billing: plan, plan: max, monthly_usd: 200}]"
CORRECTS = "[{match: {billing: plan}, billing: metered}]"
BY_KEY = {"billing": "plan", "billing_source": "key_kind", "plan": "claude"}


@pytest.mark.parametrize(
    ("rules", "seen", "expected"),
    [
        (MAX, {}, ("plan", "rule", "max")),
        (MAX, {"billing": "unknown", "billing_source": None}, ("plan", "rule", "max")),
        (MAX, {"billing": "overage", "billing_source": "header"}, ("overage", "header", None)),
        (MAX, BY_KEY, ("plan", "key_kind", "max")),
        (MAX, {**BY_KEY, "billing": "provisioned"}, ("provisioned", "key_kind", "claude")),
        (CORRECTS, BY_KEY, ("metered", "rule", "claude")),
        (CORRECTS, {**BY_KEY, "billing_source": "header"}, ("plan", "header", "claude")),
        (CORRECTS, {}, ("metered", "host", None)),
        ("[{match: {key_kind: oauth}, billing: plan}]", {"key_kind": "oauth"}, ("plan", "rule", "own")),
        ("[{match: {key_kind: oauth}, billing: plan}]", {"key_kind": "api"}, ("metered", "host", None)),
        ("[{match: {path: /team/*}, billing: byok}]", {"price_context": {"path": "/team/*"}}, ("byok", "rule", None)),
        ("[{match: {path: /team/*}, billing: byok}]", {"price_context": {"path": "/a"}}, ("metered", "host", None)),
        ("[{match: {port: 8001}, billing: byok}]", {"price_context": {"port": "8001"}}, ("byok", "rule", None)),
        ("[{match: {port: 443}, billing: byok}]", {"price_context": {"port": "443"}}, ("byok", "rule", None)),
        ("[{match: {port: 443}, billing: byok}]", {"price_context": {"port": "8001"}}, ("metered", "host", None)),
        (
            "[{match: {provider: openai}, name: My Plan, billing: plan}]",
            {"billing_source": "host"},
            ("plan", "rule", "my_plan"),
        ),
    ],
    ids=str,
)
def test_a_rule_decides_what_the_exchange_leaves_open(rules: str, seen: dict[str, Any], expected: Any) -> None:
    assert payer(row(rules, **seen)) == expected


def test_a_billing_rule_leaves_the_price_to_others() -> None:
    rules = "[{match: {provider: openai}, per_request: 2}, {match: {provider: openai}, billing: plan}]"

    found = row(rules, billing_source="host")

    assert (found.cost_nanousd, found.cost_status, found.catalogue_cost_nanousd) == (None, "included", 2 * 10**9)


def test_repricing_follows_the_rules_of_the_day_and_forgets_none_of_the_evidence() -> None:
    first = row(CORRECTS, **BY_KEY)
    without = priced(first, standard())
    again = priced(without, pricer(CORRECTS))

    assert (first.cost_status, first.cost_nanousd) == ("priced", LISTED)
    assert payer(without) == ("plan", "key_kind", "claude")
    assert (without.cost_status, without.cost_nanousd, without.catalogue_cost_nanousd) == ("included", None, LISTED)
    assert again == first


def test_a_rule_that_is_gone_leaves_what_is_usual() -> None:
    ruled = row(MAX, billing_source="key_kind", key_kind="api")

    assert payer(priced(ruled, standard())) == ("metered", "key_kind", None)


@pytest.mark.parametrize(
    ("rule", "model", "expected"),
    [
        ("{match: {provider: acme}, alias_of: openai/*}", "gpt-4o", LISTED),
        ("{match: {provider: acme, model: 'azure/*'}, alias_of: openai/*}", "azure/gpt-4o", LISTED),
        ("{match: {provider: acme, model: 'own-*'}, alias_of: 'openai/gpt-*'}", "own-4o", LISTED),
        ("{match: {provider: acme}, alias_of: openai/*}", "made-up", None),
    ],
)
def test_an_alias_with_a_wildcard_keeps_the_model(rule: str, model: str, expected: int | None) -> None:
    assert row(f"[{rule}]", provider="acme", model_requested=model).cost_nanousd == expected


_SEEN = st.sampled_from(
    [
        Payer("metered", "key_kind"),
        Payer("metered", "host"),
        Payer("unknown"),
        Payer("plan", "header", "claude"),
        Payer("overage", "header", "claude"),
        Payer("byok", "answer"),
        Payer("provisioned", "answer"),
        Payer("plan", "key_kind", "kimi_coding"),
        Payer("plan", "path", "zai_coding"),
        Payer("plan", "host", "codex"),
    ]
)
_BILLING = st.sampled_from(["metered", "plan", "overage", "provisioned", "byok", "free_tier"])
_MATCH = st.fixed_dictionaries(
    {},
    optional={
        "provider": st.sampled_from(["openai", "anthropic"]),
        "key_kind": st.sampled_from(["api", "oauth", "plan"]),
        "path": st.just("/v1/*"),
        "billing": _BILLING,
    },
).filter(bool)
_RULES = st.lists(st.fixed_dictionaries({"match": _MATCH, "billing": _BILLING}), max_size=3)


@given(_SEEN, st.sampled_from([None, "api", "oauth", "plan"]), st.booleans(), _RULES)
def test_what_a_response_states_stands_and_each_row_has_the_cost_of_its_payer(
    seen: Payer,
    key_kind: str | None,
    fits: bool,
    rules: list[dict[str, Any]],
) -> None:
    context = {"path": "/v1/*"} if fits else None
    one = row(msgspec.json.encode(rules).decode(), **seen._asdict(), key_kind=key_kind, price_context=context)

    def holds(rule: dict[str, Any]) -> bool:
        asked = {"provider": "openai", "key_kind": key_kind, "path": "/v1/*" if fits else None, "billing": seen.billing}
        return all(asked[name] == value for name, value in rule["match"].items())

    applied = next((rule for rule in reversed(rules) if holds(rule)), None)
    may_apply = applied and (
        seen.is_assumed or ("billing" in applied["match"] and seen.billing_source not in {"header", "answer"})
    )
    billing = applied["billing"] if applied and may_apply else seen.billing
    assert one.billing == billing
    assert (one.billing_source == "rule") == bool(may_apply and (billing != seen.billing or seen.is_assumed))
    assert one.catalogue_cost_nanousd == LISTED
    costs = {"plan": None, "provisioned": None, "free_tier": 0}
    assert one.cost_nanousd == costs.get(billing, LISTED)
    assert (one.cost_status == "included") == (billing in {"plan", "provisioned"})
