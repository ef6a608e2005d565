"""Text options: the detectors and lists that a command names, as a project would write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veil.detectors.scanner import Scanner, standard
from veil.model import Label
from veil.policy.lists import detectors_of, site_list, written_entry
from veil.policy.parse import YamlDocument


@dataclass(frozen=True, slots=True)
class Search:
    """Options of a command line.

    Shape:   `detectors`: only these (none: the standard ones); `filters`, `model` and `safelist` come on top of them. `allow` and
             `deny`: words, `re:PATTERN`, `@FILE`.
    """

    detectors: Sequence[str] | None = None
    filters: Path | None = None
    safelist: bool = False
    allow: Sequence[str] = ()
    deny: Sequence[str] = ()
    model: Path | None = None

    def written(self) -> dict[str, Any]:
        """The keys of a project that say the same; none where nothing was asked for."""
        keys: dict[str, Any] = {}
        files = {name: path for name, path in (("filters", self.filters), ("model", self.model)) if path is not None}
        if self.detectors or files or self.safelist:
            keys["detectors"] = [
                *(name for name in self.detectors or ["standard"] if name not in files),
                *(["safelist"] if self.safelist else []),
                *({name: str(path.resolve())} for name, path in files.items()),
            ]
        for key, entries in (("allow", self.allow), ("deny", self.deny)):
            if entries:
                keys[key] = [written_entry(entry) for entry in entries]
        return keys

    def scanner(self) -> Scanner:
        """The scanner of these options, without a project.

        Errors:  PolicyError and PartError as a project has them.
        """
        keys, here = self.written(), Path.cwd()
        document = YamlDocument("the command line", keys)
        search = detectors_of(keys.get("detectors"), document, here)
        allow = site_list(keys.get("allow", ()), "allow", document, here)
        deny = site_list(keys.get("deny", ()), "deny", document, here)
        return standard(
            search.names,
            files={"filters": search.filters, "model": search.model},
            allow=[word for word, _ in allow.words],
            allow_patterns=[pattern for pattern, _ in allow.patterns],
            deny={word: Label(label) for word, label in deny.words},
            deny_patterns={pattern: Label(label) for pattern, label in deny.patterns},
        )
