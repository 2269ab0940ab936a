"""Keep with a submission how all regions stood when it was made"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submissions", sa.Column("peers", sa.Text(), nullable=True))
    op.create_index("ix_submissions_newest", "submissions", ["rubric_digest", "assessment_id", "number"])


def downgrade() -> None:
    op.drop_index("ix_submissions_newest", "submissions")
    with op.batch_alter_table("submissions") as batch:
        batch.drop_column("peers")
