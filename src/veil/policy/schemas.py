"""Schema packs: ready rules for the tables of a published standard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from veil.errors import PolicyError
from veil.policy.parse import nearest, read_yaml
from veil.policy.project import Project, Source

HERE = Path(__file__).parent / "schemas"
PACKS = tuple(sorted(path.stem for path in HERE.glob("*.yaml")))


def with_schema(project: Project) -> Project:
    """The project with the tables of its schema pack under its own; tables that are not there are skipped."""
    if project.schema_ is None:
        return project
    if project.schema_ not in PACKS:
        raise PolicyError("schema-unknown", "there is no such schema pack", hint=nearest(project.schema_, PACKS))
    pack = read_yaml(HERE / f"{project.schema_}.yaml").data
    tables: dict[str, Any] = {name: Source(**{"missing": "skip", **table}) for name, table in pack["tables"].items()}
    for name, own in project.tables.items():
        below = tables.get(name)
        said = {key: getattr(own, key) for key in own.model_fields_set}
        if below is not None:
            said = {
                **{key: getattr(below, key) for key in below.model_fields_set},
                **said,
                "columns": {**below.columns, **own.columns},
            }
        tables[name] = Source(**said)
    return project.model_copy(update={"tables": tables, "person": project.person or pack.get("person")})
