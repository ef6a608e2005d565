"""Hydra: a configuration put together from its files, its `defaults:` and overrides, read as data and never run."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from veil.errors import LimitError, PolicyError

_MOST_BYTES = 1 << 20
_MOST_NODES = 100_000
_MOST_FILES = 200
_KEPT_BY_HYDRA = "hydra"  # how Hydra itself runs: nothing of the data


class _ClearedPage(yaml.SafeLoader):
    """YAML as data: a key that stands twice is an error, as it is for Hydra."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.MarkedYAMLError(problem="twice", problem_mark=key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def compose(path: Path, overrides: list[str] | None = None) -> dict[str, Any]:
    """The configuration of a file: what it names under `defaults:`, itself over it, then the overrides.

    Shape:   plain mappings, lists and scalars, interpolations not yet resolved. Of several files the last says most; a
             file comes after its own defaults unless `_self_` says where. `group/option` goes under the key `group`,
             unless its first line is `# @package _global_`.
    Errors:  PolicyError `import-unreadable`, `import-yaml`, `import-shape`, `import-default`, `import-override`;
             LimitError `import-large`, `import-many`.
    """
    found = _composed(path, path.parent, (), [0])
    found.pop(_KEPT_BY_HYDRA, None)
    for override in overrides or []:
        _override(found, override)
    return found


def read(path: Path) -> tuple[dict[str, Any], str]:
    """One file as data, and its package header ("" for none)."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise LimitError("import-large", "a configuration file is larger than 1 MiB", where=path.name)
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise PolicyError(
            "import-unreadable",
            "a configuration file cannot be read as UTF-8 text",
            where=path.name,
            hint="check that the file exists and is readable",
        ) from None
    try:
        found = yaml.load(text, Loader=_ClearedPage)  # noqa: S506  a SafeLoader that is stricter
        _check_size(found, path.name)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path.name}:{mark.line + 1}" if mark is not None else path.name
        raise PolicyError("import-yaml", "not valid YAML, or a key appears twice", where=place) from None
    if found is None:
        return {}, _package(text)
    if not isinstance(found, dict):
        raise PolicyError("import-shape", "a configuration file must be a mapping of keys", where=path.name)
    return _texts(found), _package(text)


def _check_size(found: Any, name: str) -> None:
    """Nothing, where the data is of a size to be read, its aliases written out.

    Errors:  LimitError `import-many`; ValueError where it holds itself.
    """
    sizes: dict[int, int] = {}

    def size(node: Any) -> int:
        if not isinstance(node, dict | list):
            return 1
        known = sizes.get(id(node))
        if known is not None:
            if known < 0:
                raise ValueError
            return known
        sizes[id(node)] = -1
        inner = node.values() if isinstance(node, dict) else node
        sizes[id(node)] = 1 + sum(size(each) for each in inner)
        return sizes[id(node)]

    if size(found) > _MOST_NODES:
        raise LimitError("import-many", f"a configuration has more than {_MOST_NODES:,} values", where=name)


def _texts(found: Any) -> Any:
    """The same data with every key a text, each alias a copy of its own."""
    if isinstance(found, dict):
        return {str(key): _texts(value) for key, value in found.items()}
    return [_texts(entry) for entry in found] if isinstance(found, list) else found


def _package(text: str) -> str:
    for line in text.splitlines():
        if not line.startswith("#"):
            return ""
        if line.removeprefix("#").strip().startswith("@package"):
            return line.split("@package", 1)[1].strip()
    return ""


def _composed(path: Path, root: Path, above: tuple[Path, ...], count: list[int]) -> dict[str, Any]:
    count[0] += 1
    if path in above or count[0] > _MOST_FILES:
        raise PolicyError("import-default", "the `defaults:` form a cycle, or include too many files", where=path.name)
    own, _ = read(path)
    listed = own.pop("defaults", [])
    if not isinstance(listed, list):
        raise PolicyError("import-default", "`defaults:` must be a list", where=path.name)
    found: dict[str, Any] = {}
    said = False
    for entry in listed:
        if entry == "_self_":
            found, said = merged(found, own), True
            continue
        for name, group in _named(entry, path.name):
            found = merged(found, _default(name, group, path, root, (*above, path), count))
    return found if said else merged(found, own)


def _named(entry: Any, where: str) -> Iterator[tuple[str, str]]:
    """The file and the group that an entry of `defaults:` names; none where it names none."""
    wrong = PolicyError(
        "import-default",
        "an entry of `defaults:` has a form that is not supported",
        where=where,
        hint="supported: a file name without ending, group/option, {group: option}, _self_",
    )
    if isinstance(entry, str):
        optional, name, group = False, entry.removeprefix("optional ").strip(), str(PurePosixPath(entry).parent)
    elif isinstance(entry, dict) and len(entry) == 1:
        ((key, option),) = entry.items()
        if option is None:
            return
        if not isinstance(option, str):
            raise wrong
        optional, group = key.startswith("optional "), key.removeprefix("optional ").strip()
        name = f"{group}/{option}"
    else:
        raise wrong
    if name.startswith("override ") or any(sign in name for sign in "@:$") or ".." in name.split("/") or optional:
        raise wrong
    yield name.removesuffix(".yaml").removesuffix(".yml"), "" if group == "." else group.strip("/")


def _default(
    name: str, group: str, path: Path, root: Path, above: tuple[Path, ...], count: list[int]
) -> dict[str, Any]:
    base = root if name.startswith("/") else path.parent
    stem = base / name.lstrip("/")
    file = next(
        (
            candidate
            for candidate in (stem.with_name(stem.name + end) for end in (".yaml", ".yml"))
            if candidate.is_file()
        ),
        None,
    )
    if file is None:
        raise PolicyError(
            "import-default",
            f"`defaults:` names {shown(name)}, but this file does not exist",
            where=path.name,
            hint="the path is relative to the file that names it",
        )
    found = _composed(file, root, above, count)
    package = _package(file.read_text(encoding="utf-8-sig"))
    keys = [] if package == "_global_" else (package or group.replace("/", ".")).replace("_group_", group).split(".")
    for key in reversed([key for key in keys if key]):
        found = {key: found}
    return found


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Both, mappings joined deeply; of anything else the second."""
    found = dict(base)
    for key, value in over.items():
        below = found.get(key)
        found[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return found


def _override(found: dict[str, Any], override: str) -> None:
    """`key=value` changes a key that is there, `+key=value` adds one, `~key` takes one away; what fails, fails loudly."""
    sign, path = (override[:1], override[1:]) if override[:1] in ("+", "~") else ("", override)
    path, equals, value = path.partition("=")
    keys = path.lstrip("+").strip().split(".")
    if not all(keys) or bool(equals) == (sign == "~"):
        raise PolicyError("import-override", "an override must be key=value, +key=value or ~key")
    at: Any = found
    for key in keys[:-1]:
        at = at.setdefault(key, {}) if sign == "+" and isinstance(at, dict) else _inside(at, key, path)
    there = _has(at, keys[-1])
    if (sign != "+" and not there) or not isinstance(at, dict | list):
        raise _no_such_key(path)
    if sign == "~":
        del at[_key(at, keys[-1])]
        return
    try:
        at[_key(at, keys[-1])] = _texts(yaml.safe_load(value))
    except (yaml.YAMLError, ValueError, IndexError):
        raise PolicyError("import-override", f"the value of the override {shown(path)} cannot be read") from None


def _inside(at: Any, key: str, path: str) -> Any:
    if not _has(at, key):
        raise _no_such_key(path)
    return at[_key(at, key)]


def _has(at: Any, key: str) -> bool:
    return key in at if isinstance(at, dict) else isinstance(at, list) and key.isdigit() and int(key) < len(at)


def _key(at: Any, key: str) -> Any:
    return int(key) if isinstance(at, list) else key


def _no_such_key(path: str) -> PolicyError:
    return PolicyError(
        "import-override",
        f"the override {shown(path)} does not match a key of the configuration",
        hint="to add a key: +key=value",
    )


def shown(name: str) -> str:
    """A name of the configuration as a message may say it: on one line, and no longer than a name is."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:80]
