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
from webapp.models.base import DIGEST_LENGTH, LARGEST_ID, Base, UtcTime, add_rows, midnight, now
from webapp.models.derived import Listing, Rendering, Report, ThemeScore
from webapp.models.governance import AuditEntry
from webapp.models.imports import PendingImport
from webapp.models.review import ReviewNote, ReviewQuestion, ReviewStep

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
    "PendingImport",
    "Priority",
    "Rating",
    "Rendering",
    "Report",
    "ReviewNote",
    "ReviewQuestion",
    "ReviewStep",
    "Role",
    "SignedIn",
    "StoredRubric",
    "Submission",
    "ThemeScore",
    "User",
    "UtcTime",
    "WebAuthn",
    "add_rows",
    "midnight",
    "now",
]
