"""How a server is known by its responses."""

import pytest
from farebox.providers.marks import Marks
from farebox.providers.table import BY_NAME


@pytest.mark.parametrize(("name", "expected"), [("llamacpp", True), ("anthropic", False)])
def test_a_server_that_people_run_has_marks(name: str, *, expected: bool) -> None:
    assert (BY_NAME[name].marks != Marks()) is expected
