"""What the settings add to a Reading reaches it, and a fault in it costs no figure of the call."""

from farebox.attribution.attributor import Attributor
from farebox.config.settings import load
from farebox.proxy.capture import CaptureOptions, capture_of

from tests.support.flows import HMAC_KEY, answered, exchange_of, flow_of

GIVEN = {
    "attribution": {"tags": ["x-tag"], "headers": {"team": ["x-unit"]}},
    "users": [{"id": "ann", "also": ["68b0"], "project": "atlas"}],
}


def test_settings_name_tags_headers_and_users() -> None:
    capture = capture_of(load(GIVEN, environment={}), HMAC_KEY, lambda _error: None)
    flow = flow_of(headers={"x-tag": "t", "x-unit": "Blue", "x-user-id": "68b0", "authorization": "Bearer k-1"})
    exchange = exchange_of(flow, capture=capture)
    exchange.answer(answered(flow))

    reading = exchange.close()

    assert reading
    assert (reading.tags, reading.team, reading.user_id, reading.project) == ({"x-tag": "t"}, "Blue", "ann", "atlas")
    assert reading.client_addr == "127.0.0.1"
    assert reading.key_fingerprint
    assert len(reading.key_fingerprint) == 16


def test_a_fault_in_attribution_is_counted_and_costs_nothing_else() -> None:
    faults: list[Exception] = []

    class Raising(Attributor):
        def caller(self, *_args: object) -> dict[str, str]:
            raise ArithmeticError

    flow = flow_of()
    exchange = exchange_of(flow, capture=CaptureOptions(attributor=Raising(), on_fault=faults.append))
    exchange.answer(answered(flow))

    reading = exchange.close()

    assert reading
    assert (reading.model_requested, reading.user_id) == ("gpt-4o", None)
    assert [type(fault) for fault in faults] == [ArithmeticError]
