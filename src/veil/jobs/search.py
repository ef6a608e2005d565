"""Search: what a command is told of detectors and lists, as a project would write it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veil.detectors.scanner import Scanner, standard
from veil.model import Label
from veil.policy.lists import detectors_of, site_list, written_entry
from veil.policy.parse import Document


@dataclass(frozen=True, slots=True)
class Search:
    """Options of a command line.

    Shape:   `detectors`: only these (none: the standard ones); `filters` and `safelist` come on top of them. `allow` and
             `deny`: words, `re:PATTERN`, `@FILE`.
    """

    detectors: Sequence[str] | None = None
    filters: Path | None = None
    safelist: bool = False
    allow: Sequence[str] = ()
    deny: Sequence[str] = ()

    def written(self) -> dict[str, Any]:
        """The keys of a project that say the same; none where nothing was asked for."""
        keys: dict[str, Any] = {}
        if self.detectors or self.filters is not None or self.safelist:
            given = self.filters is not None
            named: list[str | dict[str, str]] = [
                one for one in self.detectors or ["standard"] if one != "filters" or not given
            ]
            named += ["safelist"] if self.safelist else []
            keys["detectors"] = [
                *named,
                *([{"filters": str(self.filters.resolve())}] if self.filters is not None else []),
            ]
        for key, told in (("allow", self.allow), ("deny", self.deny)):
            if told:
                keys[key] = [written_entry(one) for one in told]
        return keys

    def scanner(self) -> Scanner:
        """The scanner of these options, without a project.

        Errors:  PolicyError and PartError as a project has them.
        """
        keys, here = self.written(), Path.cwd()
        document = Document("the command line", keys)
        names, filters, _ = detectors_of(keys.get("detectors"), document, here)
        allow = site_list(keys.get("allow", ()), "allow", document, here)
        deny = site_list(keys.get("deny", ()), "deny", document, here)
        return standard(
            names, filters=Path(filters) if filters else None,
            allow=[word for word, _ in allow.words], allow_patterns=[pattern for pattern, _ in allow.patterns],
            deny={word: Label(label) for word, label in deny.words},
            deny_patterns={pattern: Label(label) for pattern, label in deny.patterns},
        )  # fmt: skip
