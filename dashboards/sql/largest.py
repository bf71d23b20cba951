"""The largest groups by spend, and one row for the rest."""

from collections.abc import Mapping, Sequence

from .sums import WITHOUT_COST


def largest(
    keys: Mapping[str, str], columns: Sequence[str], table: str, where: str, *, limit: int, before: str = ""
) -> str:
    """Return a query of `columns` for the `limit` largest groups by spend; what is beyond is a row `other`.

    `keys` are the names of the groups' columns and their expressions, which are text and never NULL. Groups whose cost
    is wholly unknown come first: they may be the largest. `before` is ordered by before spend.
    """
    given = ", ".join(f"{expression} AS key_{place}" for place, expression in enumerate(keys.values()))
    names = ", ".join(f"key_{place}" for place in range(len(keys)))
    beyond = f"'other: ' || (places - {limit}) || ' more'"
    shown = ", ".join(
        f'CASE WHEN place <= {limit} THEN key_{place} ELSE {"'other'" if place else beyond} END AS "{name}"'
        for place, name in enumerate(keys)
    )
    order = f"{before}(sum(cost_nanousd) IS NULL AND {WITHOUT_COST} > 0) DESC, sum(cost_nanousd) DESC NULLS LAST"
    return f"""
        WITH chosen AS (SELECT {given}, {table}.* FROM {table} WHERE {where}),
        placed AS (SELECT {names}, row_number() OVER (ORDER BY {order}, {names}) AS place, count(*) OVER () AS places
            FROM chosen GROUP BY {names})
        SELECT {", ".join([shown, *columns])} FROM chosen JOIN placed USING ({names})
        GROUP BY {", ".join(map(str, range(1, len(keys) + 1)))} ORDER BY min(place)"""
