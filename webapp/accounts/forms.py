"""What is sent from pages about accounts."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, PasswordField, RadioField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import DataRequired, Email, EqualTo, Length

from webapp.accounts.passwords import LONGEST, SHORTEST
from webapp.accounts.roles import ROLES
from webapp.assessment.forms import EMAIL_LENGTH, TIDY, TOO_LONG, Told


class InviteForm(Told):
    """Who is to have an account, and what they may do."""

    email = EmailField(
        filters=TIDY,
        validators=[
            DataRequired(_l("Please enter an e-mail address.")),
            Length(max=EMAIL_LENGTH, message=TOO_LONG),
            Email(_l("Please enter an e-mail address like name@example.org.")),
        ],
    )
    role = RadioField(
        choices=[SelectChoice(role) for role in ROLES],
        validators=[DataRequired(_l("Please choose what they may do."))],
    )

    def refuse_email(self) -> None:
        """Says that the address cannot have an account made."""
        self.email.errors = [_l("There is an account with this address already, or it cannot be an address.")]


class RoleForm(Told):
    """What an account may do from now on."""

    role = RadioField(choices=[SelectChoice(role) for role in ROLES], validators=[DataRequired()])


class NewPasswordForm(Told):
    """A password for a new account, twice."""

    password = PasswordField(
        validators=[
            DataRequired(_l("Please choose a password.")),
            Length(SHORTEST, LONGEST, message=_l("Please use %(min)d to %(max)d characters.")),
        ]
    )
    password_confirm = PasswordField(validators=[EqualTo("password", _l("The two differ. Please type both again."))])

    def refuse_password(self) -> None:
        """Says that the password is too much like the address."""
        self.password.errors = [_l("Please choose one that is more than your e-mail address again.")]
