"""Record: the flat row that every sink gets, field for field the table `calls`."""

from typing import TYPE_CHECKING

import msgspec

from .columns import NAMES, STRUCTS, Basis, Key, Observed, Priced, Tokens

if TYPE_CHECKING:

    class Record(Key, Observed, Tokens, Priced, Basis, frozen=True, kw_only=True):
        """One call in the ledger's columns; `started_at` is in UTC, money in integer nano-USD."""

else:
    # A struct has one base at most, so their fields are put into one, in the order of the columns.
    _FIELDS = {field.name: field for part in STRUCTS for field in msgspec.structs.fields(part)}
    Record = msgspec.defstruct(
        "Record",
        [(name, _FIELDS[name].type, *(() if _FIELDS[name].required else (_FIELDS[name].default,))) for name in NAMES],
        namespace={
            "__doc__": "One call in the ledger's columns.",
            "model": Observed.model,
            "is_call": Observed.is_call,
        },
        module=__name__,
        frozen=True,
        kw_only=True,
    )


class Completion(msgspec.Struct, frozen=True):
    """A row that the ledger has, and what it becomes once the end of its work is known."""

    before: Record
    after: Record
