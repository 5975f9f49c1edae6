"""The store: every job and its images, kept in a database.

Only the nouns of `bot.model` go in and come out; tables, SQL and drivers stay inside.
"""

from bot.store.instance_lock import InstanceLock
from bot.store.opening import DatabaseStatus, inspect_database, open_store
from bot.store.steps import StoreSession
from bot.store.store import Store
from bot.store.tables import Erased

__all__ = [
    "DatabaseStatus",
    "Erased",
    "InstanceLock",
    "Store",
    "StoreSession",
    "inspect_database",
    "open_store",
]
