"""TextSize as people write them."""

import pytest
from farebox.config import bytesize


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("0", 0),
        ("1048576", 1 << 20),
        ("12B", 12),
        ("64KiB", 64 << 10),
        ("1GiB", 1 << 30),
        ("2 TiB", 2 << 40),
        ("1kB", 1000),
        ("1KB", 1000),
        ("2.5GB", 2_500_000_000),
        ("0.5MiB", 1 << 19),
        ("1.0000000000000001B", 1),
    ],
)
def test_a_size_is_exact(written: str, size: int) -> None:
    assert bytesize.parse(written) == size


@pytest.mark.parametrize("written", ["", "GiB", "-1", "1G", "1 gib", "1e3", "1,5GB", "1.GB", "many", "1GiB x"])
def test_what_is_no_size_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValueError, match=r"is not a size: write a number of bytes, or 64MiB, 1GiB, 2"):
        bytesize.parse(written)


@pytest.mark.parametrize(
    ("size", "written"),
    [(0, "0B"), (1, "1B"), (1 << 10, "1KiB"), (1536, "1536B"), (3 << 29, "1536MiB"), (1 << 30, "1GiB")],
)
def test_a_size_is_told_as_it_could_be_set(size: int, written: str) -> None:
    assert bytesize.text(size) == written
    assert bytesize.parse(written) == size
