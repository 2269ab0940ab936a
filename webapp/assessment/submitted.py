"""Tells those who asked to be told that an assessment was submitted: what they do with it is not known here."""

from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

from rubric.model import Rubric
from webapp.models import Submission

Listener = Callable[[Submission, Rubric], None]
_EXTENSION = "octant-submitted"


def listen(app: Flask, listener: Listener) -> None:
    """Has `listener` called with each submission to `app` once it is committed, while its sender waits."""
    app.extensions.setdefault(_EXTENSION, []).append(listener)


def tell(submission: Submission, rubric: Rubric) -> None:
    """Calls all who listen to the application that handles this request."""
    for listener in cast(list[Listener], current_app.extensions.get(_EXTENSION, [])):
        listener(submission, rubric)
