"""Who may see a job, case by case: what is known at once, and where Discord decides."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.actions import IMAGINE
from bot.model import Destination, Job, JobState, MessageLink, Request
from bot.services.access import stays_private, visible
from bot.services.context import Caller, TargetMessage

ANN, BEN = 1, 2
STUDIO, ELSEWHERE = 100, 200
SQUARE, CLOSED, THREAD, ABROAD, DIRECT, FRIENDS = 10, 11, 12, 20, 30, 40
MESSAGE, AGAIN = 900, 901

JOB = Job(
    id=1,
    interaction_id=500,
    request=Request(action=IMAGINE, prompt="a fox"),
    author_id=ANN,
    destination=Destination(guild_id=STUDIO, channel_id=CLOSED, private=False, file_limit_bytes=1),
    state=JobState.DELIVERED,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    message_id=MESSAGE,
)


def link(guild_id: int | None, channel_id: int, message_id: int = AGAIN) -> MessageLink:
    return MessageLink(guild_id=guild_id, channel_id=channel_id, message_id=message_id)


def shown(guild_id: int | None, channel_id: int) -> Job:
    """The job with another place that it is found by."""
    return replace(JOB, posted=link(guild_id, channel_id))


def asked_for(guild_id: int | None, channel_id: int, *, private: bool = False) -> Job:
    place = replace(JOB.destination, guild_id=guild_id, channel_id=channel_id, private=private)
    return replace(JOB, destination=place)


PRIVATE = asked_for(STUDIO, SQUARE, private=True)
IN_SQUARE = Caller(user_id=BEN, guild_id=STUDIO, channel_ids=frozenset({SQUARE}), sees_channel=True)
IN_CLOSED = replace(IN_SQUARE, channel_ids=frozenset({CLOSED}))
IN_THREAD = replace(IN_SQUARE, channel_ids=frozenset({THREAD, CLOSED}))
PUT_OUT = replace(IN_CLOSED, sees_channel=False)
BROUGHT = replace(IN_CLOSED, via_user_install=True)
ELSE_IN_SERVER = replace(IN_SQUARE, via_user_install=True)
IN_OTHER_SERVER = replace(IN_SQUARE, guild_id=ELSEWHERE, channel_ids=frozenset({ABROAD}))
DIRECTLY = Caller(user_id=BEN, channel_ids=frozenset({DIRECT}), sees_channel=True)
WITH_FRIENDS = replace(DIRECTLY, channel_ids=frozenset({FRIENDS}), via_user_install=True)


def at_hand(caller: Caller, message_id: int, *, public: bool = True, of: int = 0) -> Caller:
    message = TargetMessage(message_id=message_id, interaction_id=of or None, public=public)
    return replace(caller, message=message)


YES, NO, ASK = "yes", "no", "as Discord says"


@pytest.mark.parametrize(
    ("job", "caller", "expected"),
    [
        (JOB, IN_CLOSED, YES),
        (JOB, IN_THREAD, YES),
        (JOB, PUT_OUT, NO),
        (JOB, BROUGHT, YES),
        (JOB, ELSE_IN_SERVER, NO),
        (JOB, IN_SQUARE, ASK),
        (JOB, IN_OTHER_SERVER, NO),
        (JOB, DIRECTLY, NO),
        (JOB, WITH_FRIENDS, NO),
        (shown(STUDIO, SQUARE), IN_SQUARE, YES),
        (shown(STUDIO, SQUARE), IN_CLOSED, ASK),
        (shown(ELSEWHERE, ABROAD), IN_CLOSED, NO),
        (shown(ELSEWHERE, ABROAD), IN_OTHER_SERVER, YES),
        (shown(None, DIRECT), IN_CLOSED, NO),
        (shown(None, DIRECT), DIRECTLY, YES),
        (asked_for(None, DIRECT), IN_SQUARE, NO),
        (asked_for(None, DIRECT), WITH_FRIENDS, NO),
        (asked_for(None, FRIENDS), WITH_FRIENDS, YES),
        (asked_for(None, FRIENDS), DIRECTLY, NO),
        (PRIVATE, IN_SQUARE, NO),
        (replace(PRIVATE, posted=link(STUDIO, SQUARE)), IN_SQUARE, NO),
        # what is before somebody's eyes
        (JOB, at_hand(IN_SQUARE, MESSAGE), YES),
        (JOB, at_hand(IN_SQUARE, AGAIN, of=500), YES),
        (JOB, at_hand(IN_SQUARE, AGAIN, of=501), ASK),
        (JOB, at_hand(IN_SQUARE, AGAIN, of=500, public=False), ASK),
        (shown(ELSEWHERE, ABROAD), at_hand(IN_CLOSED, MESSAGE), YES),
        (shown(ELSEWHERE, ABROAD), at_hand(PUT_OUT, MESSAGE), NO),
        (JOB, at_hand(PUT_OUT, MESSAGE), NO),
        (JOB, at_hand(WITH_FRIENDS, AGAIN, of=500), YES),
        (PRIVATE, at_hand(IN_SQUARE, MESSAGE), NO),
    ],
)
async def test_a_job_is_seen_where_its_channel_is_or_where_it_is_before_ones_eyes(
    job: Job, caller: Caller, expected: str
) -> None:
    asked: list[frozenset[int]] = []
    seen: dict[bool, bool] = {}
    for answer in (True, False):

        async def sees(channels: frozenset[int], answer: bool = answer) -> frozenset[int]:
            asked.append(channels)
            return channels if answer else frozenset()

        seen[answer] = bool(await visible([job], replace(caller, ask_visible=sees)))
    where = job.posted or job.destination
    assert asked == ([frozenset({where.channel_id})] * 2 if expected == ASK else [])
    assert seen == {True: expected != NO, False: expected == YES}
    assert await visible([job], replace(caller, user_id=ANN)), "its author always does"


@pytest.mark.parametrize(
    ("job", "place", "private"),
    [
        (None, JOB.destination, False),
        (JOB, JOB.destination, False),
        (PRIVATE, JOB.destination, True),
        (PRIVATE, asked_for(None, DIRECT).destination, True),
        (asked_for(None, DIRECT), asked_for(None, DIRECT).destination, False),
        (asked_for(None, DIRECT), asked_for(None, FRIENDS).destination, True),
        (asked_for(None, DIRECT), JOB.destination, True),
        (asked_for(None, FRIENDS), JOB.destination, True),
        (shown(None, DIRECT), JOB.destination, True),
        (replace(asked_for(None, DIRECT), posted=link(STUDIO, SQUARE)), JOB.destination, False),
    ],
)
def test_what_is_made_from_what_others_do_not_see_is_private(
    job: Job | None, place: Destination, private: bool
) -> None:
    assert stays_private(job, place) is private
