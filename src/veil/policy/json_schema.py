"""JSON Schema of project files, for editors."""

from __future__ import annotations

from typing import Any

from veil.parts import FORMATS, traits_of
from veil.policy.project import Project


def json_schema() -> dict[str, Any]:
    """The JSON Schema of project files, for editors."""
    schema = Project.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Veil project"
    own = [name for name in FORMATS if not traits_of(name).stored]
    keys = schema["$defs"]["SourceSection"]["properties"]
    keys["format"]["anyOf"] = [{"enum": own}, {"type": "string"}, {"type": "null"}]
    return schema
