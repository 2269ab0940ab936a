"""Which passwords will do."""

from typing import Any

from flask_security import PasswordUtil

SHORTEST, LONGEST = 12, 128
"""In characters. The longest is Flask-Security's own, which cannot be set."""
LEAST_OF_ITS_OWN = 8
"""Characters of a password that are not from the address."""
LIKE_ADDRESS = "like the address"


class Passwords(PasswordUtil):
    """Length, and that it is more than the address again."""

    def validate(self, password: str, is_register: bool, **options: Any) -> tuple[list[str] | None, str]:
        """What is wrong with a password, or None, and its normal form. `options` hold its `user` or `email`."""
        problems, normal = super().validate(password, is_register, **options)
        email = options["user"].email if "user" in options else options.get("email", "")
        if not problems and is_like(normal, email):
            problems = [LIKE_ADDRESS]
        return problems, normal


def is_like(password: str, email: str) -> bool:
    """Whether little is left of a password without the address, its name and its domain."""
    rest, address = password.casefold(), email.casefold()
    name, _, domain = address.partition("@")
    for part in (address, domain, domain.partition(".")[0], name, *name.replace("-", ".").split(".")):
        if len(part) > 2:
            rest = rest.replace(part, "")
    return len(rest) < LEAST_OF_ITS_OWN
