"""Who may not see a job sees nothing of it through any door, and who may sees it through all."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle, RoleHandle, UserHandle
from simcord.enums import OverwriteType
from simcord.results import InteractionResult

from bot.actions import ACTIONS, SourceKind
from bot.model import Job
from bot.store import lookups
from bot.ui.custom_ids import PREFIX, Verb
from tests.flow.sim import DOT, Sim, buttons, fields, images, text

SECRET = "a secret heron"
IMAGE_VERBS = [
    *(key for key, action in ACTIONS.items() if action.source is not SourceKind.NONE),
    *(Verb.AGAIN, Verb.EDIT, Verb.EDIT_UNCHARGED, Verb.ON_SOURCE),
]
OWN_VERBS = {Verb.ON_SOURCE, Verb.JOBS, Verb.FAVORITES, Verb.FORGET, Verb.DELETE, Verb.KEEP}
"""Of which a number is no job's."""
ALLOWED = {"allow_dms": True, "allow_user_install": True}
SEES_NOTHING = discord.PermissionOverwrite(view_channel=False)
SEES = discord.PermissionOverwrite(view_channel=True)


@dataclass
class Case:
    """Somebody, where they stand, and a job that Ann made elsewhere."""

    sim: Sim
    who: MemberActor | UserHandle
    where: ChannelHandle | None
    """``None``: in direct messages with the bot."""
    job: Job
    helper: MemberActor | None = None
    """Posts things where *who* is."""

    async def ask(self, command: str, **options: Any) -> InteractionResult:
        if isinstance(self.who, UserHandle):
            return await self.who.slash(command, **options)
        assert self.where is not None
        return await self.who.slash(self.where, command, **options)

    async def remix_this(self, message: Any) -> InteractionResult:
        assert isinstance(self.who, MemberActor)
        assert self.where is not None
        return await self.who.context_menu(self.where, "Remix this", message)

    async def post(self, content: str = "", *names: str) -> discord.Message:
        assert self.helper is not None
        assert self.where is not None
        files = [(name, DOT) for name in names]
        return await self.helper.send(self.where, content, attachments=files)

    @property
    def job_id(self) -> str:
        assert self.job.provider_job_id is not None
        return self.job.provider_job_id

    @property
    def link(self) -> str:
        link = self.job.posted or self.job.message
        assert link is not None
        return link.url


def seen(result: InteractionResult) -> str:
    """All that somebody learns from an answer."""
    if result.modal is not None:
        return f"a form: {result.modal} {fields(result)}"
    messages = [*([result.response] if result.response else []), *result.followups]
    return " ".join(f"{text(one)} {images(one)} {buttons(one)}" for one in messages)


async def by_id(case: Case) -> str:
    return seen(await case.ask("show", job_id=case.job_id))


async def by_task(case: Case) -> str:
    return seen(await case.ask("show", job_id=case.job.task_id))


async def by_capitals(case: Case) -> str:
    return seen(await case.ask("show", job_id=case.job_id.upper()))


async def by_dense_id(case: Case) -> str:
    return seen(await case.ask("show", job_id=case.job_id.replace("-", "")))


async def by_link(case: Case) -> str:
    return seen(await case.ask("show", job_id=case.link))


async def by_loose_link(case: Case) -> str:
    loose = f"look: <{case.link.removeprefix('https://')}?x=1> nice"
    return seen(await case.ask("show", job_id=loose))


async def by_copied_id(case: Case) -> str:
    return seen(await case.ask("show", job_id=case.link.rpartition("/")[2]))


async def by_file_name(case: Case) -> str:
    return seen(await case.ask("show", job_id=f"SPOILER_{case.job_id}_1_1.png"))


async def by_address(case: Case) -> str:
    address = f"https://media.discordapp.net/attachments/1/2/{case.job_id}_1.png?ex=1&width=5"
    return seen(await case.ask("show", job_id=address, private=True))


async def remix(case: Case, named: str) -> str:
    before = case.sim.api.submit_calls
    result = await case.ask("remix", job_id=named, image=0, prompt="mine now")
    await case.sim.finish()
    sent = [job.params.get("jobId") for job in case.sim.api.submits[before:]]
    return f"{seen(result)} {'sent to the API' if sent else ''} {sent}"


async def remix_by_id(case: Case) -> str:
    return await remix(case, case.job_id)


async def remix_by_capitals(case: Case) -> str:
    return await remix(case, case.job_id.upper().replace("-", ""))


async def remix_by_link(case: Case) -> str:
    return await remix(case, case.link)


async def remix_form(case: Case) -> str:
    return seen(await case.ask("remix", job_id=case.job.task_id, image=0))


async def suggestions(case: Case) -> str:
    if isinstance(case.who, UserHandle):
        return str(await case.who.autocomplete("show", "job_id", "heron"))
    assert case.where is not None
    return str(await case.who.autocomplete(case.where, "show", "job_id", "heron"))


async def posted_again(case: Case) -> str:
    posted = await case.post("", f"SPOILER_{case.job_id}_1.png")
    return seen(await case.remix_this(posted))


async def renamed(case: Case) -> str:
    posted = await case.post("", f"{case.job_id.upper()}_2_1.png", "holiday.jpg")
    return seen(await case.remix_this(posted))


async def linked(case: Case) -> str:
    return seen(await case.remix_this(await case.post(f"see {case.link} !")))


async def image_linked(case: Case) -> str:
    address = f"https://cdn.discordapp.com/attachments/1/2/{case.job_id}_3.png?ex=1"
    return seen(await case.remix_this(await case.post(f"see <{address}>")))


def custom_ids(job: Job) -> list[str]:
    """Of every button about a job or its first image; those that ask its author come last."""
    about_images = [f"{PREFIX}{verb}:{job.provider_job_id}:0" for verb in IMAGE_VERBS]
    presets = [
        f"{PREFIX}{action.key}.{preset}:{job.provider_job_id}:0{public}"
        for action in ACTIONS.values()
        for preset in action.presets
        for public in ("", "p")
    ]
    numbers = [
        f"{PREFIX}{verb}:{job.interaction_id}{public}"
        for verb in (*Verb, "choose.0")
        if verb not in OWN_VERBS
        for public in ("", "p")
    ]
    return [*about_images, *presets, *numbers]


async def by_buttons(case: Case) -> str:
    """Every button about the job, as if it stood under a result of their own."""
    assert case.where is not None
    result = await case.ask("imagine", prompt="mine")
    await case.sim.finish()
    assert result.response is not None
    stored = case.sim.env.backend.get_message(case.where.id, result.response.id)
    own_rows = list(stored.components[0]["components"])
    before, learned = case.sim.api.submit_calls, list[str]()
    assert isinstance(case.who, MemberActor)
    for custom_id in custom_ids(case.job):
        button = {"type": 2, "style": 2, "label": custom_id, "custom_id": custom_id}
        stored.components[0]["components"] = [*own_rows, {"type": 1, "components": [button]}]
        pressed = await case.who.click(result.response, custom_id=custom_id)
        answer = seen(pressed)
        if SECRET in answer or case.job.interaction_id in map(int, re.findall(r"\d{15,}", answer)):
            learned.append(f"{custom_id}: {answer}")
    await case.sim.finish()
    sent = [job for job in case.sim.api.submits[before:] if case.job_id in str(job.params)]
    return f"{' '.join(learned)} {'sent to the API' if sent else ''}"


COMMANDS = {
    "/show by id": by_id,
    "/show by task id": by_task,
    "/show in capitals": by_capitals,
    "/show without dashes": by_dense_id,
    "/show by link": by_link,
    "/show by a loose link": by_loose_link,
    "/show by a copied message id": by_copied_id,
    "/show by file name": by_file_name,
    "/show private by address": by_address,
    "/remix by id": remix_by_id,
    "/remix in capitals": remix_by_capitals,
    "/remix by link": remix_by_link,
    "/remix, the form": remix_form,
}
MENU = {
    "Remix this on a file": posted_again,
    "Remix this on a renamed file": renamed,
    "Remix this on a link": linked,
    "Remix this on an image's link": image_linked,
}
Door = Callable[[Case], Awaitable[str]]
DOORS: dict[str, Door] = {
    **COMMANDS,
    **MENU,
    "suggestions": suggestions,
    "every button": by_buttons,
}


def closed_channel(sim: Sim) -> tuple[ChannelHandle, RoleHandle]:
    """A channel for Ann, and for who has the role."""
    role = sim.guild.create_role("insider")
    overwrites: Any = {sim.guild.default_role: SEES_NOTHING}
    overwrites |= dict.fromkeys((role, sim.ann, sim.env.bot.user), SEES)
    return sim.guild.create_text_channel("closed", overwrites=overwrites), role


async def made_in(sim: Sim, channel: ChannelHandle, **options: Any) -> Job:
    await sim.ann.slash(channel, "imagine", prompt=SECRET, **options)
    return await _newest(sim)


async def _newest(sim: Sim) -> Job:
    await sim.finish()
    job = await sim.store.read(lookups.find_by_api_id, sim.api.submits[-1].job_id)
    assert job is not None
    return job


async def no_view(sim: Sim) -> Case:
    channel, _ = closed_channel(sim)
    return Case(sim, sim.ben, sim.channel, await made_in(sim, channel), sim.ann)


async def lost_role(sim: Sim) -> Case:
    channel, role = closed_channel(sim)
    dan = sim.guild.add_member(sim.env.create_user("dan"), roles=[role])
    case = Case(sim, dan, sim.channel, await made_in(sim, channel), sim.ann)
    sim.env.backend.remove_member_role(sim.guild.id, dan.id, role.id)
    return case


async def left_and_asks_elsewhere(sim: Sim) -> Case:
    job = await made_in(sim, sim.channel)
    sim.guild.remove_member(sim.ben)
    return await _in_another_server(sim, sim.ben.user, job)


async def another_server(sim: Sim) -> Case:
    job = await made_in(sim, sim.channel)
    return await _in_another_server(sim, sim.env.create_user("cat"), job)


async def both_servers(sim: Sim) -> Case:
    return await _in_another_server(sim, sim.ben.user, await made_in(sim, sim.channel))


async def _in_another_server(sim: Sim, user: UserHandle, job: Job) -> Case:
    other = sim.env.create_guild("Elsewhere")
    channel = other.create_text_channel("square")
    return Case(sim, other.add_member(user), channel, job, other.add_member(sim.ann.user))


async def private_thread(sim: Sim) -> Case:
    channel = await sim.env.bot.fetch_channel(sim.channel.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="us", type=discord.ChannelType.private_thread)
    await thread.add_user(discord.Object(sim.ann.id))
    [handle] = sim.channel.threads
    return Case(sim, sim.ben, sim.channel, await made_in(sim, handle), sim.ann)


async def thread_of_a_closed_channel(sim: Sim) -> Case:
    closed, _ = closed_channel(sim)
    channel = await sim.env.bot.fetch_channel(closed.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="us", type=discord.ChannelType.public_thread)
    [handle] = closed.threads
    return Case(sim, sim.ben, sim.channel, await made_in(sim, handle), sim.ann)


async def direct_message(sim: Sim) -> Case:
    await sim.ann.user.slash("imagine", prompt=SECRET)
    return Case(sim, sim.ben, sim.channel, await _newest(sim), sim.ann)


async def private_reply(sim: Sim) -> Case:
    return Case(sim, sim.ben, sim.channel, await made_in(sim, sim.channel, private=True), sim.ann)


async def in_direct_messages(sim: Sim) -> Case:
    return Case(sim, sim.ben.user, None, await made_in(sim, sim.channel))


async def hidden_from_the_bot(sim: Sim) -> Case:
    channel = sim.guild.create_text_channel("gallery")
    job = await made_in(sim, channel)
    await set_overwrite(sim, channel, sim.env.bot.user, SEES_NOTHING)
    return Case(sim, sim.ben, sim.channel, job, sim.ann)


async def set_overwrite(
    sim: Sim, channel: ChannelHandle, whose: Any, overwrite: discord.PermissionOverwrite
) -> None:
    """As somebody does in the settings of a channel."""
    allow, deny = overwrite.pair()
    kind = OverwriteType.ROLE if isinstance(whose, RoleHandle) else OverwriteType.MEMBER
    sim.env.backend.set_overwrite(
        channel.id, Overwrite(target_id=whose.id, type=kind, allow=allow.value, deny=deny.value)
    )
    await sim.env.settle()


STRANGERS: dict[str, Callable[[Sim], Awaitable[Case]]] = {
    "does not see the channel": no_view,
    "lost the role": lost_role,
    "left the server": left_and_asks_elsewhere,
    "is in another server": another_server,
    "asks in another server": both_servers,
    "asks in direct messages": in_direct_messages,
    "is not in the private thread": private_thread,
    "does not see the thread's channel": thread_of_a_closed_channel,
    "it was a direct message": direct_message,
    "it was a private reply": private_reply,
    "the bot does not see the channel": hidden_from_the_bot,
}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.settings(**ALLOWED)
async def test_strangers_learn_nothing_of_a_job_by_any_door(sim: Sim, stranger: str) -> None:
    case = await STRANGERS[stranger](sim)
    doors = {**DOORS} if case.where else {**COMMANDS, "suggestions": suggestions}
    learned: dict[str, str] = {}
    for name, door in doors.items():
        answer = await door(case)
        if SECRET in answer or case.job_id in answer or "sent to the API" in answer:
            learned[name] = answer
    assert learned == {}
    job = await sim.job(case.job.id)
    assert job.posted == case.job.posted, "nobody else moves where it is found"


async def insider(sim: Sim) -> Case:
    channel, role = closed_channel(sim)
    dan = sim.guild.add_member(sim.env.create_user("dan"), roles=[role])
    return Case(sim, dan, sim.channel, await made_in(sim, channel), sim.ann)


async def same_channel(sim: Sim) -> Case:
    return Case(sim, sim.ben, sim.channel, await made_in(sim, sim.channel), sim.ann)


async def in_a_thread_of_it(sim: Sim) -> Case:
    job = await made_in(sim, sim.channel)
    channel = await sim.env.bot.fetch_channel(sim.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="talk", type=discord.ChannelType.public_thread)
    [thread] = sim.channel.threads
    return Case(sim, sim.ben, thread, job, sim.ann)


async def in_the_private_thread(sim: Sim) -> Case:
    case = await private_thread(sim)
    thread = await sim.env.bot.fetch_channel(case.job.destination.channel_id)
    assert isinstance(thread, discord.Thread)
    await thread.add_user(discord.Object(sim.ben.id))
    return case


async def its_author_elsewhere(sim: Sim) -> Case:
    channel, _ = closed_channel(sim)
    return Case(sim, sim.ann, sim.channel, await made_in(sim, channel), sim.ann)


async def its_author_of_a_private_one(sim: Sim) -> Case:
    return Case(sim, sim.ann, sim.channel, await made_in(sim, sim.channel, private=True), sim.ann)


INSIDERS: dict[str, Callable[[Sim], Awaitable[Case]]] = {
    "has the role of the channel": insider,
    "is in the same channel": same_channel,
    "is in a thread of the channel": in_a_thread_of_it,
    "is in the private thread": in_the_private_thread,
    "is its author": its_author_elsewhere,
    "is the author of a private one": its_author_of_a_private_one,
}
OWN_CHANNEL_ALONE = {"suggestions"}


@pytest.mark.parametrize("person", INSIDERS)
@pytest.mark.settings(**ALLOWED)
async def test_who_sees_the_channel_uses_every_door(sim: Sim, person: str) -> None:
    case = await INSIDERS[person](sim)
    refused: dict[str, str] = {}
    for name, door in DOORS.items():
        answer = await door(case)
        known = SECRET in answer or case.job_id in answer or "sent to the API" in answer
        elsewhere = case.where is None or case.job.destination.channel_id != case.where.id
        own = case.who.id == sim.ann.id
        if not known and not (name in OWN_CHANNEL_ALONE and elsewhere and not own):
            refused[name] = answer
    assert refused == {}
