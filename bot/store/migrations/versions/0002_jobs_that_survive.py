"""What a job needs to go on after a restart, and a state for those whose trace was lost.

On SQLite the table of jobs is built anew, because the words of a check cannot be changed there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    last_id = _last_id()
    with op.batch_alter_table("jobs", table_kwargs={"sqlite_autoincrement": True}) as jobs:
        jobs.drop_constraint("ck_jobs_state", type_="check")
        jobs.create_check_constraint(
            "ck_jobs_state",
            "state IN ('accepted', 'submitting', 'running', 'finished', 'delivered', 'failed',"
            " 'unknown')",
        )
        jobs.add_column(sa.Column("application_id", sa.BigInteger()))
        jobs.add_column(sa.Column("interaction_token", sa.Text()))
        jobs.add_column(sa.Column("told_at", sa.DateTime(timezone=True)))
        jobs.add_column(sa.Column("delivery_problem", sa.Text()))
    if last_id is not None:
        _go_on_after(last_id)
    _call_old_failures_told()
    _create_indexes()


def _last_id() -> int | None:
    """The last number that SQLite gave to a job; it is forgotten with the old table."""
    if op.get_context().dialect.name != "sqlite":
        return None
    row = op.get_bind().execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'jobs'"))
    return row.scalar_one_or_none()


def _go_on_after(last_id: int) -> None:
    """No number is given twice, even where the newest jobs were withdrawn."""
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'jobs'")
    op.execute(
        sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('jobs', :last)").bindparams(
            last=last_id
        )
    )


def _call_old_failures_told() -> None:
    """Their authors were told at once, which was not written down: nobody hears of them again."""
    op.execute(
        "UPDATE jobs SET told_at = COALESCE(finished_at, submitted_at, created_at)"
        " WHERE state = 'failed'"
    )


def _create_indexes() -> None:
    op.create_index("ix_jobs_kind_finished_at", "jobs", ["kind", "finished_at"])
    for name, column, where in (
        ("ix_jobs_open", "id", "delivered_at IS NULL AND told_at IS NULL"),
        ("ix_jobs_secret", "created_at", "interaction_token IS NOT NULL"),
    ):
        op.create_index(
            name, "jobs", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
