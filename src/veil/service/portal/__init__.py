"""Portal: the web page's own calls, and the pages."""

from veil.service.portal.api import create_portal, portal_router

__all__ = ["create_portal", "portal_router"]
