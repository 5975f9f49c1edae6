"""Who may not see a channel learns nothing of what was shown there, as Discord itself says."""

import asyncio

import pytest

from discord_server.faults import SILENCE, broken
from discord_server.handles import Handle
from discord_server.people import Community, Person
from discord_server.seen import SeenMessage
from discord_server.server import DiscordServer
from discord_server.things import (
    ABROAD,
    MEMBER,
    SEND_MESSAGES,
    USE_EXTERNAL_APPS,
    Channel,
)
from tests.process.conftest import Outside
from tests.process.test_flow import result_of

pytestmark = pytest.mark.usefixtures("bot")

SECRET = "a secret heron"
UNKNOWN = "I can't find a job in that message"
UNKNOWN_ID = "I can't find that job"


@pytest.fixture
def env(env: dict[str, str]) -> dict[str, str]:
    return {**env, "ALLOW_USER_INSTALL": "true"}


@pytest.fixture
def guild(discord: DiscordServer) -> Community:
    """A server whose members are no administrators."""
    return discord.add_guild("studio", bot_permissions=MEMBER)


@pytest.fixture
def square(guild: Community) -> Channel:
    return guild.add_channel("square")


async def shown(person: Person, where: Channel, link: str) -> str:
    """What `/show` tells of the message with this link, and which images."""
    answer = await (await person.slash(where, "show", job_id=link)).message(_is_filled)
    return f"{answer.text} {[one.filename for one in answer.images]}"


def _is_filled(message: SeenMessage) -> bool:
    return not message.thinking


async def test_a_channel_that_is_closed_to_somebody_is_asked_of_discord(
    outside: Outside, square: Channel
) -> None:
    ann, ben, cat = outside.people[:3]
    outside.channel.closed_to.append(ben.user)  # the bot is not told: Discord knows
    result = await result_of(await outside.imagine(SECRET))
    assert UNKNOWN in await shown(ben, square, result.link)
    assert SECRET in await shown(cat, square, result.link)
    assert SECRET in await shown(ann, square, result.link)
    asked = [
        one
        for one in outside.discord.requests
        if one.path.endswith(f"/channels/{outside.channel.id}")
    ]
    assert len(asked) == 1, "once for all of them"
    outside.channel.closed_to.append(cat.user)
    assert SECRET in await shown(cat, outside.channel, result.link), "what she is in she sees"


@pytest.mark.parametrize("trouble", ["silence", "broken", "closed to the bot", "deleted"])
async def test_where_discord_does_not_tell_nobody_sees_it_and_is_told_in_time(
    outside: Outside, square: Channel, trouble: str
) -> None:
    ann, ben = outside.ann, outside.ben
    result = await result_of(await outside.imagine(SECRET))
    link = result.link
    match trouble:
        case "silence":
            outside.discord.faults.add("GET", f"/channels/{outside.channel.id}", SILENCE)
        case "broken":
            outside.discord.faults.add("GET", f"/channels/{outside.channel.id}", broken(502))
        case "closed to the bot":
            outside.channel.bot_permissions = SEND_MESSAGES
        case _:
            outside.discord.world.remove_channel(outside.channel)
    assert UNKNOWN in await shown(ben, square, link)
    assert SECRET in await shown(ann, square, link), "it is hers"


async def test_where_the_bot_is_not_only_who_stands_there_sees_it(
    outside: Outside, square: Channel
) -> None:
    abroad = outside.discord.add_guild("somewhere else", with_bot=False)
    here, there = abroad.add_channel("here", ABROAD), abroad.add_channel("there", ABROAD)
    zoe, yan = (abroad.add_person(name, installed=True) for name in ("zoe", "yan"))
    result = await result_of(await zoe.slash(here, "imagine", prompt=SECRET))
    assert UNKNOWN in await shown(yan, there, result.link)
    assert UNKNOWN in await shown(yan, yan.direct, result.link)
    assert UNKNOWN in await shown(outside.ann, square, result.link)
    assert SECRET in await shown(yan, here, result.link)
    assert SECRET in await shown(zoe, there, result.link)
    panel = await (await yan.click(result, "More")).message()
    details = await (await yan.click(panel, "Details")).message()
    assert SECRET in details.text


async def test_what_discord_shows_to_one_person_alone_is_private(discord: DiscordServer) -> None:
    abroad = discord.add_guild("somewhere else", with_bot=False)
    here = abroad.add_channel("here", ABROAD)
    zoe, yan = (abroad.add_person(name, installed=True) for name in ("zoe", "yan"))
    zoe.user.permissions &= ~USE_EXTERNAL_APPS  # this server lets others see nothing of it
    first = await result_of(await zoe.slash(here, "imagine", prompt=SECRET))
    form = await zoe.click(first, "✏️ 1")
    second = await result_of(await zoe.submit(form, {"Prompt": f"{SECRET} too"}))
    third = await result_of(await zoe.click(second, "Reroll"))
    assert await yan.types(here, "remix", "job_id", "heron") == []
    for result in (first, second, third):
        assert UNKNOWN_ID in await shown(yan, here, result.images[0].filename)
        assert SECRET in await shown(zoe, here, result.images[0].filename)
    zoe.user.permissions |= USE_EXTERNAL_APPS
    assert SECRET in await shown(zoe, here, first.images[0].filename)
    assert not any(SECRET in message.text for message in yan.messages(here)), "it stays private"
    listed = await (await zoe.slash(here, "jobs")).message()
    assert listed.text.count("private") == 3


async def test_a_group_of_friends_keeps_its_jobs_to_itself(
    outside: Outside, square: Channel
) -> None:
    abroad = outside.discord.add_guild("somewhere else", with_bot=False)
    zoe, yan = (abroad.add_person(name, installed=True) for name in ("zoe", "yan"))
    friends, others = zoe.group("friends"), zoe.group("others")
    result = await result_of(await zoe.slash(friends, "imagine", prompt=SECRET))
    assert SECRET in await shown(yan, friends, result.link)
    assert UNKNOWN in await shown(yan, others, result.link)
    assert UNKNOWN in await shown(outside.ann, square, result.link)


async def test_what_is_shown_to_somebody_works_although_its_author_took_it_elsewhere(
    outside: Outside, square: Channel
) -> None:
    ann, ben = outside.ann, outside.ben
    outside.channel.closed_to.append(ben.user)
    result = await result_of(await ann.slash(square, "imagine", prompt=SECRET))
    assert SECRET in await shown(ann, outside.channel, result.link)
    while f"/{outside.channel.id}/" not in (await (await ann.slash(square, "jobs")).message()).text:
        pass  # it is written down once it is shown
    assert UNKNOWN in await shown(ben, square, result.link), "its place is another one now"
    choice = await (await ben.use(result, "Remix this")).message()
    form = await ben.click(choice, "✏️ 2")
    assert form.modal is not None
    assert form.modal["Prompt"].value == SECRET
    await result_of(await ben.submit(form, {"Prompt": "mine"}))
    await result_of(await ben.click(result, "Reroll"))
    assert outside.api.submit_calls == 3


async def test_thirty_strangers_at_once_are_all_answered_in_time(
    outside: Outside, square: Channel
) -> None:
    result = await result_of(await outside.imagine(SECRET))
    outside.discord.faults.add("GET", f"/channels/{outside.channel.id}", SILENCE)
    crowd = [outside.guild.add_person(f"guest {number}") for number in range(30)]
    answers: list[Handle] = await asyncio.gather(
        *(one.slash(square, "show", job_id=result.link) for one in crowd)
    )
    for answer in answers:
        assert UNKNOWN in (await answer.message()).text
