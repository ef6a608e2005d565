"""The roster: who is who, for one run."""

from veil.roster.roster_index import Roster, RosterBuilder, RosterIndex

__all__ = ["Roster", "RosterBuilder", "RosterIndex"]
