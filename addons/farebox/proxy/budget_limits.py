"""Refuses calls whose budget is used up, by what the recorder told last; `edits.py` makes the answer.

The recorder's file is read beside the traffic, so that no call waits for it.
"""

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from mitmproxy import http

from ..budgets.decisions import FILE, STALE_SECONDS, Decisions, Refusal, Refusals
from ..budgets.error_forms import STATUS, body_of, headers_of
from ..config.settings import Settings
from .edits import BUDGETS, Editor
from .exchange import Exchange

POLL_SECONDS = 0.25


class BudgetLimits:
    """Knows the refusals of the recorder in the data folder; `unchecked` counts the calls that it could not judge.

    `now` returns seconds since 1970, `clock` counts seconds.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.unchecked = 0
        self._editor = Editor(BUDGETS, settings)
        self.is_on = self._editor.is_on and any(budget.refuses for budget in settings.budgets)
        self._path = settings.folder / FILE
        self._now, self._clock = now, clock
        self._mark: tuple[int, int] | None = None
        self._refusals = Refusals(Decisions(0))
        self._expires = float("-inf")

    async def follow(self) -> None:
        """Read what the recorder tells, for ever."""
        while self.is_on:
            self.read()
            await asyncio.sleep(POLL_SECONDS)

    def read(self) -> None:
        """Take over the recorder's decisions if there are new ones; without, the last ones grow old."""
        try:
            mark = _mark(self._path)
            if mark == self._mark:
                return
            decisions = msgspec.json.decode(self._path.read_bytes(), type=Decisions)
        except (OSError, msgspec.MsgspecError):
            return
        self._mark = mark
        self._refusals = Refusals(decisions)
        self._expires = self._clock() + STALE_SECONDS - max(0.0, self._now() - decisions.at)

    def refuse(self, flow: http.HTTPFlow, exchange: Exchange) -> bool:
        """Answer a call whose budget is used up; return whether it was one."""
        if not self.is_on:
            return False
        if self._clock() >= self._expires:
            self.unchecked += 1
            return False
        refusal = self._refusal(exchange) if self._refusals else None
        if refusal is None:
            return False
        seconds = max(1, math.ceil(refusal.until - self._now()))
        name = exchange.dialect.name
        answer = http.Response.make(STATUS, body_of(name, refusal, seconds), headers_of(name, seconds))
        self._editor.replace_answer(flow, answer)
        exchange.block(answer)
        return True

    def _refusal(self, exchange: Exchange) -> Refusal | None:
        names = exchange.budget_names()
        return None if names is None else self._refusals.find(names, self._now())


def _mark(path: Path) -> tuple[int, int]:
    """Return what changes when the file at `path` is replaced. OSError."""
    state = path.stat()
    return state.st_ino, state.st_mtime_ns
