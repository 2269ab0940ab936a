"""Give links a table of their own, and assessments contributors, vignettes and a predecessor"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contributors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["assessments.id"],
            name=op.f("fk_contributors_assessment_id_assessments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contributors")),
    )
    op.create_index(op.f("ix_contributors_assessment_id"), "contributors", ["assessment_id"])
    op.create_table(
        "links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=True),
        sa.Column("contributor_id", sa.Integer(), nullable=True),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(length=20), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_links_assessment_id_assessments"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contributor_id"],
            ["contributors.id"],
            name=op.f("fk_links_contributor_id_contributors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_links")),
    )
    op.create_index(op.f("ix_links_assessment_id"), "links", ["assessment_id"])
    op.create_index(op.f("ix_links_contributor_id"), "links", ["contributor_id"])
    op.create_table(
        "ratings",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("vignette", sa.String(length=80), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"], ["assessments.id"], name=op.f("fk_ratings_assessment_id_assessments"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("assessment_id", "vignette", name=op.f("pk_ratings")),
    )
    op.create_table(
        "mailings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
    )
    op.create_index(op.f("ix_mailings_address_hash"), "mailings", ["address_hash"])
    op.create_index(op.f("ix_mailings_at"), "mailings", ["at"])
    op.execute(
        "INSERT INTO links (token_hash, assessment_id, serial, made_at) "
        "SELECT token_hash, id, 1, started_at FROM assessments"
    )
    with op.batch_alter_table("assessments") as batch:
        batch.drop_constraint(op.f("uq_assessments_token_hash"), type_="unique")
        batch.drop_column("token_hash")
        batch.add_column(sa.Column("previous", sa.String(length=71), nullable=True))
    with op.batch_alter_table("answers") as batch:
        batch.add_column(sa.Column("contributor_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_answers_contributor_id_contributors"),
            "contributors",
            ["contributor_id"],
            ["id"],
            ondelete="SET NULL",
        )


def downgrade() -> None:
    with op.batch_alter_table("answers") as batch:
        batch.drop_constraint(op.f("fk_answers_contributor_id_contributors"), type_="foreignkey")
        batch.drop_column("contributor_id")
    with op.batch_alter_table("assessments") as batch:
        batch.add_column(sa.Column("token_hash", sa.String(length=64), nullable=True))
        batch.drop_column("previous")
    op.execute(
        "UPDATE assessments SET token_hash = (SELECT token_hash FROM links WHERE links.assessment_id = assessments.id "
        "AND contributor_id IS NULL AND ended IS NULL)"
    )
    with op.batch_alter_table("assessments") as batch:
        batch.alter_column("token_hash", existing_type=sa.String(length=64), nullable=False)
        batch.create_unique_constraint(op.f("uq_assessments_token_hash"), ["token_hash"])
    op.drop_table("mailings")
    op.drop_table("ratings")
    op.drop_table("links")
    op.drop_table("contributors")
