"""`/help`: what the bot can do, told to whoever asks."""

from pathlib import Path

import pytest

from bot.studio import Limits
from tests.flow.sim import Sim, shown, simulated, text


async def test_help_names_every_command_to_who_asks_alone(sim: Sim) -> None:
    message = shown(await sim.ann.slash(sim.channel, "help"))
    assert message.ephemeral
    for command in sim.ann.available_commands(sim.channel):
        assert f"`/{command.lstrip('/')}`" in text(message)
    assert "limits" not in text(message), "there are none"


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(running_per_user=3), "The limits here: 3 of your jobs at once."),
        (
            Limits(running_per_user=2, jobs_per_day=200),
            "The limits here: 2 of your jobs at once and 200 jobs of all people in 24 hours.",
        ),
    ],
)
async def test_help_tells_the_limits(tmp_path: Path, limits: Limits, sentence: str) -> None:
    async with simulated(tmp_path / "remixbot.db", limits) as sim:
        assert sentence in text(shown(await sim.ann.slash(sim.channel, "help")))


async def test_help_says_where_the_bot_may_not_be_used(tmp_path: Path) -> None:
    limits = Limits(allowed_guilds=frozenset({1}))
    async with simulated(tmp_path / "remixbot.db", limits) as sim:
        message = shown(await sim.ann.slash(sim.channel, "help"))
        assert "This bot is not open to this server" in text(message)
