"""Answers files of made-up regions, by themselves and many together, as somebody would upload them."""

import io
import json
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from rubric import load
from webapp.assessment import spreadsheet

RUBRIC = load.rubric()
QUESTIONS = [question.id for question in RUBRIC.questions]


def content(region: str, level: int = 2, **other: Any) -> dict[str, Any]:
    """What a region answers that stands at `level` throughout."""
    return {"region": region, "country": "PT", "answers": dict.fromkeys(QUESTIONS, level), **other}


def as_json(region: str, level: int = 2, **other: Any) -> bytes:
    return json.dumps(content(region, level, **other)).encode()


def as_toml(region: str, level: int = 2) -> bytes:
    lines = "\n".join(f"{question} = {level}" for question in QUESTIONS)
    return f'region = "{region}"\ncountry = "PT"\n[answers]\n{lines}\n'.encode()


def as_workbook(region: str, level: int = 2) -> bytes:
    return spreadsheet.write(RUBRIC, content(region, level))


def as_lines(*regions: str) -> bytes:
    return b"\n".join(as_json(region, 1 + number % 4) for number, region in enumerate(regions))


def archive(**files: bytes) -> bytes:
    """A ZIP archive; of names, a double underscore stands for a dot."""
    return packed({name.replace("__", "."): data for name, data in files.items()})


def packed(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return out.getvalue()
