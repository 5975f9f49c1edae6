"""What is asked for is an action with options: no list of kinds in the tables, no column for one.

On SQLite the tables are built anew, because the words of a check cannot be changed there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_PLAIN_IDS = ("task_id", "provider_job_id")
_ON_SQLITE = "sqlite"


def upgrade() -> None:
    on_sqlite = op.get_context().dialect.name == _ON_SQLITE
    last_id = None
    if on_sqlite:
        last_id = _last_id()
        for column in _PLAIN_IDS:  # such indexes are not carried over
            op.drop_index(f"ix_jobs_plain_{column}", "jobs")
    op.drop_index("ix_jobs_kind_finished_at", "jobs")
    op.drop_index("ix_jobs_priced", "jobs")
    for table in ("jobs", "drafts"):
        _convert(table)
    if on_sqlite:
        if last_id is not None:
            _go_on_after(last_id)
        for column in _PLAIN_IDS:
            plain = sa.text(f"lower(replace({column}, '-', ''))")
            op.create_index(f"ix_jobs_plain_{column}", "jobs", [plain])
    op.create_index("ix_jobs_action_finished_at", "jobs", ["action", "finished_at"])
    priced = sa.text("cost_usd IS NOT NULL")
    op.create_index(
        "ix_jobs_priced",
        "jobs",
        ["action", "finished_at"],
        sqlite_where=priced,
        postgresql_where=priced,
    )


def _convert(table: str) -> None:
    options = sa.Column("options", sa.JSON(), nullable=False, server_default="{}")
    op.add_column(table, options)
    rows = sa.table(table, sa.column("mode"), sa.column("options", sa.JSON))
    for mode in (0, 1):
        with_mode = rows.update().where(rows.c.mode == mode).values(options={"mode": mode})
        op.execute(with_mode)
    kwargs = {"sqlite_autoincrement": True} if table == "jobs" else {}
    with op.batch_alter_table(table, table_kwargs=kwargs) as rebuilt:
        rebuilt.drop_constraint(f"ck_{table}_kind", type_="check")
        rebuilt.drop_constraint(f"ck_{table}_mode", type_="check")
        rebuilt.drop_column("mode")
        rebuilt.alter_column("kind", new_column_name="action")
        rebuilt.create_check_constraint(
            f"ck_{table}_source", "source_image_no IS NULL OR source_job_id IS NOT NULL"
        )


def _last_id() -> int | None:
    """The last number that SQLite gave to a job; it is forgotten with the old table."""
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
