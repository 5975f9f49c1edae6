"""What people want of all their jobs: a row for each person who wants something."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("person_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_preferences"),
    )
