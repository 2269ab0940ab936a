"""Add review, the list's own tables, roles' sessions and lock-out, and the audit log"""

import secrets
from contextlib import AbstractContextManager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FILTERS = ("status", "country", "verdict", "nearest", "rubric_version", "reviewer_id")
SORTS = ("at", "score", "region_key")
THEME_SORTS = ("at", "score", "overall", "region_key")
KEY = sa.String(length=120).with_variant(sa.String(length=120, collation="C"), "postgresql")
APPEND_ONLY_SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append-only'); END",
)
APPEND_ONLY_POSTGRESQL = (
    "CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'append-only'; END $$",
    "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
)
SEARCH_SQLITE = (
    """CREATE VIRTUAL TABLE search USING fts5(words, tokenize = "ascii tokenchars '@'", prefix = '1 2 3')""",
    "CREATE TRIGGER search_no_more AFTER DELETE ON submissions BEGIN DELETE FROM search WHERE rowid = OLD.id; END",
)
SEARCH_POSTGRESQL = (
    "CREATE TABLE search (submission_id integer PRIMARY KEY REFERENCES submissions (id) ON DELETE CASCADE, "
    "words tsvector NOT NULL)",
    "CREATE INDEX ix_search_words ON search USING gin (words)",
)
ORIGINS = """
WITH RECURSIVE begun (id, after) AS (
  SELECT a.id, min(s.assessment_id) FROM assessments a JOIN submissions s ON s.digest = a.previous
  WHERE s.assessment_id < a.id GROUP BY a.id
), origins (id, first) AS (
  SELECT begun.id, begun.after FROM begun WHERE begun.after NOT IN (SELECT id FROM begun)
  UNION ALL SELECT begun.id, origins.first FROM begun JOIN origins ON begun.after = origins.id
)
UPDATE assessments SET origin = (SELECT first FROM origins WHERE origins.id = assessments.id)
WHERE previous IS NOT NULL
"""
"""Of each assessment that goes on from another, the first of its region."""


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    _add_to_tables()
    _add_review()
    _add_listings()
    _add_accounts()
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_audit_actor"), "audit", ["actor"])
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"])
    for statement in (
        *(APPEND_ONLY_SQLITE if sqlite else APPEND_ONLY_POSTGRESQL),
        *(SEARCH_SQLITE if sqlite else SEARCH_POSTGRESQL),
    ):
        op.execute(statement)


def _add_to_tables() -> None:
    with _made_anew("accounts") as batch:
        batch.add_column(sa.Column("pseudonym", sa.String(length=8), nullable=True))
        batch.add_column(sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("last_code", sa.Integer(), nullable=True))
    accounts = sa.table("accounts", sa.column("id"), sa.column("pseudonym"))
    connection = op.get_bind()
    for account_id in connection.scalars(sa.select(accounts.c.id)).all():
        change = sa.update(accounts).where(accounts.c.id == account_id).values(pseudonym=secrets.token_hex(4))
        connection.execute(change)
    with _made_anew("accounts") as batch:
        batch.alter_column("pseudonym", existing_type=sa.String(length=8), nullable=False)
        batch.create_unique_constraint(op.f("uq_accounts_pseudonym"), ["pseudonym"])
    with _made_anew("assessments") as batch:
        batch.add_column(sa.Column("status", sa.String(length=20), nullable=False, server_default="draft"))
        batch.add_column(sa.Column("accepted", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("reviewer_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("made_up", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("origin", sa.Integer(), nullable=True))
        batch.create_unique_constraint(op.f("uq_assessments_made_up"), ["made_up"])
        batch.create_foreign_key(
            op.f("fk_assessments_reviewer_id_accounts"), "accounts", ["reviewer_id"], ["id"], ondelete="SET NULL"
        )
        batch.create_index(op.f("ix_assessments_reviewer_id"), ["reviewer_id"])
        batch.create_index(op.f("ix_assessments_origin"), ["origin"])
    op.execute(ORIGINS)
    op.execute("UPDATE assessments SET status = 'received' WHERE id IN (SELECT assessment_id FROM submissions)")
    with _made_anew("assessments") as batch:
        batch.alter_column("status", existing_type=sa.String(length=20), server_default=None)
        batch.alter_column("revision", existing_type=sa.Integer(), server_default=None)
    for table in ("submissions", "contributors"):
        with _made_anew(table):
            pass
    with op.batch_alter_table("rubrics") as batch:
        batch.add_column(
            sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False, server_default="2026-01-01 00:00:00+00:00")
        )
        batch.add_column(sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("norms_from", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("norms_told", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("peers", sa.Text(), nullable=True))
    op.execute(
        "UPDATE rubrics SET peers = (SELECT peers FROM submissions WHERE submissions.peers IS NOT NULL "
        "AND rubric_digest = rubrics.digest ORDER BY id DESC LIMIT 1)"
    )
    with op.batch_alter_table("rubrics") as batch:
        batch.alter_column("kept_at", existing_type=sa.DateTime(timezone=True), server_default=None)


def _made_anew(table: str) -> AbstractContextManager[BatchOperations]:
    """On SQLite a table gets ids that are never given twice only by being made anew, each time that it is changed."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    return op.batch_alter_table(
        table, recreate="always" if sqlite else "never", table_kwargs={"sqlite_autoincrement": True} if sqlite else {}
    )


def _add_review() -> None:
    op.create_table(
        "review_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        *_of_review("review_questions"),
    )
    op.create_table(
        "review_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_of_review("review_notes"),
    )
    op.create_table(
        "review_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        *_of_review("review_steps"),
    )
    for table in ("review_questions", "review_notes", "review_steps"):
        op.create_index(op.f(f"ix_{table}_assessment_id"), table, ["assessment_id"])


def _of_review(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f(f"fk_{table}_assessment_id_assessments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f(f"fk_{table}_account_id_accounts"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _add_listings() -> None:
    op.create_table(
        "listings",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("region", sa.String(length=120), nullable=False),
        sa.Column("region_key", KEY, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("rubric_digest", sa.String(length=71), nullable=False),
        sa.Column("rubric_version", sa.String(length=20), nullable=False),
        sa.Column("answers_digest", sa.String(length=71), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("nearest", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_listings_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_listings_assessment_id_assessments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_listings")),
    )
    for column in ("assessment_id", "rubric_digest", "answers_digest"):
        op.create_index(op.f(f"ix_listings_{column}"), "listings", [column])
    for what in (None, *FILTERS):
        for sort in SORTS:
            leading = [*([what] if what else []), sort, "submission_id"]
            rest = [name for name in (*FILTERS, "latest", "at") if name not in leading]
            op.create_index(f"ix_listings_{what or 'all'}_{sort}", "listings", leading + rest)
    op.create_table(
        "theme_scores",
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=80), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overall", sa.Double(), nullable=False),
        sa.Column("region_key", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_theme_scores_submission_id_submissions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", "theme", name=op.f("pk_theme_scores")),
        sqlite_with_rowid=False,
    )
    for sort in THEME_SORTS:
        op.create_index(f"ix_theme_scores_{sort}", "theme_scores", ["theme", "quarter", sort, "submission_id"])


def _add_accounts() -> None:
    op.create_table(
        "signed_in",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_signed_in_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_signed_in")),
    )
    op.create_index(op.f("ix_signed_in_account_id"), "signed_in", ["account_id"])
    op.create_table(
        "failed_sign_ins",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_failed_sign_ins")),
    )
    op.create_index(op.f("ix_failed_sign_ins_at"), "failed_sign_ins", ["at"])
    op.create_table(
        "account_invitations",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_invitations")),
    )
    op.create_table(
        "pending_imports",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_pending_imports_account_id_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_pending_imports")),
    )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("DROP TRIGGER search_no_more")
    accounts = ("pending_imports", "account_invitations", "failed_sign_ins", "signed_in")
    lists = ("search", "theme_scores", "listings")
    for table in ("audit", *accounts, *lists, "review_steps", "review_notes", "review_questions"):
        op.drop_table(table)
    if not sqlite:
        op.execute("DROP FUNCTION audit_append_only")
    with op.batch_alter_table("rubrics") as batch:
        batch.drop_column("peers")
        batch.drop_column("norms_told")
        batch.drop_column("norms_from")
        batch.drop_column("chosen_at")
        batch.drop_column("kept_at")
    with op.batch_alter_table("assessments") as batch:
        batch.drop_index(op.f("ix_assessments_origin"))
        batch.drop_index(op.f("ix_assessments_reviewer_id"))
        batch.drop_constraint(op.f("fk_assessments_reviewer_id_accounts"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_assessments_made_up"), type_="unique")
        for column in ("origin", "made_up", "revision", "reviewer_id", "accepted", "status"):
            batch.drop_column(column)
    with op.batch_alter_table("accounts") as batch:
        batch.drop_constraint(op.f("uq_accounts_pseudonym"), type_="unique")
        for column in ("last_code", "seen_at", "pseudonym"):
            batch.drop_column(column)
