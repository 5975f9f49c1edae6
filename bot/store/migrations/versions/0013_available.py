"""What the API says that can be made from an image; unknown of older ones."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("pictures", sa.Column("available", sa.JSON()))
