"""Marks: the colour group of each label, the same on every page; `pages/marks.js` has the same table for browsers."""

from __future__ import annotations

from veil.model import Label

GROUPS = {"who": "people", "when": "dates and ages", "where": "places", "contact": "contacts", "number": "numbers"}
_GROUP_OF = {
    "who": (Label.NAME, Label.PROFESSION),
    "when": (Label.DATE, Label.YEAR, Label.WEEKDAY, Label.TIME, Label.AGE, Label.AGE_OVER_89),
    "where": (Label.LOCATION, Label.ZIP, Label.STATE, Label.ORGANIZATION),
    "contact": (Label.PHONE, Label.FAX, Label.EMAIL, Label.URL, Label.IP),
}
_BY_LABEL = {label.value: group for group, labels in _GROUP_OF.items() for label in labels}


def group_of(label: str) -> str:
    """The group of a label; every other label is a number."""
    return _BY_LABEL.get(label, "number")
