"""Stores: where data lies (a folder, a database), what is in it, and how one thing in it is opened."""

from veil.stores.address import is_address
from veil.stores.base import Relation, Store, Stretch, Taker, Target
from veil.stores.folder import FolderStore, data_files, file_digest
from veil.stores.opening import Inputs, check_target, open_store, open_target, shown_address

__all__ = [
    "FolderStore",
    "Inputs",
    "Relation",
    "Store",
    "Stretch",
    "Taker",
    "Target",
    "check_target",
    "data_files",
    "file_digest",
    "is_address",
    "open_store",
    "open_target",
    "shown_address",
]
