"""What is done with a prompt before it is paid: it is added to, refused, or asked about."""

import asyncio
from dataclasses import replace
from urllib.parse import urlsplit

from bot.actions import MediaKind, PromptRule
from bot.api import ImageAddresses
from bot.errors import ConsentMissing, PromptTooLong, Reason, Rejected
from bot.model import PROMPT_MAX, NewJob, Request
from bot.prompt_cost import PROMPTS_MAX, PromptCost
from bot.prompt_doubts import Doubt, DoubtKind, doubts_about, image_addresses
from bot.prompt_parameters import merge
from bot.services.context import RequestContext
from bot.services.lookups import JobLookups, StoreDeadline
from bot.store import counting
from bot.store.preferences import preferences_of

ADDRESSES_S = 1.0
"""For how long the addresses in a prompt are looked at."""
ADDRESSES_UNTIL_S = 1.5
"""Of the three seconds for an answer; a file with a prompt may take all of it."""


class PromptReview:
    def __init__(self, jobs: JobLookups, addresses: ImageAddresses) -> None:
        self._store = jobs.store
        self._access = jobs.access
        self._limits = jobs.limits
        self._addresses = addresses

    async def with_preferences(
        self, request: Request, context: RequestContext, time: StoreDeadline
    ) -> Request:
        """*request* with what who asks wants behind every prompt, as far as it has one and does not
        say otherwise. Raises what *time* does.
        """
        action = request.action
        if (
            action.prompt is PromptRule.NONE
            or action.media is MediaKind.VIDEO
            or not request.prompt
        ):
            return replace(request, parameters="")
        wanted = context.preferences
        if wanted is None:
            async with time.spend():
                wanted = await self._store.read(preferences_of, context.caller.user_id)
        return replace(request, parameters=merge(request.prompt, wanted.parameters))

    def check(self, request: Request, bill: PromptCost) -> None:
        """Raises `WordRefused`, `PromptTooLong`, or `Rejected` for too many prompts."""
        prompt = request.sent_prompt
        self._access.check_words(prompt)
        if len(prompt) > PROMPT_MAX:
            added = len(request.parameters) + 1 if request.parameters else 0
            raise PromptTooLong(length=len(prompt), added=added)
        if bill.prompts > PROMPTS_MAX:
            raise Rejected(Reason.TOO_MANY_PROMPTS)

    async def ask(
        self,
        new: NewJob,
        bill: PromptCost,
        context: RequestContext,
        time: StoreDeadline,
        *,
        doubting: bool,
    ) -> None:
        """Raises `ConsentMissing` for what costs extra and, if *doubting*, may be wrong."""
        request = new.request
        doubts = await self._doubts(request.sent_prompt, context) if doubting else ()
        if bill.multiplier == 1 and not request.action.asks_first and not doubts:
            return
        known = self._limits.known_price_usd
        async with time.spend():
            usd = await self._store.read(counting.price, request.action, known=known)
        usd *= new.multiplier
        raise ConsentMissing(
            request=request, bill=bill, usd=usd, times=round(usd / known), doubts=doubts
        )

    async def _doubts(self, prompt: str, context: RequestContext) -> tuple[Doubt, ...]:
        """What may be wrong with *prompt*; of its addresses only what their servers say in time."""
        waited_s = asyncio.get_running_loop().time() - context.began_s
        gone = await self._addresses.without_image(
            image_addresses(prompt), within_s=min(ADDRESSES_S, ADDRESSES_UNTIL_S - waited_s)
        )
        hosts = dict.fromkeys(urlsplit(one).hostname or "" for one in gone)
        no_images = (Doubt(kind=DoubtKind.NO_IMAGE, value=host) for host in hosts)
        return (*doubts_about(prompt), *no_images)
