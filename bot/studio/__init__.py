"""What people can do, and may: the use cases, every limit and every rule.

Every check that needs the store or a rule is here, and all of them come before Discord is answered
and before anything is paid. Knows nothing of Discord's library.
"""

from bot.studio.archive import Archive, Dossier, JobList, Sketch
from bot.studio.asking import Announce, Asking
from bot.studio.house import House, Visitor, admit_to_job
from bot.studio.studio import Studio

__all__ = [
    "Announce",
    "Archive",
    "Asking",
    "Dossier",
    "House",
    "JobList",
    "Sketch",
    "Studio",
    "Visitor",
    "admit_to_job",
]
