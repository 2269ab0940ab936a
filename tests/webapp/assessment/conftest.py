"""An assessment that somebody has started."""

import pytest
from flask.testing import FlaskClient

from tests.webapp.assessment.starting import start


@pytest.fixture
def link(client: FlaskClient) -> str:
    """The path that leads to a new assessment, with a slash at its end."""
    return start(client)
