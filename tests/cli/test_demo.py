"""`farebox demo`."""

from farebox.cli import demo


def test_the_help_says_that_no_key_and_no_network_is_needed() -> None:
    assert (demo.demo.__doc__ or "").splitlines()[0].endswith("no key, no network.")
