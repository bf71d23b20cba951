"""What a fault did: calls that their client saw complete, against rows in the ledger."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Result:
    """`completed` are the ids of the calls that a client saw complete, `rows` how often each id is in the ledger.

    `dropped` is what farebox itself counts as lost, None where nothing may be. `least` is how many calls must have been
    seen complete for this to tell anything. `broken` says what else went wrong, `notes` what is worth to know.
    """

    completed: Sequence[str]
    rows: Counter[str]
    least: int
    dropped: int | None = None
    broken: Sequence[str] = ()
    notes: Sequence[str] = field(default_factory=list)

    @property
    def lost(self) -> list[str]:
        return [call_id for call_id in self.completed if call_id not in self.rows]

    @property
    def duplicated(self) -> list[str]:
        return [call_id for call_id, number in self.rows.items() if number > 1]

    @property
    def problems(self) -> list[str]:
        """What is not as it must be."""
        found = list(self.broken)
        if len(self.completed) < self.least:
            found.append(f"only {len(self.completed)} calls were seen complete, {self.least} would tell something")
        if len(self.lost) != (self.dropped or 0):
            found.append(f"lost: {', '.join(self.lost[:5])}")
        if self.duplicated:
            found.append(f"duplicated: {', '.join(self.duplicated[:5])}")
        return found

    def line(self, name: str) -> str:
        """Return the result on one line."""
        dropped = "" if self.dropped is None else f" {self.dropped:6} dropped"
        figures = (
            f"{len(self.completed):7} complete {self.rows.total():7} rows {len(self.lost):6} lost "
            f"{len(self.duplicated):3} duplicated{dropped or ' ' * 15}"
        )
        verdict = "ok" if not self.problems else "FAILED: " + "; ".join(self.problems)
        return f"{name:32} {figures}  {'; '.join([verdict, *self.notes])}"
