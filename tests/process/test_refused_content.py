"""Discord refuses words, images, edits and places by what they are, on every way to people."""

import pytest

from discord_server.faults import Fault, error, limited
from discord_server.filters import AUTOMOD, AUTOMOD_TITLE, EXPLICIT, HARMFUL_LINK
from discord_server.limits import EDIT, EDIT_BY_TOKEN
from discord_server.people import Community, Person
from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from discord_server.server import DiscordServer
from discord_server.things import (
    ATTACH_FILES,
    CONNECT,
    INVITED_WITH,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    VOICE,
    Channel,
)
from tests.flow.sim import DOT
from tests.process.conftest import Outside
from tests.process.test_discord_faults import BY_TOKEN, IN_CHANNEL, finished, results

EVIL = "https://evil.example/x"
PROMPT = f"a fox like {EVIL} sandbox:seconds=2"
WAYS = ("by token", "in the channel", "anew", "directly")


@pytest.fixture
def ann(people: list[Person]) -> Person:
    return people[0]


async def at_work(ann: Person, channel: Channel, prompt: str = PROMPT) -> SeenMessage:
    return await (await ann.slash(channel, "imagine", prompt=prompt)).message()


async def leave_only(way: str, discord: DiscordServer, guild: Community, at: SeenMessage) -> None:
    """Close the better ways to people."""
    match way:
        case "in the channel":
            discord.faults.add("PATCH", BY_TOKEN, error(401, 50027), times=None)
        case "anew":
            discord.faults.add("PATCH", BY_TOKEN, error(401, 50027), times=None)
            discord.faults.add("PATCH", IN_CHANNEL, error(403, 50005))
        case "directly":
            await guild.moderator.delete_message(at)
        case _:
            pass


def ended(message: SeenMessage) -> bool:
    return "· started <t:" not in message.text and "Sending to the API" not in message.text


async def found(way: str, ann: Person, channel: Channel) -> SeenMessage:
    if way == "directly":
        return await ann.sees_directly(finished)
    return await ann.sees(channel, finished)


@pytest.mark.parametrize(
    ("code", "way"),
    [
        *((HARMFUL_LINK, way) for way in WAYS),
        *((AUTOMOD, "directly"), (AUTOMOD_TITLE, "in the channel")),
    ],
)
async def test_a_result_comes_without_the_words_that_are_refused_on_every_way(
    bot: BotProcess, outside: Outside, ann: Person, code: int, way: str
) -> None:
    shown = await at_work(ann, outside.channel)
    outside.discord.world.filters.refuse_words(EVIL, code)
    await leave_only(way, outside.discord, outside.guild, shown)
    result = await found(way, ann, outside.channel)
    assert len(result.images) == 4
    if code == HARMFUL_LINK or way != "directly":  # AutoMod is a guild's
        assert EVIL not in result.text
        assert "Discord won't let me show this prompt" in result.text
    await bot.wait_for_line(": delivered")
    assert [one.id for one in results(ann, outside.channel)] == [result.id]
    assert all(ended(one) for one in ann.messages(outside.channel))


@pytest.mark.parametrize("way", WAYS)
async def test_a_result_comes_without_the_images_that_are_refused_on_every_way(
    bot: BotProcess, outside: Outside, ann: Person, way: str
) -> None:
    shown = await at_work(ann, outside.channel)
    outside.discord.world.filters.refuse_images = True
    await leave_only(way, outside.discord, outside.guild, shown)
    result = await found(way, ann, outside.channel)
    assert result.images == []
    assert EVIL in result.text, "the words are not what is refused"
    await bot.wait_for_line(": delivered")
    if way == "directly":  # only she sees it, and Details may not be open there
        assert result.text.count("was rejected by Discord: [open it](http") == 4
    else:
        assert "/images/" not in result.text
        outside.discord.faults.clear()  # what she presses now has a token that lives
        panel = await (await ann.click(result, "More")).message()
        told = await (await ann.click(panel, "Details")).message()
        assert told.ephemeral
        assert told.text.count("/images/") == 4
    assert all(ended(one) for one in ann.messages(outside.channel))


async def remix_at_work(ann: Person, channel: Channel) -> SeenMessage:
    """A remix in the channel that shows its source, and will be done soon."""
    source = await (await ann.slash(channel, "imagine", prompt="a fox")).message(finished)
    named = {"job_id": source.link, "image": 1, "prompt": "a hare sandbox:seconds=2"}
    return await (await ann.slash(channel, "remix", **named)).message()


@pytest.mark.parametrize(
    ("way", "code"),
    [
        *(("by token", code) for code in (EXPLICIT, 50046, 40005, 50045, 50035, 59999)),
        *((way, EXPLICIT) for way in WAYS[1:-1]),
    ],
)
async def test_a_result_comes_whole_and_in_its_place_without_a_source_that_is_refused(
    bot: BotProcess, outside: Outside, ann: Person, way: str, code: int
) -> None:
    shown = await remix_at_work(ann, outside.channel)
    outside.discord.world.filters.refuse_file("source.png", code)
    await leave_only(way, outside.discord, outside.guild, shown)
    await bot.wait_for_line("Job 2: delivered")
    result = results(ann, outside.channel)[-1]
    assert len(result.images) == 4
    assert result.thumbnails == []
    assert "> a hare" in result.text
    assert (result.id == shown.id) == (way != "anew")


async def test_a_source_stands_beside_what_everybody_sees_and_not_in_direct_messages(
    bot: BotProcess, outside: Outside, ann: Person
) -> None:
    await remix_at_work(ann, outside.channel)
    await bot.wait_for_line("Job 2: delivered")
    [thumbnail] = results(ann, outside.channel)[-1].thumbnails
    assert (thumbnail.content, thumbnail.description) == (DOT, "Image 2 of the source job")
    shown = await remix_at_work(ann, outside.channel)
    await leave_only("directly", outside.discord, outside.guild, shown)
    late = await ann.sees_directly(finished)
    assert len(late.images) == 4
    assert late.thumbnails == []


# ---------------------------------------------------------------------- edits that are put off


def put_off(code: int | None) -> Fault:
    return Fault("429 for long", lambda: limited(950.0, code=code))


@pytest.mark.parametrize(
    ("code", "way"), [(30046, "by token"), (30046, "in the channel"), (None, "in the channel")]
)
async def test_an_edit_that_is_put_off_for_long_does_not_hold_back_the_result(
    bot: BotProcess, outside: Outside, ann: Person, code: int | None, way: str
) -> None:
    by_token = put_off(code) if way == "by token" else error(401, 50027)
    outside.discord.faults.add("PATCH", BY_TOKEN, by_token, times=None)
    outside.discord.faults.add("PATCH", IN_CHANNEL, put_off(code), times=None)
    await at_work(ann, outside.channel, prompt="a fox")
    result = await ann.sees(outside.channel, finished)
    assert result.pinged == {ann.id}
    await bot.wait_for_line(": delivered")
    assert [one.id for one in results(ann, outside.channel)] == [result.id]


@pytest.mark.parametrize("way", ["by token", "in the channel"])
@pytest.mark.usefixtures("bot")
async def test_a_narrow_limit_for_edits_delays_results_by_no_more_than_it_has_to(
    outside: Outside, way: str
) -> None:
    """discord.py sleeps in the edit that empties the bucket, here for four seconds each time."""
    outside.discord.limits.allow(EDIT_BY_TOKEN, 1, per_s=4.0)
    outside.discord.limits.allow(EDIT, 2, per_s=4.0)
    if way == "in the channel":
        outside.discord.faults.add("PATCH", BY_TOKEN, error(401, 50027), times=None)
    handles = [
        await outside.imagine("a fox sandbox:seconds=4", who=person)
        for person in outside.people[:2]
    ]
    for person, handle in zip(outside.people, handles, strict=False):
        await handle.message(ended, timeout_s=40)
        assert len(shown_in_answers(person, outside.channel)) == 1


def shown_in_answers(person: Person, channel: Channel) -> list[SeenMessage]:
    seen = results(person, channel)
    return [one for one in seen if one.raw.interaction and one.raw.interaction.user is person.user]


# ---------------------------------------------------------------------- places that close


async def test_a_thread_that_was_archived_meanwhile_gets_the_result_anew(
    bot: BotProcess, outside: Outside, ann: Person
) -> None:
    thread = outside.guild.add_thread(outside.channel, "foxes")
    shown = await at_work(ann, thread)
    await outside.guild.moderator.archive(thread)
    result = await ann.sees(thread, finished)
    assert result.id != shown.id
    await bot.wait_for_line(": delivered")
    assert result.link in shown.text, "the thread is awake again, and the old message says where"
    assert len(results(ann, thread)) == 1


async def test_a_thread_that_was_locked_meanwhile_sends_the_result_to_its_author(
    bot: BotProcess, outside: Outside, ann: Person
) -> None:
    thread = outside.guild.add_thread(outside.channel, "foxes")
    await at_work(ann, thread)
    await outside.guild.moderator.archive(thread, lock=True)
    assert len((await ann.sees_directly(finished)).images) == 4
    await bot.wait_for_line(": delivered")


@pytest.mark.parametrize(
    ("lost", "told"),
    [(ATTACH_FILES, True), (SEND_MESSAGES, True), (VIEW_CHANNEL, False)],
    ids=["Attach Files", "Send Messages", "View Channel"],
)
async def test_permissions_that_were_taken_meanwhile_send_the_result_another_way(
    bot: BotProcess, outside: Outside, ann: Person, lost: int, told: bool
) -> None:
    outside.discord.faults.add("PATCH", BY_TOKEN, error(401, 50027), times=None)
    shown = await at_work(ann, outside.channel)
    await outside.guild.moderator.take_from_bot(outside.channel, lost)
    if lost == SEND_MESSAGES:  # edits work on without it
        outside.discord.faults.add("PATCH", IN_CHANNEL, error(403, 50005))
    assert len((await ann.sees_directly(finished)).images) == 4
    await bot.wait_for_line(": delivered")
    assert ("a direct message to" in shown.text) is told


@pytest.mark.usefixtures("bot")
async def test_a_voice_channel_in_which_the_bot_may_not_connect_is_refused_before_it_is_paid(
    outside: Outside, ann: Person
) -> None:
    closed = outside.guild.add_channel("talk", INVITED_WITH & ~CONNECT, kind=VOICE)
    told = await at_work(ann, closed)
    assert "I'm missing **Connect**" in told.text
    assert outside.api.submit_calls == 0
    opened = outside.guild.add_channel("talk more", kind=VOICE)
    handle = await ann.slash(opened, "imagine", prompt="a fox")
    assert len((await handle.message(finished)).images) == 4
