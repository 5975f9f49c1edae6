"""What limits count, apart from the jobs; what is to be erased; indexes for a million jobs.

What an erased job left behind for the limits was its emptied row: that becomes a row of the usage.
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

COUNTED_FOR = timedelta(days=30)

JOBS = sa.table(
    "jobs",
    sa.column("id", sa.Integer),
    sa.column("state", sa.Text),
    sa.column("author_id", sa.BigInteger),
    sa.column("guild_id", sa.BigInteger),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("cost_usd", sa.BigInteger),
    sa.column("reserved_usd", sa.BigInteger),
    sa.column("forget", sa.Boolean),
    sa.column("erased_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    _create_usage()
    _fill_usage()
    _index_usage()
    _create_erasures()
    _note_erasures()
    op.execute(sa.delete(JOBS).where(JOBS.c.erased_at.is_not(None)))
    for name in ("erased", "created_at_state", "author_id_created_at", "guild_id_created_at"):
        op.drop_index(f"ix_jobs_{name}", "jobs")
    op.drop_index("ix_jobs_author_id_id", "jobs")
    op.drop_column("jobs", "forget")
    op.drop_column("jobs", "erased_at")
    _index_jobs()


def _create_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("job_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("usd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_usage"),
    )


def _fill_usage() -> None:
    """From every job of the last 30 days that was charged, or may be."""
    newest = op.get_bind().scalar(sa.select(sa.func.max(JOBS.c.created_at)))
    if newest is None:
        return
    columns = ["job_id", "author_id", "guild_id", "at", "usd"]
    usage = sa.table("usage", *map(sa.column, columns))
    usd = sa.func.coalesce(JOBS.c.cost_usd, JOBS.c.reserved_usd, 0)
    counted = sa.select(JOBS.c.id, JOBS.c.author_id, JOBS.c.guild_id, JOBS.c.created_at, usd).where(
        JOBS.c.created_at > newest - COUNTED_FOR, sa.or_(JOBS.c.state != "failed", usd > 0)
    )
    op.execute(usage.insert().from_select(columns, counted))


def _index_usage() -> None:
    for columns in (
        ["author_id", "at", "usd"],
        ["guild_id", "at", "usd", "author_id"],
        ["at", "usd"],
    ):
        op.create_index(f"ix_usage_{'_'.join(columns)}", "usage", columns)


def _create_erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("whose", sa.Text(), nullable=False),
        sa.Column("whose_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_job_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("whose", "whose_id", name="pk_erasures"),
        sa.CheckConstraint("whose IN ('author', 'guild', 'job')", name="ck_erasures_whose"),
    )


def _note_erasures() -> None:
    """Jobs that were to be erased as soon as they had ended."""
    columns = ["whose", "whose_id", "last_job_id"]
    erasures = sa.table("erasures", *map(sa.column, columns))
    waiting = sa.select(sa.literal("job"), JOBS.c.id, JOBS.c.id).where(
        JOBS.c.forget, JOBS.c.erased_at.is_(None)
    )
    op.execute(erasures.insert().from_select(columns, waiting))


def _index_jobs() -> None:
    op.create_index("ix_jobs_created_at", "jobs", ["created_at"])
    op.create_index("ix_jobs_guild_id_id", "jobs", ["guild_id", "id"])
    op.create_index("ix_jobs_author_id_id_guild_id", "jobs", ["author_id", "id", "guild_id"])
    priced = sa.text("cost_usd IS NOT NULL")
    op.create_index(
        "ix_jobs_priced",
        "jobs",
        ["kind", "finished_at"],
        sqlite_where=priced,
        postgresql_where=priced,
    )
    op.create_index(
        "ix_jobs_servers",
        "jobs",
        ["application_id", "guild_id", "id"],
        sqlite_where=sa.text("reachable = 1"),
        postgresql_where=sa.text("reachable"),
    )
