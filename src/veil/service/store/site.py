"""Site: where a store is, and what it holds itself to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from veil.keys import Keys
from veil.service.store.limits import Limits
from veil.stores.address import is_address


@dataclass(frozen=True, slots=True)
class Site:
    """It travels to workers through memory only.

    Shape:   `folder`: of one node, with all that is kept; None: rows are in `database`, the address of a PostgreSQL that several nodes
             share. `objects`: the address of a bucket, or a folder, for sealed files; empty: below `folder`. `memory`: the folder in
             memory where work is done; by default one below /dev/shm. `linking`: what jobs derive pseudonyms, shifts and stand-ins from,
             so that they fit those of other jobs and of the command line; None: each job has a key of its own.
    """

    folder: Path | None
    keys: Keys = field(repr=False)
    terms: Limits = field(default_factory=Limits)
    memory: Path | None = None
    linking: Keys | None = field(default=None, repr=False)
    database: str = ""
    objects: str = ""

    @property
    def seat(self) -> Path | str:
        """What the work of this site is told apart by, on one machine."""
        return self.folder if self.folder is not None else self.database

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those on this machine that no job may look into."""
        sealed = (Path(self.objects),) if self.objects and not is_address(self.objects) else ()
        return (*((self.folder,) if self.folder is not None else ()), *sealed)


def site_at(data: str, objects: str, keys: Keys, terms: Limits, memory: Path | None, linking: Keys | None) -> Site:
    """A site as a command names it. Shape: `data`: a folder, or the address of a database."""
    if is_address(data):
        return Site(None, keys, terms, memory, linking, data, objects)
    return Site(Path(data), keys, terms, memory, linking, objects=objects)
