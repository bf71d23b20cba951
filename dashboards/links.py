"""Links from a row of a table to the board that goes on from there; they carry time range and data sources."""

from .fields import Json

_KEPT = "${__url_time_range}&${prometheus:queryparam}&${ledger:queryparam}"


def to_board(title: str, uid: str, *fields: str) -> Json:
    """Return a link to the board `uid` with each of `fields`, columns of the row, as the variable of the same name."""
    chosen = "".join(f"&var-{name}=${{__data.fields.{name}:percentencode}}" for name in fields)
    return {"title": title, "url": f"/d/{uid}?{_KEPT}{chosen}", "targetBlank": False}
