"""What hosts bill in other than USD, and what that was worth on the day of a call.

A provider's host in another country can have a list of its own, in another currency: the catalogues have the prices of
the international host.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ..config.currency import USD, Currency
from ..providers.hosts import host_matches

# Hosts in China, which bill in yuan by their own list. Of open.bigmodel.cn, genai-prices has that list, converted.
_HOSTS: Mapping[str, str] = {
    "dashscope.aliyuncs.com": "CNY",
    "api.moonshot.cn": "CNY",
    "api.minimaxi.com": "CNY",
    "api.siliconflow.cn": "CNY",
}
# 7.0779 yuan for a dollar: the central parity rate of 27 November 2025, by the China Foreign Exchange Trade System.
_BUNDLED = (Currency("CNY", Decimal("0.141285"), effective_from=date(2025, 11, 27)),)
_CACHE_SIZE = 4096


class ExchangeRates:
    """Currencies and rates: the user's `lines`, then those that come with farebox.

    Of several rates that hold on a day, the latest one applies; before the first one, the bundled rate does.
    """

    def __init__(self, lines: Sequence[Currency] = ()) -> None:
        self._lines = tuple(lines)
        self.currency_of = lru_cache(_CACHE_SIZE)(self._currency_of)

    def knows(self, code: str) -> bool:
        """Tell whether there is a rate of `code`."""
        return any(line.code == code for line in (*self._lines, *_BUNDLED))

    def rate(self, code: str, host: str, day: date) -> Currency | None:
        """Return the rate of `code` at `host` on `day`: one for this host before one for all; None if there is none."""
        mine = [line for line in self._lines if line.code == code and _holds(line, day)]
        at_host = [line for line in mine if line.host is not None and host_matches(line.host, host)]
        anywhere = [line for line in mine if line.host is None]
        chosen = at_host or anywhere or [line for line in _BUNDLED if line.code == code]
        return max(chosen, key=lambda line: line.effective_from or date.min, default=None)

    def is_bundled(self, rate: Currency) -> bool:
        """Tell whether `rate` comes with farebox."""
        return rate in _BUNDLED and rate not in self._lines

    def _currency_of(self, host: str) -> str:
        """Return the code of what `host` bills in."""
        mine = (line.code for line in self._lines if line.host is not None and host_matches(line.host, host))
        return next(mine, None) or _HOSTS.get(host.lower(), USD)


def _holds(line: Currency, day: date) -> bool:
    return line.effective_from is None or line.effective_from <= day
