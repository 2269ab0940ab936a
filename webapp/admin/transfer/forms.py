"""The forms of what leaves and enters Octant: choosing an export, uploading answers files, confirming an import."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, RadioField, StringField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import AnyOf, InputRequired

from webapp.admin.transfer.columns import Wanted
from webapp.admin.transfer.export import FORMATS, MOST_ROWS
from webapp.assessment.forms import Told

REPORTS = "pdf"
OFFERED = (*FORMATS, REPORTS)
NO_FORMAT = _l("Please choose one of the formats.")
NO_REPORTS = _l("This machine cannot make reports yet. Whoever runs it installs what is missing with: %(command)s")
TOO_LARGE = _l("This file is larger than %(max)d MB. Please split it into several.")
TOO_MANY = _l("A workbook holds %(max)d rows at most. Please choose another format, or fewer submissions.")


class ExportForm(Told):
    """In which format, and with what that is not always wanted; of the submissions that `mark` tells from others."""

    format = RadioField(
        choices=[SelectChoice(name) for name in OFFERED],
        default="xlsx",
        validate_choice=False,
        validators=[AnyOf(OFFERED, message=NO_FORMAT)],
    )
    notes = BooleanField()
    contacts = BooleanField()
    mark = StringField()

    def fits(self, submissions: int) -> bool:
        """Whether so many submissions can be had in the format that was chosen; otherwise it says what is wrong."""
        if not self.validate():
            return False
        if self.format.data == "xlsx" and submissions > MOST_ROWS:
            self.format.errors = [TOO_MANY % {"max": MOST_ROWS}]
        return submissions > 0 and not self.format.errors

    def refuse_reports(self, command: str) -> None:
        """Says that there can be no reports before `command` has been run."""
        self.format.errors = [NO_REPORTS % {"command": command}]

    @property
    def wanted(self) -> Wanted:
        """What is asked for besides the figures."""
        return Wanted(notes=self.notes.data, contacts=self.contacts.data)


class ImportForm(Told):
    """A file with many regions' answers."""

    file = FileField(validators=[InputRequired(_l("Please choose a file first."))])

    def refuse_size(self, most: int) -> None:
        """Says that a file has more bytes than may be uploaded."""
        self.file.errors = [TOO_LARGE % {"max": most // 1_000_000}]
