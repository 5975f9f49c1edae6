"""Asks the servers of images' addresses whether there is an image, before it is paid for.

The addresses are what people write. Nothing but a server's own clear word counts: whoever cannot be
reached in time, or says something unclear, has an image.
"""

import asyncio
from collections.abc import Sequence

from yarl import URL

from bot.api.client import FAULTS, USER_AGENT
from bot.api.safe_http import GuardedSession

AT_ONCE = 8
"""Addresses that are asked about together, of all people: the session's connections are for the
API and for images."""
REDIRECTS_MAX = 3
_GONE = (404, 410)
_NOWHERE = (".example", ".invalid", ".localhost", ".test")
"""Names that nobody can have (RFC 2606): there is nobody to ask."""


class ImageAddresses:
    def __init__(self, session: GuardedSession) -> None:
        self._session = session
        self._under_way = 0

    async def without_image(self, addresses: Sequence[str], *, within_s: float) -> list[str]:
        """Those of *addresses* whose servers say within this time that there is no image."""
        asked = [one for one in addresses if _can_be_asked(one)]
        if not asked or within_s <= 0 or self._under_way + len(asked) > AT_ONCE:
            return []
        tasks = {one: asyncio.create_task(self._has_none(one)) for one in asked}
        self._under_way += len(asked)
        try:
            await asyncio.wait(tasks.values(), timeout=within_s)
            return [one for one, task in tasks.items() if task.done() and task.result()]
        finally:
            self._under_way -= len(asked)
            for task in tasks.values():
                task.cancel()

    async def _has_none(self, address: str) -> bool:
        try:
            async with self._session.head(
                URL(address, encoded=address.isascii()),
                headers={"User-Agent": USER_AGENT},
                max_redirects=REDIRECTS_MAX,
                allow_redirects=True,
            ) as response:
                is_page = response.status == 200 and response.content_type == "text/html"
                return is_page or response.status in _GONE
        except (*FAULTS, ValueError):
            return False


def _can_be_asked(address: str) -> bool:
    try:
        url = URL(address)
    except ValueError:
        return False
    host = (url.host or "").lower()
    is_web = url.scheme in ("http", "https") and url.user is None and address.isprintable()
    return is_web and "." in host and not f".{host}".endswith(_NOWHERE)
