"""Formats of a project: Veil's own, and those of the packages that the project lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic import ValidationError

from veil.errors import PartError, PolicyError
from veil.formats.compression import bare
from veil.parts import FORMATS, kind_of, offered, package_name, part, traits_of, unknown
from veil.policy.expected import first_wrong
from veil.policy.parse import nearest

_MEMBERS = ("name", "traits", "writes", "after", "inspect", "split", "read", "reread", "writer", "is_joined", "join")


class Formats:
    """The formats by the names that a project may write.

    Keeps:   a format of Veil's own is never another package's; a package that is not listed is not imported.
    """

    def __init__(self, packages: Iterable[str] = ()) -> None:
        self._full: dict[str, str] = {}
        for package in map(package_name, packages):
            self._full |= {name: f"{package}:{name}" for name in offered("formats", package) if name not in FORMATS}

    def named(self, written: str, where: str) -> str:
        """The whole name of a format as the plan has it.

        Errors:  PartError `part-unknown` with the formats that there are, `plugin-load`, `plugin-shape`.
        """
        if written in FORMATS:
            return written
        full = self._full.get(written, written)
        if full not in self._full.values():
            raise unknown("formats", written, where, also=self._full)
        _check_shape(full, where)
        return full

    def kind_of(self, file: str) -> str:
        """The format that a file's name tells; "" for none."""
        ending = PurePosixPath(bare(file)).suffix.lower()
        own = (full for full in self._full.values() if ending in traits_of(full).endings)
        return kind_of(file) or next(own, "")

    def is_known(self, file: str) -> bool:
        return bool(self.kind_of(file))


def given_of(kind: str, stated: Mapping[str, Any], more: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What a project states of the files of a source, as the format's own model takes it.

    Shape:   `stated`: the keys that every source has; those that the format does not take are left out. `more`: the
             source's `settings:`.
    Errors:  PolicyError `format-setting` for a setting that the format does not have, or a value that it does not take.
    """
    model = traits_of(kind).model
    known = [field.alias or name for name, field in model.model_fields.items()]
    foreign = [name for name in more if name not in known]
    if foreign:
        allowed = ", ".join(known) or "none"
        raise PolicyError(
            "format-setting",
            f"unknown setting {foreign[0]} of the format {kind}",
            where=where,
            hint=nearest(foreign[0], known) or f"settings of {kind}: {allowed}",
        )
    try:
        validated = model.model_validate({**{name: value for name, value in stated.items() if name in known}, **more})
    except ValidationError as error:
        wrong = first_wrong(error)
        name = ".".join(map(str, wrong.loc))
        raise PolicyError(
            "format-setting",
            f"invalid value for the setting {name} of the format {kind}",
            where=where,
            hint=wrong.expected,
        ) from None
    return validated.model_dump(by_alias=True, exclude_none=True)


def _check_shape(name: str, where: str) -> None:
    kind = part("formats", name)
    missing = [member for member in _MEMBERS if not hasattr(kind, member)]
    if missing:
        raise PartError(
            "plugin-shape",
            f"{name} is not a format: it has no {missing[0]}",
            where=where,
            hint="see docs/contributing/add-a-format.md; `veil.testing.check_format` tests it",
        )
