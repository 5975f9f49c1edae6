"""Runs a module, unchanged, with discord.py pointed at a server of ours.

SOCKET_DISCORD_URL=http://127.0.0.1:1234 python -m discord_server.launch bot
"""

import os
import runpy
import sys

import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

VARIABLE = "SOCKET_DISCORD_URL"


def main() -> None:
    """Point discord.py at ``SOCKET_DISCORD_URL``, then run the module named, with what follows."""
    url, module = os.environ[VARIABLE], sys.argv[1]
    Route.BASE = f"{url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url).with_scheme("ws") / "gateway"
    setattr(Asset, "BASE", url)  # noqa: B010  # typed as one fixed string
    sys.argv = sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
