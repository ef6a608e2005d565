"""Units: the words behind a number that make it a dose, a measure or a count."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


UNITS = _words(
    "mg mgs mcg ug ng pg kg g gm gms gram grams lb lbs oz ml mls cc dl l liter liters litre litres cm mm "
    "m inch inches in feet ft hz khz mmhg mmol mol meq iu u unit units mu cgy gy mci kv kvp mv watt watts "
    "w joule joules j bpm rpm h hour hours hr hrs hs min mins minute minutes sec secs second seconds s d "
    "day days wk wks week weeks mo month months yr yrs year years yo y degree degrees deg french fr gauge "
    "ga cell cells copies beats times x tablet tablets tab tabs cap caps capsule capsules puff puffs drop "
    "drops gtt gtts pack packs percent st nd rd th am pm f c k dose doses ampule ampules vial vials lead "
    "leads"
)
