"""Numbers formatted for people."""

from decimal import Decimal

from ..store.sums import Converted

UNKNOWN = "?"
_UNITS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


def usd(nanousd: int | None) -> str:
    """Return an amount of nano-USD as `money` does."""
    return money(nanousd, "$")


def money(nano: int | None, prefix: str) -> str:
    """Return an amount: to the cent from one unit on, to three significant digits below, at least four decimals."""
    if nano is None:
        return UNKNOWN
    amount = Decimal(abs(nano)).scaleb(-9)
    sign = "-" if nano < 0 else ""
    if not amount:
        return f"{prefix}0"
    if amount >= 1:
        return f"{sign}{prefix}{amount:,.2f}"
    digits = min(9, 2 - amount.adjusted())
    return f"{sign}{prefix}{amount:.{max(digits, 4)}f}"


def converted(amount: Converted) -> str:
    """Return an amount in another currency, with + if a part of it has no rate."""
    after = "+" if amount.missing_nanousd and amount.nano is not None else ""
    return money(amount.nano, amount.prefix) + after


def spend(nanousd: int | None, unpriced: int) -> str:
    """Return the spend of calls of which some are `unpriced`: $0 would say that these are free, so it is unknown."""
    return UNKNOWN if unpriced and not nanousd else usd(nanousd)


def exact_usd(nanousd: int | None) -> str | None:
    """Return an amount to the nano-dollar (or a billionth of another unit), without an exponent; None if unknown."""
    if nanousd is None:
        return None
    whole, part = divmod(abs(nanousd), 10**9)
    return f"{'-' if nanousd < 0 else ''}{whole}.{part:09d}"


def count(number: int | None) -> str:
    """Return a count: exact below 10,000, then to three significant digits."""
    if number is None:
        return UNKNOWN
    if number < 10_000:
        return f"{number:,}"
    size, unit = next(pair for pair in _UNITS if number >= pair[0])
    value = number / size
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f}{unit}"


def share(part: int | None, whole: int | None) -> str:
    """Return `part` of `whole` in percent."""
    if part is None or not whole:
        return UNKNOWN
    return f"{100 * part / whole:.0f}%"


def duration(milliseconds: int | None) -> str:
    """Return a duration in ms, s or minutes."""
    if milliseconds is None:
        return UNKNOWN
    if milliseconds < 1000:
        return f"{milliseconds} ms"
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes}:{seconds:02d} min"


def rate(per_second: float | None) -> str:
    """Return a number per second; a dash if there is none."""
    if per_second is None:
        return "-"
    return f"{per_second:.1f}" if per_second < 10 else count(round(per_second))


def bar(part: int | None, most: int, width: int) -> str:
    """Return a bar of up to `width` characters, which `most` fills."""
    if not part or most <= 0 or part < 0:
        return ""
    eighths = max(1, round(8 * width * part / most))
    return "█" * (eighths // 8) + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[eighths % 8]


def plural(number: int, noun: str, plural_noun: str | None = None) -> str:
    """Return `number` and its noun."""
    return f"{number:,} {noun if number == 1 else plural_noun or noun + 's'}"
