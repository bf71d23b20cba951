"""Names are completed one by one, behind commas too."""

import pytest
from farebox.cli.names import completing


@pytest.mark.parametrize(
    ("incomplete", "completed"),
    [("pro", ["provider", "project"]), ("", ["provider", "project", "model"]), ("provider,pro", ["provider,project"])],
)
def test_the_last_name_is_completed(incomplete: str, completed: list[str]) -> None:
    assert completing(("provider", "project", "model"))(incomplete) == completed
