"""Indexes for the lists of one person's jobs and of one channel's."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_jobs_author_id_id", "jobs", ["author_id", "id"])
    op.create_index("ix_jobs_channel_id_id", "jobs", ["channel_id", "id"])
