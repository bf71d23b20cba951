"""Which of a model's prices hold when, for what was asked for beside it."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time

from genai_prices.types import ModelInfo, PriceVariant, StartDateConstraint, TimeOfDateConstraint

from ..ratecard import RateCard
from .cards import Chosen
from .context import without_price
from .edition import conditions, starts
from .matching import Found
from .region import uplift
from .schedule import Schedule, schedule
from .timeline import BEGINNING, Span, Window
from .units import stated

Making = Callable[[Chosen], RateCard]
_PEAK = 2


def spans(
    found: Found, host: str, told: Mapping[str, str], make: Making, reservations: tuple[str, ...] = ()
) -> list[Span]:
    """Return the spans of time of the model that was found, for words `told` at `host`."""
    factor, unknown = uplift(found.ref, host, told)
    notes = reservations + ((unknown,) if unknown else ())
    base = Chosen(found.ref, found.match, 0, uplift=factor, notes=notes)
    days = sorted(starts(found.model))
    return [_span(found.model, base, told, day, make) for day in (None, *days)]


def _span(model: ModelInfo, base: Chosen, told: Mapping[str, str], day: date | None, make: Making) -> Span:
    condition = _condition(model, day)
    variants, priced = _variants(model, told, day)
    per_request = "requests_kcount" in stated(conditions(model)[condition].prices)
    notes = base.notes + without_price(told, priced, base.ref, per_request=per_request)
    chosen = base._replace(condition=condition, variants=variants, notes=notes)
    hours = schedule(base.ref)
    start = datetime.combine(day, time(), UTC) if day else BEGINNING
    return Span(start, make(chosen), _windows(model, chosen, hours, day, make), hours)


def _holds(constraint: object, day: date | None) -> bool:
    """Tell whether prices hold on `day`, whatever the hour; None is before all days."""
    if isinstance(constraint, StartDateConstraint):
        return day is not None and constraint.start_date <= day
    return constraint is None


def _condition(model: ModelInfo, day: date | None) -> int:
    holding = [number for number, one in enumerate(conditions(model)) if _holds(one.constraint, day)]
    return holding[-1] if holding else 0


def _variants(model: ModelInfo, told: Mapping[str, str], day: date | None) -> tuple[tuple[int, ...], frozenset[str]]:
    """Return the numbers of the variants that hold, and the names of the words that they are for."""
    chosen = [
        (number, one)
        for number, one in enumerate(model.price_variants or ())
        if _holds(one.constraint, day) and _is_for(one, told)
    ]
    return tuple(number for number, _ in chosen), frozenset(name for _, one in chosen for name in one.when)


def _is_for(variant: PriceVariant, told: Mapping[str, str]) -> bool:
    return all(told.get(name) == word.lower() for name, word in variant.when.items())


def _windows(
    model: ModelInfo, chosen: Chosen, hours: Schedule | None, day: date | None, make: Making
) -> tuple[Window, ...]:
    """Return the hours with prices of their own.

    The catalogue has them once, for the newest of the model's prices; before, where a schedule says that there were
    such hours, they cost twice what the others did.
    """
    is_newest = not any(start > (day or date.min) for start in _standard_starts(model))
    found = []
    for number, one in enumerate(conditions(model)):
        constraint = one.constraint
        if isinstance(constraint, TimeOfDateConstraint) and number > chosen.condition:
            times = 1 if is_newest or hours is None else _PEAK
            peak = make(chosen._replace(window=number, times=times))
            found.append(Window(_utc(constraint.start_time), _utc(constraint.end_time), peak))
    return tuple(found)


def _standard_starts(model: ModelInfo) -> list[date]:
    constraints = [one.constraint for one in conditions(model)]
    return [one.start_date for one in constraints if isinstance(one, StartDateConstraint)]


def _utc(moment: time) -> time:
    if moment.tzinfo is None:
        return moment
    return datetime.combine(date(1970, 1, 2), moment).astimezone(UTC).time()
