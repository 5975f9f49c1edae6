"""The generation API: what to make goes in, typed states and errors come out.

Wire shapes, HTTP statuses and aiohttp stay in this package.
"""

from bot.api.client import GenerationApi
from bot.api.image_addresses import ImageAddresses
from bot.api.images import Download, ImageDownloads, Room
from bot.api.safe_http import GuardedSession, open_session

__all__ = [
    "Download",
    "GenerationApi",
    "GuardedSession",
    "ImageAddresses",
    "ImageDownloads",
    "Room",
    "open_session",
]
