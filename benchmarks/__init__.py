"""Programs that print figures: how quick the bot is, how large it grows, how much it takes."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "packages" / "discord-server" / "src"))
