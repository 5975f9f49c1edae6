"""What people can do, and may: the use cases, every limit and every rule.

Every check that needs the store or a rule is here, and all of them come before Discord is answered
and before anything is paid. Knows nothing of Discord's library.
"""

from bot.studio.archive import Archive, Dossier, JobList, Sketch, Unfound
from bot.studio.asking import Announce, Asking
from bot.studio.departures import Departures
from bot.studio.house import AskChannels, House, MessageAtHand, Visitor, admit_to_job, sees_nothing
from bot.studio.sight import seen_by, standing, visible
from bot.studio.studio import Studio

__all__ = [
    "Announce",
    "Archive",
    "AskChannels",
    "Asking",
    "Departures",
    "Dossier",
    "House",
    "JobList",
    "MessageAtHand",
    "Sketch",
    "Studio",
    "Unfound",
    "Visitor",
    "admit_to_job",
    "seen_by",
    "sees_nothing",
    "standing",
    "visible",
]
