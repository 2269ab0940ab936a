"""Who is to review the submissions that were ticked."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField
from wtforms.validators import ValidationError

from webapp.assessment.forms import Told

NOBODY = "0"
NOT_THERE = _l("Please choose an account from the list.")


class AssignForm(Told):
    """Who is to review the submissions that `mark` tells from others."""

    reviewer = StringField()
    mark = StringField()
    offered: frozenset[str] = frozenset((NOBODY,))

    def offer(self, ids: Iterable[int]) -> None:
        """Says which accounts may be chosen."""
        self.offered = frozenset((NOBODY, *map(str, ids)))

    def validate_reviewer(self, field: Field) -> None:
        """Refuses whoever is not offered."""
        if field.data not in self.offered:
            raise ValidationError(NOT_THERE)

    @property
    def chosen(self) -> int:
        """The account's id, 0 for nobody."""
        return int(self.reviewer.data or NOBODY)
