"""Trouble log: what keeps a worker process from its work, logged once until it changes or ends."""

from __future__ import annotations

from veil import log
from veil.errors import Error
from veil.log import Name


class TroubleLog:
    """Shape: `who`: worker or sweeper. Keeps: an error's code, or its kind; the words of a foreign error may name a file."""

    def __init__(self, who: str) -> None:
        self._who, self._met = Name(who), Name("")

    def tell(self, error: Exception) -> None:
        """It stands in the way now; said once, however often it is met."""
        met = Name(error.code if isinstance(error, Error) else type(error).__name__)
        if met != self._met:
            log.event("hindered", who=self._who, code=met)
        self._met = met

    def clear(self) -> None:
        """The work goes on."""
        if self._met:
            log.event("goes on", who=self._who)
        self._met = Name("")
