"""What is sent behind a job's prompt; nothing with older jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("parameters", sa.Text(), nullable=False, server_default=""))
