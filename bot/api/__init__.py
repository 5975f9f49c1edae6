"""The generation API: what to make goes in, typed states and errors come out.

Wire shapes, HTTP statuses and aiohttp stay in this package.
"""

from bot.api.addresses import GuardedSession, open_session
from bot.api.client import GenerationApi
from bot.api.pictures import Download, PictureDownloads, Room

__all__ = [
    "Download",
    "GenerationApi",
    "GuardedSession",
    "PictureDownloads",
    "Room",
    "open_session",
]
