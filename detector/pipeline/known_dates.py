"""Dates beside texts: the last day that a value can mean, so that no text is taken for older."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timezone

# ISO 8601, its parts from the year on; what follows the day is a time and does not matter.
_ISO = re.compile(r"\s*([0-9]{4})(?:-?([0-9]{2})(?:-?([0-9]{2})(?:[T\s].*)?)?)?\s*", re.DOTALL)


def last_day(value: object) -> date | None:
    """Give the last day that a date, a moment, a year, or one of these in ISO 8601 can mean.

    None for nothing: null or an empty text. A moment with a zone is turned into UTC. ValueError for
    anything else.

    >>> last_day(2022), last_day("2022-11"), last_day("2019-05-01T10:00:00Z")
    (datetime.date(2022, 12, 31), datetime.date(2022, 11, 30), datetime.date(2019, 5, 1))
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return (value.astimezone(timezone.utc) if value.tzinfo else value).date()
    if isinstance(value, date):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return date(value, 12, 31)
    found = _ISO.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError
    year, month, day = (int(part or 0) for part in found.groups())
    month = month if found[2] else 12
    return date(year, month, day if found[3] else calendar.monthrange(year, month)[1])
