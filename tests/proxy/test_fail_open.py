"""A guarded hook never raises: its add-on stops metering the flow, and gets the error once."""

from farebox.proxy.fail_open import guarded


class AddOn:
    """An add-on whose hook fails for `bad` flows."""

    def __init__(self) -> None:
        self.seen: list[object] = []
        self.given_up: list[tuple[object, Exception]] = []

    @guarded
    def request(self, flow: object) -> None:
        """Docs of the hook."""
        self.seen.append(flow)
        if flow == "bad":
            raise ZeroDivisionError("a canary")

    def give_up(self, data: object, error: Exception) -> None:
        self.given_up.append((data, error))


def test_a_hook_without_a_fault_is_called_as_it_is() -> None:
    add_on = AddOn()

    add_on.request("good")

    assert (add_on.seen, add_on.given_up) == (["good"], [])


def test_a_fault_is_passed_to_the_add_on_and_not_raised() -> None:
    add_on = AddOn()

    add_on.request("bad")
    add_on.request("good")

    [(flow, error)] = add_on.given_up
    assert (flow, type(error), add_on.seen) == ("bad", ZeroDivisionError, ["bad", "good"])


def test_mitmproxy_finds_the_hook_by_its_name() -> None:
    assert (AddOn.request.__name__, AddOn.request.__doc__) == ("request", "Docs of the hook.")
