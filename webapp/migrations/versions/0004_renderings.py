"""Note which reports are being made, so that two processes do not make the same"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "renderings",
        sa.Column("submission_digest", sa.String(length=71), nullable=False),
        sa.Column("template_version", sa.String(length=71), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("submission_digest", "template_version", "language", name=op.f("pk_renderings")),
    )


def downgrade() -> None:
    op.drop_table("renderings")
