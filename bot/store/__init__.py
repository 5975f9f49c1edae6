"""The store: every job and its images, kept in a database.

Only the nouns of `bot.model` go in and come out; tables, SQL and drivers stay inside.
"""

from bot.store.inspection import DatabaseStatus, inspect_database
from bot.store.instance_lock import InstanceLock
from bot.store.lifecycle import open_store
from bot.store.store import Store

__all__ = ["DatabaseStatus", "InstanceLock", "Store", "inspect_database", "open_store"]
