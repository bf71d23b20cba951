"""Choose a model's prices by day, hour and requested words."""

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

MakeCard = Callable[[Chosen], RateCard]
_PEAK = 2


def spans(
    found: Found, host: str, words: Mapping[str, str], make: MakeCard, reservations: tuple[str, ...] = ()
) -> list[Span]:
    """Return the time spans of the model that was found, for the requested words at `host`."""
    factor, unknown = uplift(found.ref, host, words)
    notes = reservations + ((unknown,) if unknown else ())
    base = Chosen(found.ref, found.match, 0, uplift=factor, notes=notes)
    days = sorted(starts(found.model))
    return [_span(found.model, base, words, day, make) for day in (None, *days)]


def _span(model: ModelInfo, base: Chosen, words: Mapping[str, str], day: date | None, make: MakeCard) -> Span:
    condition = _condition(model, day)
    variants, priced = _variants(model, words, day)
    per_request = "requests_kcount" in stated(conditions(model)[condition].prices)
    notes = base.notes + without_price(words, priced, base.ref, per_request=per_request)
    chosen = base._replace(condition=condition, variants=variants, notes=notes)
    hours = schedule(base.ref)
    start = datetime.combine(day, time(), UTC) if day else BEGINNING
    return Span(start, make(chosen), _windows(model, chosen, hours, day, make), hours)


def _holds(constraint: object, day: date | None) -> bool:
    """Tell whether prices hold on `day` at any hour; None is before all days."""
    if isinstance(constraint, StartDateConstraint):
        return day is not None and constraint.start_date <= day
    return constraint is None


def _condition(model: ModelInfo, day: date | None) -> int:
    holding = [number for number, one in enumerate(conditions(model)) if _holds(one.constraint, day)]
    return holding[-1] if holding else 0


def _variants(model: ModelInfo, words: Mapping[str, str], day: date | None) -> tuple[tuple[int, ...], frozenset[str]]:
    """Return the numbers of the variants that apply, and the names of the words that they price."""
    chosen = [
        (number, one)
        for number, one in enumerate(model.price_variants or ())
        if _holds(one.constraint, day) and _is_for(one, words)
    ]
    return tuple(number for number, _ in chosen), frozenset(name for _, one in chosen for name in one.when)


def _is_for(variant: PriceVariant, words: Mapping[str, str]) -> bool:
    return all(words.get(name) == word.lower() for name, word in variant.when.items())


def _windows(
    model: ModelInfo, chosen: Chosen, hours: Schedule | None, day: date | None, make: MakeCard
) -> tuple[Window, ...]:
    """Return the hours with prices of their own.

    The catalogue lists them only for the newest of the model's prices. If a schedule says that such hours existed
    before, they cost twice the standard price.
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
