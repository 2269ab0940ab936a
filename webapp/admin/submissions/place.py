"""A place in the list of submissions, as it stands in the address of a page."""

import datetime as dt
import re

from webapp.admin.submissions.criteria import Place, Sort
from webapp.listing import KEY_LENGTH
from webapp.models import LARGEST_ID

_PLACE = re.compile(r"(.*)~([0-9]{1,10})", re.DOTALL)
_SECONDS = re.compile(r"[0-9]{1,11}")
_SCORE = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,17})?")


def place_text(place: Place) -> str:
    """`place` as it stands in an address."""
    value = place.value
    return f"{int(value.timestamp()) if isinstance(value, dt.datetime) else value}~{place.id}"


def place_from(text: str, sort: Sort, back: bool = False) -> Place | None:
    """The place that `place_text` wrote in the list in this order; None for anything else."""
    found = _PLACE.fullmatch(text)
    if not found or int(found[2]) > LARGEST_ID:
        return None
    value = _value(found[1], sort)
    return None if value is None else Place(value, int(found[2]), back)


def _value(text: str, sort: Sort) -> dt.datetime | float | str | None:
    if sort in ("newest", "oldest"):
        return dt.datetime.fromtimestamp(int(text), dt.UTC) if _SECONDS.fullmatch(text) else None
    if sort in ("region", "region-back"):
        return text if "\0" not in text and len(text) <= KEY_LENGTH else None
    return float(text) if _SCORE.fullmatch(text) else None
