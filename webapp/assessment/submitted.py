"""Tells whoever asked to be told that an assessment was submitted: what becomes of it is not known here."""

from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

from rubric.model import Rubric
from webapp.models import Submission

Listener = Callable[[Submission, Rubric], None]
_EXTENSION = "octant-submitted"


def listen(app: Flask, listener: Listener) -> None:
    """Has `listener`, and none before it, called with each submission once it is committed, while its sender waits."""
    app.extensions[_EXTENSION] = listener


def tell(submission: Submission, rubric: Rubric) -> None:
    """Calls whoever listens to the application that handles this request."""
    cast(Listener, current_app.extensions[_EXTENSION])(submission, rubric)
