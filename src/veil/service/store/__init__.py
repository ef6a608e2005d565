"""Store: what was handed in, sealed; who may enter; and those who work at it."""

from veil.service.store.access import Caller
from veil.service.store.job_request import JobRequest
from veil.service.store.limits import Limits
from veil.service.store.site import Site, site_at
from veil.service.store.store import ServiceStore
from veil.service.store.wrapping_key import open_key

__all__ = ["Caller", "JobRequest", "Limits", "ServiceStore", "Site", "open_key", "site_at"]
