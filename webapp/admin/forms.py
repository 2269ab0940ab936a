"""What the addresses of administrators' pages hold besides their path."""

import datetime as dt
import re

from webapp.admin.service import Place

_PLACE = re.compile(r"([0-9]{1,11})-([0-9]{1,10})")


def place_text(place: Place) -> str:
    """`place` as it stands in an address."""
    return f"{int(place.at.timestamp())}-{place.id}"


def place_from(text: str) -> Place:
    """The place that `place_text` wrote. Raises ValueError for anything else."""
    found = _PLACE.fullmatch(text)
    if not found:
        raise ValueError(f"no place in the list: {text!r}")
    seconds, submission_id = map(int, found.groups())
    return Place(dt.datetime.fromtimestamp(seconds, dt.UTC), submission_id)
