"""The one form of a reviewer's desk: whatever button is pressed, all that was typed on the page comes with it."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.validators import AnyOf

from rubric.model import Question
from webapp.admin.review.steps import Seen
from webapp.admin.submissions.forms import NOBODY, NOT_THERE
from webapp.assessment.forms import Mistake, Told, fingerprint, long_text

NO_REASON = _l("Please say why. The region reads it.")
MESSAGE, NOTE, REVIEWER = "message", "note", "reviewer"


def ask_field(question: str) -> str:
    """Name of the field for what is asked about the answer to a question."""
    return f"ask-{question}"


def seen(sent: MultiDict[str, str]) -> Seen:
    """What the page showed that a form was sent from; what never was where the form does not say."""
    return Seen(sent.get("revision", -1, type=int), sent.get("number", -1, type=int))


class DeskForm:
    """What is asked about each answer, a message, a note, and who reviews, by the names of the fields.

    A field that was sent as the page had shown it yields to what is `stored`, which others may have changed since.
    """

    def __init__(
        self,
        questions: Iterable[Question],
        reviewers: Iterable[int],
        stored: Mapping[str, str],
        sent: MultiDict[str, str] | None = None,
    ) -> None:
        self._stored, self._sent = stored, sent or MultiDict()
        self._about = {ask_field(question.id): question for question in questions}
        texts = {name: long_text() for name in (*self._about, MESSAGE, NOTE)}
        self._form = BaseForm(texts | {REVIEWER: _reviewer(reviewers)})
        self.touched = [field.name for field in self._form if self._is_touched(field.name)]
        typed = MultiDict({name: self._sent[name] for name in self.touched})
        self._form.process(typed, data=dict(stored))

    def _is_touched(self, name: str) -> bool:
        shown = self._sent.get(f"was-{name}", fingerprint(""))
        return name in self._sent and fingerprint(self._sent[name]) != shown

    def __getitem__(self, name: str) -> Field:
        return self._form[name]

    def asked(self, question: str) -> Field:
        """The field for what is asked about the answer to a question."""
        return self._form[ask_field(question)]

    def validate(self) -> bool:
        """Checks what was typed; errors stand at the fields."""
        return all([self._form[name].validate(self._form) for name in self.touched])

    @property
    def mistakes(self) -> list[Mistake]:
        """What the reviewer has to look at, from top to bottom."""
        return [Mistake(field.name, self._name(field), error) for field in self._form for error in field.errors]

    def _name(self, field: Field) -> str | None:
        return self._about[field.name].name if field.name in self._about else None

    @property
    def changes(self) -> dict[str, str]:
        """What was typed and differs from what is stored, by field; "" takes back what is stored."""
        typed = {name: self._form[name].data or "" for name in self.touched}
        return {name: text for name, text in typed.items() if text != self._stored.get(name, "")}

    @property
    def asks(self) -> dict[str, str]:
        """The changes of what is asked, by question id."""
        changes = self.changes
        return {question.id: changes[name] for name, question in self._about.items() if name in changes}

    def was(self, name: str) -> str:
        """What the page sends back to tell whether a field was touched."""
        return fingerprint(self._stored.get(name, ""))


def _reviewer(ids: Iterable[int]) -> "UnboundField[Any]":
    return UnboundField(StringField, validators=[AnyOf((NOBODY, *map(str, ids)), message=NOT_THERE)])


class WithdrawForm(Told):
    """Why an assessment is withdrawn."""

    reason: Any = long_text()

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """Checks that there is a reason, too."""
        valid = super().validate(extra_validators)
        if valid and not self.reason.data:
            self.reason.errors = [NO_REASON]
        return valid and bool(self.reason.data)
