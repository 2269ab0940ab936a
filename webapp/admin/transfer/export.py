"""Submissions as files that others calculate with: read in constant memory, however many, and sent as they are read.

Which ones is settled beforehand, by their ids. They are then read some at a time, and no transaction lasts while a
reader downloads: what changes meanwhile, as where a review stands, is as it was when its submission was read.

Every file is a ZIP archive, as workbooks are too. Its directory is written last: a file that breaks off in the middle
has none, and no program takes it for a whole one.
"""

import json
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import xlsxwriter
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from rubric.digests import canonical
from rubric.model import Rubric
from webapp import audit
from webapp.admin.transfer.archive import PIECE, Member, archive
from webapp.admin.transfer.columns import TEXTS, Cell, Column, Wanted, columns, dictionary, versions
from webapp.assessment.forms import fingerprint
from webapp.assessment.rubrics import rubric_of
from webapp.database import Database, batches
from webapp.downloads import csv_lines, file_name
from webapp.models import Assessment, Contact, Listing, Submission

Format = Literal["csv", "xlsx", "jsonl"]
FORMATS: tuple[Format, ...] = get_args(Format)
SUBMISSIONS, DICTIONARY, NOT_MADE = "submissions", "dictionary", "not-made.txt"
AT_ONCE = 200
"""How many submissions are read together."""
MANY = 50_000
"""From so many submissions on, a file may grow past two gigabytes, which an archive has to know beforehand."""
MOST_ROWS = 1_048_575
"""What a sheet holds below its headings."""

Ids = Callable[[Session], Iterable[int]]
"""Gives the ids of the submissions that are wanted, in the order wanted, each once."""


class NotMade(Exception):
    """A report cannot be had; the message says why."""


@dataclass(frozen=True)
class Survey:
    """What submissions will be exported: their ids, of how many assessments they are, and the rubrics, newest first."""

    ids: Sequence[int]
    assessments: int
    rubrics: tuple[Rubric, ...]

    @property
    def submissions(self) -> int:
        """How many they are."""
        return len(self.ids)

    @property
    def mark(self) -> str:
        """Twelve hexadecimal digits that tell these submissions from any others."""
        return fingerprint(" ".join(map(str, self.ids)))


def survey(session: Session, ids: Iterable[int]) -> Survey:
    """Looks up the submissions with these ids; those that are not there are left out."""
    there, assessments, digests = array("q"), set[int](), set[str]()
    for some in batches(ids, AT_ONCE):
        query = select(Listing.submission_id, Listing.assessment_id, Listing.rubric_digest)
        found = {row.submission_id: row for row in session.execute(query.where(Listing.submission_id.in_(some)))}
        there.extend(number for number in some if number in found)
        assessments.update(row.assessment_id for row in found.values())
        digests.update(row.rubric_digest for row in found.values())
    rubrics = sorted((rubric_of(session, d) for d in digests), key=lambda r: (r.version, r.digest), reverse=True)
    return Survey(there, len(assessments), tuple(rubrics))


@dataclass(frozen=True)
class Export:
    """The submissions that `found` surveyed as a file in pieces, without those that are erased while it is made.

    Made where a request is handled, as its dictionary is in the reader's language; read anywhere. What goes wrong on
    the way is raised after the pieces that were given.
    """

    database: Database
    found: Survey
    wanted: Wanted
    columns: tuple[Column, ...] = field(init=False)
    dictionary: tuple[tuple[str, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", columns(self.found.rubrics, self.wanted))
        object.__setattr__(self, "dictionary", dictionary(self.found.rubrics, self.wanted))

    def figures(self, form: Format) -> Iterator[bytes]:
        """All figures, in this format."""
        made = {"csv": self._tables, "xlsx": self._workbook, "jsonl": self._lines}
        return made[form]()

    def reports(self, report: Callable[[int], bytes]) -> Iterator[bytes]:
        """The PDFs, and the figures in CSV. `report` makes that of the submission with an id, or raises NotMade."""
        return archive(self._report_members(report), self.found.submissions >= MANY)

    def _tables(self) -> Iterator[bytes]:
        return archive(self._csv_members(), self.found.submissions >= MANY)

    def _csv_members(self) -> Iterator[Member]:
        yield Member(f"{DICTIONARY}.csv", csv_lines(self.dictionary))
        yield Member(f"{SUBMISSIONS}.csv", csv_lines(self._rows()))

    def _lines(self) -> Iterator[bytes]:
        members = (
            Member(f"{DICTIONARY}.csv", csv_lines(self.dictionary)),
            Member(f"{SUBMISSIONS}.jsonl", (f"{canonical(record)}\n".encode() for record in self._records())),
        )
        return archive(members, self.found.submissions >= MANY)

    def _report_members(self, report: Callable[[int], bytes]) -> Iterator[Member]:
        yield from self._csv_members()
        missing = []
        for name, submission in self._report_names():
            try:
                content = report(submission)
            except NotMade as error:
                missing.append(f"{name}: {error}\r\n".encode())
            else:
                yield Member(name, [content], packed=False)
        if missing:
            yield Member(NOT_MADE, missing)

    def _report_names(self) -> Iterator[tuple[str, int]]:
        """For each report its name in the archive, and the id of its submission."""
        for record in self._records():
            number, region = record["submission"], record["result"]["region"]
            what = f"{record['number']}-id{number}"
            yield f"reports/{file_name(region, what, 'pdf')}", number

    def _workbook(self) -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(prefix="octant-") as folder:
            file = Path(folder, "export.xlsx")
            options = {"constant_memory": True, "tmpdir": folder}
            with xlsxwriter.Workbook(str(file), options) as book:
                _fill_sheet(book, SUBMISSIONS, self._rows())
                _fill_sheet(book, DICTIONARY, self.dictionary)
            with file.open("rb") as made:
                yield from iter(lambda: made.read(PIECE), b"")

    def _rows(self) -> Iterator[Sequence[Cell]]:
        """A row of headings, and one for each submission."""
        called = versions(self.found.rubrics)
        yield [column.name for column in self.columns]
        for record in self._records():
            named = _by_name(record, called)
            yield [column.value(named) for column in self.columns]

    def _records(self) -> Iterator[Mapping[str, Any]]:
        for some in batches(self.found.ids, AT_ONCE):
            with self.database.reading() as session:
                contacts = _contacts(session, some) if self.wanted.contacts else None
                rows = _read(session, some)
            yield from (_record(row, self.wanted, contacts) for row in rows)


def record(session: Session, actor: str, found: Survey, form: str, wanted: Wanted) -> None:
    """Says in the audit log that `actor` exports what `found` surveyed."""
    audit.record(session, actor, "exported", "submissions", submissions=found.submissions, format=form, **vars(wanted))


def _read(session: Session, ids: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The submissions with these ids, in this order; those that are gone are left out."""
    query = select(Submission.id, Submission.assessment_id, Submission.number, Submission.at, Listing.status)
    query = query.add_columns(Submission.digest, Submission.answers, Submission.result)
    query = query.add_columns(Assessment.origin, Assessment.previous).join(Submission.assessment)
    query = query.join(Listing, Listing.submission_id == Submission.id).where(Submission.id.in_(ids))
    found = {row.id: row for row in session.execute(query)}
    return [found[number] for number in ids if number in found]


def _record(row: Row[*tuple[Any, ...]], wanted: Wanted, contacts: Mapping[int, str] | None) -> Mapping[str, Any]:
    """A submission as a line of JSON Lines has it."""
    answers = json.loads(row.answers)
    return {
        "submission": row.id,
        "assessment": row.assessment_id,
        "first_assessment": row.origin or row.assessment_id,
        "number": row.number,
        "at": row.at.isoformat(),
        "status": row.status,
        "digest": row.digest,
        "continues": row.previous,
        **({} if contacts is None else {"contact": contacts.get(row.id)}),
        "answers": {key: said for key, said in answers.items() if wanted.notes or key not in TEXTS},
        "result": json.loads(row.result),
    }


def _contacts(session: Session, ids: Sequence[int]) -> dict[int, str]:
    same = Contact.assessment_id == Submission.assessment_id
    query = select(Submission.id, Contact.email).join(Contact, same).where(Submission.id.in_(ids))
    return {row.id: row.email for row in session.execute(query)}


def _by_name(record: Mapping[str, Any], called: Mapping[str, str]) -> Mapping[str, Any]:
    """`record` with what its lists hold by name, for columns to find, and the rubric as the dictionary calls it."""
    result = record["result"]
    return {
        **record,
        "rubric": called[result["rubric"]["digest"]],
        "themes": {theme["id"]: theme for theme in result["themes"]},
        "countries": {country["country"]: country for country in result["exemplars"]["ranking"]},
    }


def _fill_sheet(book: xlsxwriter.Workbook, title: str, rows: Iterable[Sequence[Cell]]) -> None:
    sheet, bold = book.add_worksheet(title), book.add_format({"bold": True})
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(rows):
        form = None if number else bold
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, place, cell, form)  # never a formula or a link, whatever it looks like
            elif cell is not None:
                sheet.write_number(number, place, cell)
