"""How often providers answered, as their clients saw it. Pure: sums of the ledger in, shares out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from ..records import reading
from ..store.sums import Group

RATE_LIMITED, SERVER_ERROR, UNREACHABLE, CUT = "rate_limited", "server_error", "unreachable", "cut"
# In the order in which they are shown.
FAILURES = (RATE_LIMITED, SERVER_ERROR, UNREACHABLE, CUT)
_TOO_MANY, _TIMEOUT = "429", "408"


@dataclass(frozen=True, slots=True)
class Availability:
    """The calls to one provider, host or model that it could have answered, and its `failures` by kind.

    Calls that the client got wrong (other 4xx) or gave up tell nothing about a provider and are `not_counted`.
    """

    name: str | None
    answered: int
    failures: Counter[str]
    not_counted: int

    @property
    def calls(self) -> int:
        return self.answered + self.failures.total()

    @property
    def ratio(self) -> Fraction | None:
        """The share that was answered; None if no call counts."""
        return Fraction(self.answered, self.calls) if self.calls else None


def availability(groups: Iterable[Group]) -> list[Availability]:
    """Return the availability of each name, the worst first. Groups are by name, status and outcome."""
    counts: dict[str | None, Counter[str | None]] = {}
    for group in groups:
        name, status, outcome = group.key
        counts.setdefault(name, Counter())[_kind(status, outcome)] += group.sums.calls
    found = (_of(name, kinds) for name, kinds in counts.items())
    return sorted(found, key=lambda one: (one.ratio is None, one.ratio or 0, one.name or ""))


def _of(name: str | None, kinds: Counter[str | None]) -> Availability:
    failures = Counter({kind: kinds[kind] for kind in FAILURES if kinds[kind]})
    return Availability(name, kinds[reading.OK], failures, kinds[None])


def _kind(status: str | None, outcome: str | None) -> str | None:
    """Return the kind of a failure, `ok`, or None for a call that tells nothing about the provider."""
    if outcome == reading.NETWORK_ERROR:
        return UNREACHABLE
    if outcome == reading.PROVIDER_CUT:
        return CUT
    if outcome == reading.OK:
        return reading.OK
    if outcome != reading.HTTP_ERROR or status is None:
        return None
    if status == _TOO_MANY:
        return RATE_LIMITED
    # A 200 whose body is an error is the server's.
    return None if status.startswith("4") and status != _TIMEOUT else SERVER_ERROR
