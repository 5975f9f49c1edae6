"""How many remixes a job is away from its chain's first images; unknown of older jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("depth", sa.Integer()))
