"""How long tests wait for what must come."""

HANGS_S = 300.0
"""Who waits longer waits for something that never comes. Nothing is measured by it."""
EASY_S = 60.0
"""Instead of the three seconds that Discord waits for an answer, where a test is not about them.

A machine that has other work beside the tests may take longer than anybody on Discord would wait.
"""
EASY = {"bot.studio.lookups.STORE_BUDGET_S": EASY_S / 2}
"""The bot's part in that: what of those seconds the database may take."""
