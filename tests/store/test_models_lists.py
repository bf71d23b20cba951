"""Lists of models are rows of the ledger, but no calls: reports, sums and rebuilt sums leave them out."""

import msgspec
from farebox.records.columns import LIST_MODELS
from farebox.sinks.database import DatabaseSink
from farebox.store import queries
from farebox.store.rollups.rebuild import rebuild
from farebox.store.summary import Scope
from farebox.store.totals import totals
from sqlalchemy import Engine

from tests.support.samples import record


def test_a_list_of_models_is_a_row_but_no_call(engine: Engine) -> None:
    chat = record()
    lists = [msgspec.structs.replace(record(), operation=LIST_MODELS) for _ in range(3)]
    DatabaseSink(engine).write([chat, *lists], {})

    assert len(list(queries.all_calls(engine))) == 4
    for few in (0, 10_000):
        assert totals(engine, Scope(), ["operation"], lambda _start, _end: [], few=few).whole.calls == 1
    assert rebuild(engine) == 0
