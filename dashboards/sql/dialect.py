"""What Postgres and ClickHouse write in different ways. Everything else of a query is the same in both."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Json = dict[str, Any]


class Given(NamedTuple):
    """A table that a query brings along: its name, its columns, and its rows as SQL. The first column is its key."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Dialect(ABC):
    """How one database writes the parts of a board's query. Parameters and results are SQL."""

    # Grafana's data source, and the name that it shows no amount of a graph by: only that of its series.
    plugin: str
    value: str
    # What the database needs after a whole query.
    ending: str
    # The first hour and the end of the chosen time range, its hours, the months that it touches, and its calls.
    first_hour: str
    until: str
    hours: str
    months: str
    within: str
    # Calls as `c`, what joins their current prices to them, and with these a call's cost and its certainty.
    calls: str
    prices: str
    cost: str
    status: str
    # What joins to a call `c` a row for each of its parameters, with their name as `key`.
    parameters: str

    @property
    def source(self) -> Json:
        """The data source that is chosen at the top of a board."""
        return {"type": self.plugin, "uid": "${ledger}"}

    def ratio(self, part: str, whole: str) -> str:
        """Return the quotient of two whole numbers, NULL for one of zero."""
        return self.quotient(self.number(part), whole)

    @abstractmethod
    def variable(self, expression: str, query: str) -> Json:
        """Return the fields of a variable whose values `query` lists; All stands for any value of `expression`."""

    @abstractmethod
    def chosen(self, variable: str, expression: str) -> str:
        """Return whether the text of `expression` is chosen in a variable."""

    @abstractmethod
    def by_choice(self, variable: str, expressions: Mapping[str, str], otherwise: str) -> str:
        """Return the expression whose name is chosen in a variable."""

    @abstractmethod
    def before_end(self, days: int) -> str:
        """Return the moment that lies some days before the end of the time range."""

    @abstractmethod
    def day(self, moment: str) -> str:
        """Return the beginning of a moment's day in the board's time zone."""

    @abstractmethod
    def month(self, moment: str) -> str:
        """Return the beginning of a moment's month in the board's time zone."""

    @abstractmethod
    def month_name(self, moment: str) -> str:
        """Return a moment's month in the board's time zone as text, such as 2025-11."""

    @abstractmethod
    def usd(self, nanousd: str) -> str:
        """Return nano-dollars as dollars, exactly."""

    @abstractmethod
    def digits(self, usd: str, decimals: int) -> str:
        """Return dollars as text; with 9 decimals, it has every nano-dollar."""

    @abstractmethod
    def number(self, whole: str) -> str:
        """Return a whole number as one that can be divided."""

    @abstractmethod
    def quotient(self, part: str, whole: str) -> str:
        """Return `part / whole` with more digits than a panel shows, NULL where `whole` is zero."""

    @abstractmethod
    def tenth(self, number: str) -> str:
        """Return a tenth of a whole number, rounded up."""

    @abstractmethod
    def text(self, value: str) -> str:
        """Return a value as text."""

    @abstractmethod
    def texts(self, quoted: str) -> str:
        """Return quoted texts, with commas between them, as one value."""

    @abstractmethod
    def is_in(self, value: str, texts: str) -> str:
        """Return whether a value is one of `texts`."""

    @abstractmethod
    def all_and_some(self, all_: str, some: str) -> str:
        """Return whether the first condition holds for all rows of a group, and the second for some of them."""

    @abstractmethod
    def matched(self, given: Given, table: str, on: str, where: str, *, since: str | None = None) -> tuple[str, str]:
        """Return a WITH clause, and after FROM each row of `given` with the rows of `table` that match.

        A row that nothing matches comes once, with NULL. `where` names columns of `table` alone. `since` is the column
        of `given` that no hour of a match lies before.
        """
