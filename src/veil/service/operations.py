"""Operations: the names of calls, as clients that are generated from the OpenAPI document have them."""

from __future__ import annotations

import re

from fastapi.routing import APIRoute

_API = "/api/v1"
_NAMES = {
    "POST /detect": "detect",
    "POST /deidentify": "deidentify",
    "POST /explain": "explain",
    "POST /batch": "deidentify_batch",
    "POST /phi": "detect_phi",
    "GET /health": "get_health",
    "GET /entities": "list_entity_types",
    "GET /metrics": "get_metrics",
    "GET /jobs": "list_jobs",
    "POST /jobs": "create_job",
    "PUT /jobs/{job}/file": "upload_file",
    "GET /jobs/{job}": "get_job",
    "DELETE /jobs/{job}": "delete_job",
    "POST /jobs/{job}/cancel": "cancel_job",
    "GET /jobs/{job}/plan": "get_plan",
    "PUT /jobs/{job}/plan": "change_plan",
    "POST /jobs/{job}/start": "start_job",
    "GET /jobs/{job}/result": "download_result",
    "GET /jobs/{job}/report": "get_report",
}


def operation_id(route: APIRoute) -> str:
    """The name of a call of the API as people would give it; of the portal's own, its verb and its path."""
    (method,) = route.methods or {"GET"}
    name = _NAMES.get(f"{method} {route.path.removeprefix(_API)}") if route.path.startswith(_API) else None
    words = re.findall(r"[a-z0-9]+", route.path.replace("/api", "").lower())
    return name or "_".join([*words[:1], method.lower(), *words[1:]])
