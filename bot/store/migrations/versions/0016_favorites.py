"""What people keep to find it again; it goes with the job."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "favorites",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_favorites_job_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "job_id", name="pk_favorites"),
    )
    op.create_index("ix_favorites_job_id", "favorites", ["job_id"])
    columns = ["person_id", "at", "job_id"]
    op.create_index("ix_favorites_person_id_at_job_id", "favorites", columns)
