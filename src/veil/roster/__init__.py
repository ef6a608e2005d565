"""The roster: who is who, for one run."""

from veil.roster.book import Roster, RosterBuilder, RosterIndex

__all__ = ["Roster", "RosterBuilder", "RosterIndex"]
