"""Schema packs: ready rules for the tables of a published standard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from veil.errors import PolicyError
from veil.formats.compression import bare
from veil.policy.parse import nearest, read_yaml
from veil.policy.project import Project, SourceSection, SubjectSection

HERE = Path(__file__).parent / "schemas"
PACKS = tuple(sorted(path.stem for path in HERE.glob("*.yaml")))


def with_schema(project: Project) -> Project:
    """The project with the tables of its schema pack under its own; tables that are not there are skipped."""
    if project.schema_ is None:
        return project
    if project.schema_ not in PACKS:
        raise PolicyError("schema-unknown", "unknown schema pack", hint=nearest(project.schema_, PACKS))
    pack = _pack(project.schema_)
    tables = pack_tables(pack)
    for name, own in project.tables.items():
        table_name = next((known for known in tables if known.lower() == name.lower()), name)
        below = tables.get(table_name)
        stated = {key: getattr(own, key) for key in own.model_fields_set}
        if below is not None:
            mine = {column.lower() for column in own.columns}
            kept = {column: rule for column, rule in below.columns.items() if column.lower() not in mine}
            stated = {
                **{key: getattr(below, key) for key in below.model_fields_set},
                **stated,
                "columns": {**kept, **own.columns},
            }
        tables[table_name] = SourceSection(**stated)
    return project.model_copy(update={"tables": tables, "person": project.person or pack.get("person")})


@lru_cache(maxsize=2)
def _pack(name: str) -> dict[str, Any]:
    return read_yaml(HERE / f"{name}.yaml").data


def named_by_standard(project: Project, name: str, files: Sequence[str]) -> bool:
    """Whether the files bear the very name of a table of the pack: it is the standard's word, and no person's."""
    if project.schema_ is None or name.lower() not in {table.lower() for table in _pack(project.schema_)["tables"]}:
        return False
    return all(PurePosixPath(bare(file)).stem.lower() == name.lower() and "/" not in file for file in files)


def pack_tables(pack: dict[str, Any]) -> dict[str, SourceSection]:
    """The tables of a pack as sources of a project.

    Shape:   `rules` names rules, each with its reason; `every` holds for all tables; a table says which of its columns
             each named rule is for (`rule: [column, ...]`, or one column), and `columns` what is said of one alone.
    """
    found = {}
    for name, table in pack["tables"].items():
        columns = {
            column: pack["rules"][rule]
            for rule, named in table.get("rules", {}).items()
            for column in ([named] if isinstance(named, str) else named)
        }
        stated = {key: value for key, value in table.items() if key != "rules"}
        found[name] = SourceSection(
            **{"missing": "skip", **pack.get("every", {}), **stated, "columns": {**columns, **table.get("columns", {})}}
        )
    return found


def as_spelled(source: SourceSection, header: Sequence[str]) -> SourceSection:
    """The source with its columns spelled as the header has them: a standard's names stand in any case."""
    spelled = {column.lower(): column for column in reversed(header)}

    def like(column: str | None) -> str | None:
        return column if column is None or column in header else spelled.get(column.lower(), column)

    stated = source.subject
    subject = (
        like(stated)
        if not isinstance(stated, SubjectSection)
        else stated.model_copy(
            update={
                "on": [str(like(column)) for column in stated.on] if isinstance(stated.on, list) else like(stated.on)
            }
        )
    )
    columns = {str(like(column)): _where_spelled(rule, spelled) for column, rule in source.columns.items()}
    facts = source.facts and source.facts.model_copy(
        update={name: [str(like(column)) for column in columns_] for name, columns_ in source.facts}
    )
    update = {
        "subject": subject,
        "sex": like(source.sex),
        "born": like(source.born),
        "columns": columns,
        "facts": facts,
    }
    return source.model_copy(update=update)


def _where_spelled(rule: Any, spelled: dict[str, str]) -> Any:
    if isinstance(rule, list):
        return [_where_spelled(inner, spelled) for inner in rule]
    if isinstance(rule, dict) and "where" in rule:
        words = re.split(r"('[^']*'|\w+)", str(rule["where"]))
        return {**rule, "where": "".join(spelled.get(word.lower(), word) for word in words)}
    return rule
