"""The forms of Flask-Security, with limits on how often somebody may be wrong: see webapp.accounts.limits."""

from collections.abc import Callable, Sequence
from typing import Any, cast
from urllib.parse import urlsplit

from flask import session
from flask_login import current_user
from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    MfRecoveryForm,
    ResetPasswordForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    WebAuthnDeleteForm,
    WebAuthnRegisterForm,
    WebAuthnRegisterResponseForm,
    WebAuthnSigninResponseForm,
)
from flask_security.utils import validate_redirect_url
from wtforms import HiddenField, RadioField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # the stubs are older

from webapp.accounts import limits, second_factor
from webapp.accounts.passwords import LIKE_ADDRESS
from webapp.models import User

AUTHENTICATOR = "authenticator"


def misleads(address: str) -> bool:
    """Whether a page to go to after signing in is written so that its path, without the host, names another host."""
    try:
        return urlsplit(address.replace("\\", "/")).path.startswith("//")
    except ValueError:  # no address at all
        return True


class Counted:
    """A form whose attempts are counted: `wait` are the seconds that whoever sent it has to wait, or 0."""

    wait = 0

    def counted(self, what: Sequence[limits.Limit], check: Callable[[], bool]) -> bool:
        """Whether an attempt is right. It is not looked at when it comes too early."""
        self.wait = limits.attempt(what)
        if self.wait:
            return False
        right = check()
        if right:
            limits.forget(what)
        return right


class SignInForm(LoginForm, Counted):
    """E-mail address and password, and nothing that would outlive the session."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        del self.remember
        del self.submit  # a field of this name would hide the form's own `submit()`
        if not validate_redirect_url(self.next.data or ""):
            self.next.data = ""

    def validate(self, **options: Any) -> bool:
        """Whether the password is that of an open account."""
        filled_in: bool = super(LoginForm, self).validate(**options)
        return filled_in and self.counted(limits.for_password(self.email.data or ""), super().validate)


class AgainForm(VerifyForm, Counted):
    """The password once more, before something that matters."""

    def validate(self, **options: Any) -> bool:
        """Whether it is the password of whoever is signed in."""
        filled_in: bool = super(VerifyForm, self).validate(**options)
        return filled_in and self.counted(limits.for_password(current_user.email), super().validate)


class ChangeForm(ChangePasswordForm, Counted):
    """The password and a new one, twice."""

    @property
    def same(self) -> bool:
        """Whether the new password is the old one."""
        return bool(self.password.data) and self.password.data == self.new_password.data

    @property
    def like_address(self) -> bool:
        """Whether the new password is little more than the address."""
        return LIKE_ADDRESS in self.new_password.errors

    def validate(self, **options: Any) -> bool:
        """Whether the password is right and the new one will do."""
        filled_in: bool = super(ChangePasswordForm, self).validate(**options)
        return filled_in and self.counted(limits.for_password(current_user.email), self._right)

    def _right(self) -> bool:
        """A password that was right is no failure, whatever is wrong with the new one."""
        right: bool = super().validate()
        if not right and not self.password.errors:
            limits.forget(limits.for_password(current_user.email))
        return right


class ForgotForm(ForgotPasswordForm, Counted):
    """The address of whoever has forgotten their password."""

    def validate(self, **options: Any) -> bool:
        """Whether a link goes to it. How often is counted whether or not there is an account."""
        self.wait = limits.attempt(limits.for_reset(self.email.data or ""))
        return not self.wait and bool(super().validate(**options))


class ResetForm(ResetPasswordForm):
    """A new password, twice."""

    @property
    def like_address(self) -> bool:
        """Whether it is little more than the address."""
        return LIKE_ADDRESS in self.password.errors


class CodeForm(TwoFactorVerifyCodeForm, Counted):
    """A code of an authenticator app."""

    def validate(self, **options: Any) -> bool:
        """Whether it is right and was never used. While an app is being set up, attempts tell nothing."""
        self.code.data = "".join((self.code.data or "").split())
        if not self.is_setup:
            filled_in: bool = super(TwoFactorVerifyCodeForm, self).validate(**options)
            return filled_in and self.counted(limits.for_code(cast(User, self.user)), super().validate)
        right: bool = super().validate(**options)
        if not right:
            second_factor.say("wrong-code")
        return right


class RecoveryForm(MfRecoveryForm, Counted):
    """A recovery code."""

    def validate(self, **options: Any) -> bool:
        """Whether it is right; it is used up then."""
        filled_in: bool = super(MfRecoveryForm, self).validate(**options)
        return filled_in and self.counted(limits.for_code(cast(User, self.user)), super().validate)


class SetUpForm(TwoFactorSetupForm):
    """Setting up an authenticator app, or doing without."""

    setup = RadioField(choices=[SelectChoice(way) for way in (AUTHENTICATOR, "disable")], validate_choice=False)

    def validate(self, **options: Any) -> bool:
        """Whether the account may do without it, where that is asked for."""
        if self.setup.data == "disable" and second_factor.is_last(cast(User, self.user), AUTHENTICATOR):
            second_factor.say("last-factor")
            self.setup.errors = ["last-factor"]
            return False
        return bool(super().validate(**options))


class RescueForm(TwoFactorRescueForm):
    """Nobody is written to by this."""

    help_setup = RadioField(choices=[])


class PasskeyNamedForm(WebAuthnRegisterForm):
    """The name of a new passkey, which is always a second factor."""

    usage = HiddenField(default="secondary")  # type: ignore[assignment]  # nobody chooses


class PasskeyMadeForm(WebAuthnRegisterResponseForm):
    """A new passkey, as the browser gives it."""

    def validate(self, **options: Any) -> bool:
        """Whether it can be kept; if not, the next page says so."""
        return _or_say(bool(super().validate(**options)), "passkey-not-kept")


class PasskeyForm(WebAuthnSigninResponseForm):
    """What a passkey has signed."""

    def validate(self, **options: Any) -> bool:
        """Whether it is a passkey of the account whose password was given: another's would open that other account."""
        right = super().validate(**options) and cast(User, self.user).fs_uniquifier == session.get("tf_user_id")
        return _or_say(right, "wrong-passkey")


class PasskeyRemovedForm(WebAuthnDeleteForm):
    """The name of a passkey that is to go."""

    def validate(self, **options: Any) -> bool:
        """Whether it may go."""
        if second_factor.is_last(current_user, self.name.data or ""):
            second_factor.say("last-factor")
            return False
        return bool(super().validate(**options))


def _or_say(right: bool, word: str) -> bool:
    if not right:
        second_factor.say(word)
    return right
