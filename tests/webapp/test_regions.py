"""Which submission stands for a region."""

import datetime as dt

from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.admin.review.reviewing import FIRST, submit, submitted
from webapp.database import Database
from webapp.models import Submission
from webapp.regions import newest


def test_the_newest_is_the_one_that_came_last_whichever_assessment_it_is_of(
    client: FlaskClient, database: Database
) -> None:
    link = submitted(client)
    submit(client, client.post(link + "next").location)
    client.post(link + "strategy", data={FIRST: "0"})
    submit(client, link)
    with database.writing() as session:
        first, second, again = session.scalars(select(Submission).order_by(Submission.id))
        assert (first.assessment_id, again.assessment_id, again.number) == (1, 1, 2)
        again.at += dt.timedelta(hours=1)
        session.flush()
        assert session.scalars(select(newest(Submission).c.submission_id)).all() == [again.id]
        second.at += dt.timedelta(hours=2)
        session.flush()
        assert session.scalars(select(newest(Submission).c.submission_id)).all() == [second.id]
