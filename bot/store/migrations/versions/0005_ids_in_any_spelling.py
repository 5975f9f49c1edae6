"""Ids are found in capitals and without their dashes: indexes of how they are compared."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_IDS = (("jobs", "task_id"), ("jobs", "provider_job_id"), ("pictures", "provider_job_id"))


def upgrade() -> None:
    for table, column in _IDS:
        op.drop_index(f"ix_{table}_{column}", table)
        plain = sa.text(f"lower(replace({column}, '-', ''))")
        op.create_index(f"ix_{table}_plain_{column}", table, [plain])
