"""Stand-ins that would be too near to the name they stand for."""

from __future__ import annotations

import pyarrow as pa

from veil.keys import Keys
from veil.lexicon.names import surrogate_family
from veil.model import about_table
from veil.operators.names import Name


def test_a_stand_in_is_never_the_plural_of_the_name() -> None:
    names = [name.removesuffix("s") for name in surrogate_family() if name.endswith("s")]
    people = pa.array([f"p{i}" for i in range(len(names))], pa.large_string())
    for secret in range(5):
        keys = Keys.from_secret(bytes([secret]) * 32)
        about = about_table(len(names), person=people)
        new = Name("family_name").replace(pa.array(names, pa.large_string()), about, keys).values.to_pylist()
        near = [
            one for name, one in zip(names, new, strict=True) if one.casefold().removesuffix("s") == name.casefold()
        ]
        assert near == []
