"""What the database holds."""

from webapp.models.accounts import AccountInvitation, FailedSignIns, Role, SignedIn, User, WebAuthn
from webapp.models.assessments import (
    Answer,
    Assessment,
    Contact,
    Contributor,
    Link,
    Mailing,
    Priority,
    Rating,
    StoredRubric,
    Submission,
)
from webapp.models.base import DIGEST_LENGTH, LARGEST_ID, Base, UtcTime, now
from webapp.models.derived import Listing, Rendering, Report, ThemeScore
from webapp.models.governance import AuditEntry
from webapp.models.review import ReviewNote, ReviewQuestion

__all__ = [
    "DIGEST_LENGTH",
    "LARGEST_ID",
    "AccountInvitation",
    "Answer",
    "Assessment",
    "AuditEntry",
    "Base",
    "Contact",
    "Contributor",
    "FailedSignIns",
    "Link",
    "Listing",
    "Mailing",
    "Priority",
    "Rating",
    "Rendering",
    "Report",
    "ReviewNote",
    "ReviewQuestion",
    "Role",
    "SignedIn",
    "StoredRubric",
    "Submission",
    "ThemeScore",
    "User",
    "UtcTime",
    "WebAuthn",
    "now",
]
