"""The region's own words in any script: which way they run, what is left out of them, which further fonts they need.

Latin, Greek and Cyrillic are in the report's own fonts. For other alphabets there are Noto's, taken only where needed.
Chinese, Japanese and Korean, whose fonts are large, come from the machine, if it has them.
"""

import io
import re
import unicodedata
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from importlib import resources

from markupsafe import Markup

PACKAGE = "manimgx_fonts"
"""Holds Noto Sans for each of SCRIPTS, under the SIL Open Font License."""
ARABIC_PACKAGE = "fontpkg_ibm_plex_sans_arabic"
"""Holds IBM Plex for Arabic, also free: Noto makes these letters of parts, and a PDF would read them out wrongly."""
ARABIC = {400: "IBMPlexSansArabic-Regular.ttf", 600: "IBMPlexSansArabic-SemiBold.ttf"}
WEIGHTS = tuple(ARABIC)
SCRIPTS = (
    "arabic",
    "armenian",
    "bengali",
    "devanagari",
    "ethiopic",
    "georgian",
    "gujarati",
    "gurmukhi",
    "hebrew",
    "kannada",
    "khmer",
    "lao",
    "malayalam",
    "myanmar",
    "oriya",
    "sinhala",
    "tamil",
    "telugu",
    "thai",
)
"""As they begin the Unicode names of their characters."""
GAP = "[…]"
"""Stands where characters cannot be printed."""
_VARIATIONS = ("avar", "cvar", "fvar", "gvar", "HVAR", "MVAR", "STAT", "VVAR")
"""The tables that make a font variable."""
_PLACES = (("bdi", "Sans"), ("h1 bdi", "Serif"))
"""Where the region's own words stand, and in which of our fonts."""
_FLAGS = range(0x1F1E6, 0x1F200)
_UNSEEN = (
    *range(0x202A, 0x202F),  # begin and end a direction by force
    *range(0x2066, 0x2070),
    0x20E3,  # asks for a coloured picture of the digit before
    *range(0xFE00, 0xFE10),  # ask for another form of the character before, or for a coloured picture
    0xFEFF,  # which a PDF may not name
    *range(0xE0000, 0xE1000),  # tags, and more other forms
)
_DROPPED = dict.fromkeys(_UNSEEN)


def shown(text: str) -> str:
    """`text` without characters that are only there to change others: directions by force, colours, tags."""
    return text.translate(_DROPPED)


def never_printed(character: str) -> bool:
    """Whether `character` means nothing to others, or cannot stand in an archive: private, unassigned, half a flag."""
    return unicodedata.category(character) in ("Cn", "Co", "Cs") or ord(character) in _FLAGS


def own(text: str, unprintable: AbstractSet[str]) -> Markup:
    """`text` as markup, each line in its own direction, with GAP for each run of `unprintable` characters."""
    return Markup("\n").join(_line(line, unprintable) for line in shown(text).split("\n"))


def _line(text: str, unprintable: AbstractSet[str]) -> Markup:
    # WeasyPrint sets each line by itself and heeds neither bdi nor dir=auto: the stylesheet turns what dir says.
    element = '<bdi dir="rtl">{}</bdi>' if _runs_leftwards(text) else "<bdi>{}</bdi>"
    return Markup(element).format(_with_gaps(text, unprintable))  # noqa: S704  # format escapes


def _with_gaps(text: str, unprintable: AbstractSet[str]) -> str:
    if not unprintable:
        return text
    one = f"[{re.escape(''.join(sorted(unprintable)))}]"
    return re.sub(f"{one}(?:\u200d?{one})*", GAP, text)  # one picture may be made of several characters, joined


def _runs_leftwards(text: str) -> bool:
    """Whether the first letter of `text` is of a script that is written from right to left."""
    directions = (unicodedata.bidirectional(character) for character in text)
    return next((direction for direction in directions if direction in ("L", "R", "AL")), "L") != "L"


def needed(text: str) -> tuple[str, ...]:
    """Which of SCRIPTS `text` has characters of."""
    found = set(map(script_of, set(text)))
    return tuple(script for script in SCRIPTS if script in found)


def alike(characters: Iterable[str]) -> Collection[str]:
    """Together what needs the same font, so that what one region can print does not hang on another's letters."""
    groups: dict[str | None, str] = {}
    for character in sorted(characters):
        script = script_of(character)
        groups[script] = groups.get(script, "") + character
    return groups.values()


def script_of(character: str) -> str | None:
    """Which of SCRIPTS has `character`, by its name."""
    beginning = unicodedata.name(character, "").partition(" ")[0].lower()
    return beginning if beginning in SCRIPTS else None


@lru_cache
def font(script: str, weight: int) -> bytes:
    """The font for one of SCRIPTS, 400 or 600 in weight: the same bytes each time."""
    if script == "arabic":
        return resources.files(ARABIC_PACKAGE).joinpath("files", ARABIC[weight]).read_bytes()
    return _regular(resources.files(PACKAGE).joinpath(f"NotoSans{script.capitalize()}[wght].ttf").read_bytes())


def _regular(variable: bytes) -> bytes:
    """The font that is left of a variable one without its variations: its regular weight."""
    from fontTools.ttLib import TTFont  # slow to import, and rarely needed

    with TTFont(io.BytesIO(variable), recalcTimestamp=False) as font:
        for table in _VARIATIONS:
            if table in font:
                del font[table]
        static = io.BytesIO()
        font.save(static)
    return static.getvalue()


def addresses(scheme: str) -> dict[str, tuple[str, int]]:
    """Where the stylesheet fetches each font: its script and weight, by address."""
    return {_address(scheme, script, weight): (script, weight) for script in SCRIPTS for weight in WEIGHTS}


def _address(scheme: str, script: str, weight: int) -> str:
    return f"{scheme}:{script}-{weight}.ttf"


def style(scripts: tuple[str, ...], scheme: str) -> Markup:
    """The rules of a stylesheet that print words in `scripts`, whose fonts are fetched from `addresses(scheme)`."""
    if not scripts:
        return Markup()
    families = ", ".join(f'"Octant {script.capitalize()}"' for script in scripts)
    faces = [_face(script, weight, scheme) for script in scripts for weight in WEIGHTS]
    rules = [f'{place} {{ font-family: "Octant {ours}", {families} }}' for place, ours in _PLACES]
    return Markup("\n".join([*faces, *rules]))  # noqa: S704  # nothing of it is from outside


def _face(script: str, weight: int, scheme: str) -> str:
    """For both weights, as a machine would otherwise thicken what is regular."""
    name = f'"Octant {script.capitalize()}"'
    return (
        f'@font-face {{ font-family: {name}; src: url("{_address(scheme, script, weight)}"); font-weight: {weight} }}'
    )
