"""What messages say to write is right."""

import pytest
from farebox.config.examples import example
from farebox.config.key_types import is_struct, item_kinds, kinds_at
from farebox.config.settings import Settings, keys

from tests.support.settings import load_file

# They need another key beside them, or a file.
_NOT_ALONE = {"auth", "auth.user", "auth.password_file", "web_config", "digest.notify", "report_currency"}
# Other keys have words, all of which a message lists.
FREE = [key for key in keys() if any(kind in (int, float, str) or item_kinds(kind) for kind in kinds_at(Settings, key))]
GROUPS = [key for key in Settings.__struct_fields__ if any(map(is_struct, kinds_at(Settings, key)))]


def line(key: str) -> str:
    text = example(key)
    is_list = any(item_kinds(kind) for kind in kinds_at(Settings, key))
    *outer, last = key.split(".")
    return "".join(f"{name}: {{" for name in outer) + f"{last}: {f'[{text}]' if is_list else text}" + "}" * len(outer)


@pytest.mark.parametrize("key", sorted(set(FREE) - _NOT_ALONE))
def test_the_example_of_a_key_is_a_value_that_it_takes(key: str) -> None:
    load_file(line(key))


@pytest.mark.parametrize("key", sorted(set(GROUPS) - _NOT_ALONE))
def test_the_example_of_a_group_is_one(key: str) -> None:
    load_file(f"{key}: {example(key)}")
