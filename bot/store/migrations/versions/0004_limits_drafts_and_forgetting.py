"""What limits count, what a stop and a wish to be forgotten leave behind, and drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for column in (
        sa.Column("multiplier", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("reserved_usd", sa.BigInteger()),
        sa.Column("stopped_at", sa.DateTime(timezone=True)),
        sa.Column("reachable", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("forget", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("jobs", column)
    op.create_index("ix_jobs_author_id_created_at", "jobs", ["author_id", "created_at"])
    op.create_index("ix_jobs_guild_id_created_at", "jobs", ["guild_id", "created_at"])
    op.create_index("ix_jobs_source_job_id_id", "jobs", ["source_job_id", "id"])
    where = sa.text("erased_at IS NOT NULL")
    op.create_index(
        "ix_jobs_erased", "jobs", ["created_at"], sqlite_where=where, postgresql_where=where
    )
    _create_drafts()


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("mode", sa.Integer()),
        sa.Column("callback", sa.Text()),
        sa.Column("source_job_id", sa.Text()),
        sa.Column("source_image_no", sa.Integer()),
        sa.Column("origin_guild_id", sa.BigInteger()),
        sa.Column("origin_channel_id", sa.BigInteger()),
        sa.Column("origin_message_id", sa.BigInteger()),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.CheckConstraint("mode IN (0, 1)", name="ck_drafts_mode"),
        sa.CheckConstraint(
            "kind = 'imagine' AND mode IS NULL"
            " AND source_job_id IS NULL AND source_image_no IS NULL"
            " OR kind = 'remix' AND mode IS NOT NULL"
            " AND source_job_id IS NOT NULL AND source_image_no IS NOT NULL",
            name="ck_drafts_kind",
        ),
    )
    op.create_index("ix_drafts_author_id", "drafts", ["author_id"])
    op.create_index("ix_drafts_guild_id", "drafts", ["guild_id"])
    op.create_index("ix_drafts_created_at", "drafts", ["created_at"])
