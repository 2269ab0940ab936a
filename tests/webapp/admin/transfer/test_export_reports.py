"""Reports of many submissions in one archive: the kept ones, the others made for it."""

import io
from zipfile import ZipFile

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.admin.transfer.test_export import add, counted, download, table
from webapp import current
from webapp.database import Database
from webapp.models import Report
from webapp.report.background import background
from webapp.report.order import Order
from webapp.report.store import Maker, Reports, init_app, reports


def install(app: Flask, make: Maker | None) -> None:
    """Makes reports by `make`."""
    with app.app_context():
        init_app(app, Reports(current.database(), background(), make))


def test_reports_are_made_kept_and_named_by_their_submission(
    app: Flask, administrator: FlaskClient, database: Database
) -> None:
    made: list[str] = []

    def make(order: Order) -> bytes:
        made.append("one")
        return b"%PDF-1.7 made up"

    install(app, make)
    ids = [add(database, region=f"Made-up region {number}", level=number) for number in range(3)]
    data = download(administrator, format="pdf")
    with ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        assert len(table(archive.read("submissions.csv"))) == 3
        assert {archive.read(name) for name in names if name.endswith(".pdf")} == {b"%PDF-1.7 made up"}
    expected = {f"reports/octant-made-up-region-{n}-1-id{id}.pdf" for n, id in enumerate(ids)}
    assert {name for name in names if name.endswith(".pdf")} == expected
    assert "not-made.txt" not in names
    with database.reading() as session:
        assert len(session.scalars(select(Report.pdf)).all()) == 3
    download(administrator, format="pdf")
    assert len(made) == 3


def test_reports_that_cannot_be_made_are_listed(app: Flask, administrator: FlaskClient, database: Database) -> None:
    def make(order: Order) -> bytes:
        if "region 1" in str(order):
            raise ValueError("no such glyph")
        return b"%PDF-1.7 made up"

    install(app, make)
    for number in range(3):
        add(database, region=f"Made-up region {number}", level=number)
    with ZipFile(io.BytesIO(download(administrator, format="pdf"))) as archive:
        assert sum(name.endswith(".pdf") for name in archive.namelist()) == 2
        told = archive.read("not-made.txt").decode()
    assert "octant-made-up-region-1-1-id" in told and "could not be made" in told


def test_a_machine_without_pango_says_so(app: Flask, administrator: FlaskClient, database: Database) -> None:
    add(database, region="Made-up region", level=2)
    install(app, None)
    with app.app_context():
        reports()._works = False
    answer = administrator.post("/admin/export/", data={**counted(administrator), "format": "pdf"})
    assert answer.status_code == 503 and "cannot make reports yet" in answer.text
