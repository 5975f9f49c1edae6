"""Jobs and their pictures.

A migration spells its tables out and never imports the ones of today: it must build the same for
ever.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _create_jobs()
    _create_pictures()
    _create_facts()


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("mode", sa.Integer()),
        sa.Column("callback", sa.Text()),
        sa.Column("source_job_id", sa.Text()),
        sa.Column("source_image_no", sa.Integer()),
        sa.Column("origin_guild_id", sa.BigInteger()),
        sa.Column("origin_channel_id", sa.BigInteger()),
        sa.Column("origin_message_id", sa.BigInteger()),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("file_limit_bytes", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("task_id", sa.Text()),
        sa.Column("provider_job_id", sa.Text()),
        sa.Column("cost_usd", sa.BigInteger()),
        sa.Column("failure", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("delivered_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("interaction_id", name="uq_jobs_interaction_id"),
        sa.CheckConstraint(
            "state IN ('accepted', 'submitting', 'running', 'finished', 'delivered', 'failed')",
            name="ck_jobs_state",
        ),
        sa.CheckConstraint("mode IN (0, 1)", name="ck_jobs_mode"),
        sa.CheckConstraint(
            "kind = 'imagine' AND mode IS NULL"
            " AND source_job_id IS NULL AND source_image_no IS NULL"
            " OR kind = 'remix' AND mode IS NOT NULL"
            " AND source_job_id IS NOT NULL AND source_image_no IS NOT NULL",
            name="ck_jobs_kind",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_created_at_state", "jobs", ["created_at", "state"])
    op.create_index("ix_jobs_message_id", "jobs", ["message_id"])
    op.create_index("ix_jobs_task_id", "jobs", ["task_id"])
    op.create_index("ix_jobs_provider_job_id", "jobs", ["provider_job_id"])


def _create_pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("image_no", sa.Integer(), nullable=False),
        sa.Column("provider_job_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("posted_channel_id", sa.BigInteger()),
        sa.Column("posted_message_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("job_id", "position", name="pk_pictures"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_pictures_job_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("kind IN ('image', 'video')", name="ck_pictures_kind"),
    )
    op.create_index("ix_pictures_provider_job_id", "pictures", ["provider_job_id"])
    op.create_index("ix_pictures_posted_message_id", "pictures", ["posted_message_id"])


def _create_facts() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
