"""A body is decompressed now, or by a task if there is one."""

import asyncio
import gzip

from farebox.proxy.decoded import Decoded, decoded

PACKED = gzip.compress(b"{}")


def test_without_a_task_a_body_is_decompressed_at_once() -> None:
    assert decoded(PACKED, "gzip", None) == (b"{}", True)


def test_a_task_that_has_not_ended_or_failed_has_nothing() -> None:
    async def results() -> list[Decoded]:
        async def ends() -> Decoded:
            return b"[]", True

        async def fails() -> Decoded:
            raise MemoryError

        ended, failed, waiting = (asyncio.create_task(one) for one in (ends(), fails(), asyncio.sleep(9, (b"x", True))))
        await asyncio.wait({ended, failed})
        found = [decoded(PACKED, "gzip", task) for task in (ended, failed, waiting)]
        waiting.cancel()
        return found

    assert asyncio.run(results()) == [(b"[]", True), (b"", False), (b"", False)]
