"""A worker takes the files that it may have, and says once when they run out."""

import asyncio
import errno
import logging
import resource
from contextlib import closing

import pytest
from farebox.proxy.open_files import FaultLog, raise_limit


def test_the_soft_limit_is_raised_to_the_hard_one() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        assert raise_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 256
        assert raise_limit() == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_files_that_run_out_are_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    log = FaultLog(clock=lambda: now[0])
    context = {"message": "socket.accept() out of system resource", "exception": OSError(errno.EMFILE, "too many")}

    with closing(asyncio.new_event_loop()) as loop:
        for second in (0.0, 0.0, 1.0, 59.0, 60.0):
            now[0] = second
            log(loop, context)

    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.ERROR]
    assert "new connections wait" in caplog.text


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"message": "a fault", "exception": ValueError("x")}, 1),
        ({"message": "a fault", "exception": OSError(errno.EIO, "x")}, 1),
        ({"message": "a fault"}, 1),
        ({"message": "a connection", "exception": asyncio.CancelledError()}, 0),
    ],
)
def test_faults_in_the_loop_are_logged_unless_they_are_its_end(
    caplog: pytest.LogCaptureFixture, context: dict[str, object], expected: int
) -> None:
    with closing(asyncio.new_event_loop()) as loop:
        FaultLog()(loop, context)

    assert len(caplog.records) == expected
