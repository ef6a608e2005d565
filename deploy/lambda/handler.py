"""Lambda: the texts of `veil serve` behind API Gateway; nothing is kept between two calls but the model."""

from __future__ import annotations

import asyncio
from typing import Any

from mangum import Mangum

from veil.service.app import create_app
from veil.service.gate.root_key import root_keys
from veil.service.settings import ServiceSettings

_APP = create_app(ServiceSettings(root_keys(None, known=True), body=6 << 20))  # the gateway takes six megabytes
# One loop for the life of the sandbox: the application is begun once, and its model is loaded once.
_LOOP = asyncio.new_event_loop()
asyncio.set_event_loop(_LOOP)
_HANDLER = Mangum(_APP, lifespan="auto")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """What API Gateway (HTTP API, payload 2.0, or REST API) or a function URL calls."""
    return dict(_HANDLER(event, context))
