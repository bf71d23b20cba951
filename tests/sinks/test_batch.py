"""The values of a write to the ledger."""

import pytest
from farebox.sinks.batch import NO_LINKS, Batch, Found, Links


def test_a_batch_has_nothing_that_it_was_not_given() -> None:
    batch = Batch()

    assert (batch.records, batch.positions, batch.ended, batch.links) == ((), {}, (), NO_LINKS)


def test_two_batches_share_no_positions() -> None:
    assert Batch().positions is not Batch().positions


def test_no_links_change_nothing() -> None:
    assert Links((), (), ()) == NO_LINKS


def test_nothing_found_is_empty() -> None:
    assert (Found().rows, Found().waiting) == ((), ())


def test_a_batch_does_not_change_once_made() -> None:
    with pytest.raises(AttributeError):
        Batch().ended = ("worker",)  # type: ignore[misc]
