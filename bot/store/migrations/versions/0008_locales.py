"""The language in which a job's messages speak: a result after a restart speaks it too."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("locale", sa.Text()))
