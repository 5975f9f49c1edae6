"""What people can do, and may: the use cases, every limit and every rule.

Every check that needs the store or a rule is here, and all of them come before Discord is answered
and before anything is paid. Knows nothing of Discord's library.
"""

from bot.services.access import (
    AccessPolicy,
    AskVisible,
    Caller,
    TargetMessage,
    can_change,
    check_job_access,
    sees_nothing,
)
from bot.services.context import Announce, RequestContext
from bot.services.guild_removals import GuildRemovals
from bot.services.history import JobDetails, JobHistory, JobList, UnknownJob
from bot.services.job_service import JobService
from bot.services.recovery import Recovery
from bot.services.visibility import seen_by, standing, visible

__all__ = [
    "AccessPolicy",
    "Announce",
    "AskVisible",
    "Caller",
    "GuildRemovals",
    "JobDetails",
    "JobHistory",
    "JobList",
    "JobService",
    "Recovery",
    "RequestContext",
    "TargetMessage",
    "UnknownJob",
    "can_change",
    "check_job_access",
    "seen_by",
    "sees_nothing",
    "standing",
    "visible",
]
