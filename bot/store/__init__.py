"""The store: every job and its pictures, kept in a database.

Only the nouns of `bot.model` go in and come out; tables, SQL and drivers stay inside.
"""

from bot.store.looking import Condition, look_at_store
from bot.store.opening import open_store
from bot.store.sole_use import SoleUse
from bot.store.store import Store

__all__ = ["Condition", "SoleUse", "Store", "look_at_store", "open_store"]
