"""In which form a report is given out: language, paper, and whether all of it or the two-page brief."""

from dataclasses import dataclass
from typing import Literal

Paper = Literal["a4", "letter"]
LETTER_COUNTRIES = frozenset({"BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"})
"""Where US Letter is the usual paper (Unicode CLDR 46, paperSize)."""


@dataclass(frozen=True)
class Edition:
    """One form of a report. `language` is a code such as `en`; `brief` leaves all out but the two-page summary."""

    language: str
    paper: Paper = "a4"
    brief: bool = False


def usual_paper(country: str | None) -> Paper:
    """What printers hold in `country` (ISO 3166-1 alpha-2)."""
    return "letter" if country in LETTER_COUNTRIES else "a4"
