"""Interpolate: `${io.data.path}` and `${oc.env:NAME}` of a configuration, put in place."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from veil.errors import PolicyError
from veil.importers.hydra import shown

_INNERMOST = re.compile(r"(?<!\\)\$\{([^${}]*)\}")
_DEPTH = 20


def interpolated(config: dict[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The configuration with every interpolation resolved.

    Shape:   `${a.b[0]}` from the top, `${.a}` beside, `${..a}` above, `${oc.env:NAME}`, `${oc.env:NAME,default}`; a text
             that is one interpolation takes the type of what it names. `???` is a value that somebody must give.
    Errors:  PolicyError `import-interpolation`, `import-value-missing`.
    """
    return _Resolver(config, os.environ if environment is None else environment).everything()


class _Resolver:
    def __init__(self, config: dict[str, Any], environment: Mapping[str, str]) -> None:
        self._config, self._environment = config, environment

    def everything(self) -> dict[str, Any]:
        found: dict[str, Any] = self._resolved(self._config, (), 0)
        return found

    def _resolved(self, value: Any, place: tuple[str, ...], depth: int) -> Any:
        if isinstance(value, dict):
            return {key: self._resolved(inner, (*place, key), depth) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._resolved(inner, (*place, str(at)), depth) for at, inner in enumerate(value)]
        if value == "???":
            raise PolicyError(
                "import-value-missing",
                "a value of the configuration is missing (???)",
                where=shown(".".join(place)),
                hint="set it in the file, or with --override",
            )
        return self._text(value, place, depth) if isinstance(value, str) else value

    def _text(self, text: str, place: tuple[str, ...], depth: int) -> Any:
        for _ in range(_DEPTH):
            found = _INNERMOST.search(text)
            if found is None:
                if re.search(r"(?<!\\)\$\{", text):
                    raise self._wrong(place)
                return text.replace("\\${", "${")
            value = self._value_of(found.group(1).strip(), place, depth)
            if found.span() == (0, len(text)):
                return value
            if isinstance(value, dict | list):
                raise self._wrong(place)
            text = text[: found.start()] + ("" if value is None else str(value)) + text[found.end() :]
        raise self._wrong(place)

    def _value_of(self, inner: str, place: tuple[str, ...], depth: int) -> Any:
        if depth > _DEPTH:
            raise self._wrong(place)
        if ":" in inner:
            return self._environ(inner, place)
        dots = len(inner) - len(inner.lstrip("."))
        base = place[:-dots] if dots else ()
        steps = [step for step in re.split(r"[.\[\]]+", inner[dots:]) if step]
        at: Any = self._config
        for step in (*base, *steps):
            if isinstance(at, str) and "${" in at:  # a node that is itself an interpolation
                at = self._text(at, place, depth + 1)
            if isinstance(at, list) and step.isdigit() and int(step) < len(at):
                at = at[int(step)]
            elif isinstance(at, dict) and step in at:
                at = at[step]
            else:
                raise self._wrong(place)
        if not steps or dots > len(place):
            raise self._wrong(place)
        return self._resolved(at, (*base, *steps), depth + 1)

    def _environ(self, inner: str, place: tuple[str, ...]) -> str:
        resolver, _, rest = inner.partition(":")
        name, comma, default = rest.partition(",")
        value = self._environment.get(name.strip())
        if resolver.strip() not in ("oc.env", "env") or (value is None and not comma):
            raise self._wrong(place)
        return value if value is not None else default.strip().strip("'\"")

    @staticmethod
    def _wrong(place: tuple[str, ...]) -> PolicyError:
        return PolicyError(
            "import-interpolation",
            "an interpolation ${...} does not resolve, or has a form that is not supported",
            where=shown(".".join(place)),
            hint="supported: ${key.key}, ${.key}, ${oc.env:NAME}, ${oc.env:NAME,default}",
        )
