"""Places: towns, counties, states and countries by name, and towns that surrogates are drawn from."""

from __future__ import annotations

from functools import cache

from veil.lexicon.words import read_list

# Source: USPS Publication 28, appendix B.
STATES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "PR": "Puerto Rico",
    "GU": "Guam",
    "VI": "Virgin Islands",
    "AS": "American Samoa",
    "MP": "Northern Mariana Islands",
}


@cache
def states() -> dict[str, str]:
    """Name in lower case, or abbreviation in capitals -> abbreviation."""
    return {short: short for short in STATES} | {name.lower(): short for short, name in STATES.items()}


@cache
def _rows() -> list[tuple[str, str, int]]:
    return [(name, land, int(people)) for name, land, people in map(_fields, read_list("cities.tsv.gz").split("\n"))]


def _fields(line: str) -> tuple[str, str, str]:
    name, land, people = line.split("\t")
    return name, land, people


@cache
def cities() -> frozenset[str]:
    """Names in lower case, without accents: US places over 1,000 people, the world's over 100,000."""
    return frozenset(line.split("\t", 1)[0].lower() for line in read_list("cities.tsv.gz").split("\n"))


@cache
def counties() -> frozenset[str]:
    """Counties of the United States in lower case, with their "county", "parish" or "borough"."""
    return frozenset(read_list("counties.txt.gz").lower().split("\n"))


@cache
def countries() -> frozenset[str]:
    return frozenset(read_list("countries.txt.gz").lower().split("\n"))


@cache
def surrogate_cities() -> tuple[str, ...]:
    """Towns of the United States over 20,000 people to draw from; sorted, without doubles."""
    return tuple(sorted({name for name, land, people in _rows() if land == "US" and people > 20_000}))
