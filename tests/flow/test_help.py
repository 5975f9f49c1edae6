"""`/help`: what the bot can do, told to whoever asks."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.client import RemixBot
from tests.flow.sim import Sim, shown, simulated, text


async def test_help_names_every_command_to_who_asks_alone(sim: Sim) -> None:
    message = shown(await sim.ann.slash(sim.channel, "help"))
    assert message.ephemeral
    assert isinstance(sim.env.bot, RemixBot)
    for command in sim.env.bot.tree.get_commands():
        typed = isinstance(command, discord.app_commands.Command)
        assert (f"`/{command.name}`" if typed else f"**{command.name}**") in text(message)
    assert "limits" not in text(message), "there are none"


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (
            {"max_running_per_user": 3},
            "Your limits: 3 jobs at once (more will wait).",
        ),
        (
            {"max_jobs_per_day_per_user": 9, "max_usd_per_day_per_user": Decimal("2.5")},
            "Your limits: 9 jobs in 24 hours and $2.50 in 24 hours.",
        ),
    ],
)
async def test_help_tells_the_limits(tmp_path: Path, limits: dict[str, Any], sentence: str) -> None:
    async with simulated(tmp_path / "remixbot.db", **limits) as sim:
        assert sentence in text(shown(await sim.ann.slash(sim.channel, "help")))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"remix_within_days": 2.5}, "The API remixes images for 2.5 days and keeps them for"),
        ({"remix_within_days": 1.0}, "The API remixes images for 1 day and keeps them for"),
        ({"remix_within_days": 0.0}, "see the images. The API keeps them for about 30 days. If"),
        ({"retention_days": 90}, "30 days. I erase what I know about a job after 90 days. If"),
    ],
)
async def test_help_says_for_how_long_as_it_is_set(
    tmp_path: Path, settings: dict[str, Any], sentence: str
) -> None:
    async with simulated(tmp_path / "remixbot.db", **settings) as sim:
        assert sentence in text(shown(await sim.ann.slash(sim.channel, "help")))


@pytest.mark.settings(allowed_guilds=frozenset({1}))
async def test_help_says_where_the_bot_may_not_be_used(sim: Sim) -> None:
    message = shown(await sim.ann.slash(sim.channel, "help"))
    assert "This bot isn't enabled for this server" in text(message)
