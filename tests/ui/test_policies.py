"""Nothing can be used of which it isn't said who may use it."""

from enum import StrEnum
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from bot.actions import ACTIONS, SourceKind
from bot.command_tree import CommandTree
from bot.errors import ChannelNotAllowed, NotYours
from bot.services.access import AccessPolicy
from bot.ui.custom_ids import Verb
from bot.ui.policy import Policies, Policy, declare, policy_of
from cogs.components import Components

AnyCommand = app_commands.Command[Any, ..., None]


async def do_nothing(interaction: discord.Interaction) -> None:
    """A command."""


async def do_nothing_with(interaction: discord.Interaction, message: discord.Message) -> None:
    """A command of a message's menu."""


@pytest.fixture
def tree() -> CommandTree:
    client = commands.Bot((), intents=discord.Intents.none(), tree_cls=CommandTree)
    return cast("CommandTree", client.tree)


async def test_a_command_that_does_not_say_who_may_use_it_is_refused_at_the_start(
    tree: CommandTree,
) -> None:
    plain: AnyCommand = app_commands.Command(name="free", description="x", callback=do_nothing)
    menu = app_commands.ContextMenu(name="Free this", callback=do_nothing_with)
    for command in (plain, menu):
        with pytest.raises(TypeError, match=f"'{command.name}' doesn't say who may use it: give"):
            tree.add_command(command)
    assert tree.get_commands() == []


async def test_a_command_that_says_so_is_taken(tree: CommandTree) -> None:
    extras = declare(Policy.OPEN)
    command: AnyCommand = app_commands.Command(
        name="free", description="x", callback=do_nothing, extras=extras
    )
    tree.add_command(command)
    assert policy_of(command) is Policy.OPEN


def test_a_button_of_which_nothing_says_who_may_press_it_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_another = StrEnum("Verb", {**{one.name: one.value for one in Verb}, "FOLD": "fold"})
    monkeypatch.setattr("cogs.components.Verb", with_another)
    with pytest.raises(TypeError, match=r"who may press them: \['fold'\]"):
        Components(cast("Any", None))


def test_only_answers_that_one_person_sees_have_buttons_for_everybody() -> None:
    handlers = Components(cast("Any", None)).handlers
    made_of_something = {key for key, one in ACTIONS.items() if one.source is not SourceKind.NONE}
    assert set(handlers) == {*Verb, *made_of_something}
    open_to_all = {verb for verb, (policy, _) in handlers.items() if policy is Policy.OPEN}
    assert open_to_all == {Verb.CANCEL, Verb.KEEP}


@pytest.mark.parametrize("policy", [Policy.CALLER_OR_AUTHOR, Policy.RESULT_AUTHOR])
async def test_what_is_for_the_author_of_a_message_is_for_nobody_where_there_is_none(
    policy: Policy,
) -> None:
    def get_guild(guild_id: int) -> object:
        return discord.Object(guild_id)

    interaction: Any = SimpleNamespace(
        user=SimpleNamespace(id=7),
        channel=None,
        channel_id=1,
        guild_id=1,
        permissions=discord.Permissions.none(),
        message=None,
        locale=discord.Locale.american_english,
        client=SimpleNamespace(get_guild=get_guild),
        is_guild_integration=lambda: True,
        is_user_integration=lambda: False,
    )
    access = AccessPolicy(allowed_channels=frozenset({2}))
    jobs: Any = SimpleNamespace(access=access)
    sight: Any = SimpleNamespace(seen=do_nothing)
    with pytest.raises((ChannelNotAllowed, NotYours)):
        await Policies(jobs, cast("Any", None), sight).check(interaction, policy)
