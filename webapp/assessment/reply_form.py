"""What is replied to reviewers on the page of a theme: fields beside those of the questions, in the same form."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from webapp.assessment.forms import Mistake, fingerprint, long_text
from webapp.assessment.replies import Asked


def reply_field(question: str) -> str:
    """Name of the field for the reply to what is asked about a question."""
    return f"reply-{question}"


def seen_field(question: str) -> str:
    """Name of the hidden field that says which reply the page showed."""
    return f"reply_seen-{question}"


class ReplyForm:
    """Replies that were sent, over those that are stored: one that was sent as the page had shown it yields to these.

    `shown` says whether what is asked still matters.
    """

    def __init__(self, asked: Sequence[Asked], sent: MultiDict[str, str] | None = None, shown: bool = True) -> None:
        self._is_shown = shown
        self._sent: MultiDict[str, str] = sent or MultiDict()
        self._asked = {reply_field(one.question.id): one for one in asked}
        self._form = BaseForm({name: long_text() for name in self._asked})
        self._touched = [name for name in self._asked if self._is_touched(name)]
        typed = MultiDict({name: self._sent[name] for name in self._touched})
        self._form.process(typed, data={name: one.reply for name, one in self._asked.items()})

    def _is_touched(self, name: str) -> bool:
        shown = self._shown(name)
        return name in self._sent and fingerprint(self._sent[name]) != (shown or self.stored(name))

    def _shown(self, name: str) -> str:
        return self._sent.get(seen_field(self._asked[name].question.id), "")

    def stored(self, name: str) -> str:
        """What tells the stored reply from others."""
        return fingerprint(self._asked[name].reply)

    def about(self, question: str) -> Asked | None:
        """What the page shows to be asked about a question: what no longer matters only if a reply to it is at hand."""
        asked = self._asked.get(reply_field(question))
        return asked if asked and (self._is_shown or self.field(question).errors) else None

    def field(self, question: str) -> Field:
        """The field for the reply to what is asked about a question."""
        return self._form[reply_field(question)]

    def seen(self, question: str) -> str:
        """What the page sends back to tell which reply is stored, beside one with an error too."""
        return self._from_now_on(reply_field(question))

    def validate(self) -> bool:
        """Checks what was typed; errors stand at the fields."""
        return all([self._is_valid(name) for name in self._touched])

    def _is_valid(self, name: str) -> bool:
        field = self._form[name]
        if field.validate(self._form) and (hindrance := self._hindrance(name)):
            field.errors = [hindrance]
        return not field.errors

    def _hindrance(self, name: str) -> str | None:
        """Why a reply is not kept though there is nothing wrong with it."""
        asked, shown = self._asked[name], self._shown(name)
        if self._text(name) == asked.reply:
            return None
        if not asked.open:
            return str(_("This reply is not kept: the answers were submitted meanwhile, or the reviewers went on."))
        if shown in ("", self.stored(name)):
            return None
        return _overtaken(asked.reply)

    def _text(self, name: str) -> str:
        return str(self._form[name].data or "")

    @property
    def mistakes(self) -> list[Mistake]:
        """What the respondent has to look at."""
        fields = [self._form[name] for name in self._touched]
        return [Mistake(f.name, self._asked[f.name].question.name, error) for f in fields for error in f.errors]

    @property
    def changes(self) -> Mapping[int, str]:
        """What to keep, by the id of what was asked."""
        well = (name for name in self._touched if not self._form[name].errors)
        return {self._asked[name].id: self._text(name) for name in well}

    @property
    def held(self) -> list[str]:
        """Names of the fields that were sent and not kept."""
        return [name for name in self._touched if self._form[name].errors]

    @property
    def to_see(self) -> dict[str, str]:
        """The hidden fields of what was sent, as they are from now on."""
        names = {seen_field(self._asked[name].question.id): name for name in self._touched}
        return {hidden: self._from_now_on(name) for hidden, name in names.items()}

    def _from_now_on(self, name: str) -> str:
        kept = name in self._touched and not self._form[name].errors
        return fingerprint(self._text(name)) if kept else self.stored(name)


def _overtaken(reply: str) -> str:
    if not reply:
        return str(_("Somebody else took the reply out meanwhile. To keep yours, save again."))
    told = _("Somebody else replied meanwhile: “%(text)s”. To put yours in its place, save again.", text=reply)
    return str(told)
