"""What a call consumed, with everything that its price depends on."""

from datetime import UTC, datetime

import msgspec
import pytest
from farebox.pricing.amounts import amounts
from farebox.pricing.consumption import Consumption
from farebox.records.usage import Usage

PLAIN = Consumption("openai", ("gpt-4o",), Usage(input_tokens=7), datetime(2026, 11, 1, tzinfo=UTC))


def test_by_default_it_is_one_plain_call() -> None:
    assert (PLAIN.host, PLAIN.operation, PLAIN.tier, PLAIN.context) == ("", None, None, {})
    assert (PLAIN.duration_ms, PLAIN.calls, PLAIN.longest_input) == (None, 1, None)
    assert amounts(PLAIN).by_name == {"requests": 1, "input_tokens": 7}
    assert amounts(PLAIN).input_tokens == 7


@pytest.mark.parametrize("field", Consumption.__struct_fields__)
def test_a_consumption_does_not_change(field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(PLAIN, field, None)


def test_a_changed_copy_leaves_the_rest_as_it_is() -> None:
    other = msgspec.structs.replace(PLAIN, tier="flex")

    assert (other.tier, other.models, other.usage, other.at) == ("flex", PLAIN.models, PLAIN.usage, PLAIN.at)
    assert PLAIN.tier is None
