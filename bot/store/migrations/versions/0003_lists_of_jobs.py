"""Lists of one person's jobs and of one channel's, and pictures that are shown in other servers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_jobs_author_id_id", "jobs", ["author_id", "id"])
    op.create_index("ix_jobs_channel_id_id", "jobs", ["channel_id", "id"])
    op.add_column("pictures", sa.Column("posted_guild_id", sa.BigInteger()))
    op.execute(
        "UPDATE pictures SET posted_guild_id ="
        " (SELECT guild_id FROM jobs"
        " WHERE jobs.id = pictures.job_id AND jobs.channel_id = pictures.posted_channel_id)"
    )
