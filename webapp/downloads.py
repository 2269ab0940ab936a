"""Files that visitors save, under names that every system takes."""

import unicodedata

from flask import Response

LONGEST_NAME = 60


def attachment(content: bytes, media_type: str, name: str) -> Response:
    """`content` as a file to be saved under `name`."""
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def file_name(about: str, what: object, kind: str) -> str:
    """`octant-<about>-<what>.<kind>`, in ASCII letters, digits and hyphens alone."""
    folded = unicodedata.normalize("NFKD", about).encode("ascii", "ignore").decode().lower()
    words = "".join(character if character.isalnum() else " " for character in folded).split()
    return "-".join(["octant", *words])[:LONGEST_NAME].rstrip("-") + f"-{what}.{kind}"
