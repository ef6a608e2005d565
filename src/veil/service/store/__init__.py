"""Store: what was handed in, sealed; who may enter; and those who work at it."""

from veil.service.store.access import Caller
from veil.service.store.choice import Choice
from veil.service.store.key import open_key
from veil.service.store.site import Site, site_at
from veil.service.store.store import ServiceStore
from veil.service.store.terms import Terms

__all__ = ["Caller", "Choice", "ServiceStore", "Site", "Terms", "open_key", "site_at"]
