"""Writes the tables of X12 that Veil ships: the data element of every element of the health care transactions, and the codes of qualifiers.

Run it with the folder of an installed `pyx12==4.0.0` (BSD): `python tools/make_x12.py SITE_PACKAGES/pyx12/map`. The tables hold facts of
structure only: segments, positions, numbers and types of data elements, and codes.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

MAPS = ("270", "271", "276", "277", "278", "834", "835", "837", "997", "999", "x12.control")
QUALIFIERS = ("NM1-1", "N1-1", "REF-1", "PER-3", "DTP-1", "DTM-1", "HI-1.1", "NM1-8")
SAME = {"PER-5": "PER-3", "PER-7": "PER-3", **{f"HI-{n}.1": "HI-1.1" for n in range(2, 13)}}
MORE = {  # positions of 5010 that the maps lack, as linuxforhealth-x12 0.57.0 (Apache-2.0) names them
    **{f"EB-14.{n}": "1328" for n in range(1, 5)},
    **{f"EQ-5.{n}": "1328" for n in range(1, 5)},
    **{f"SV3-11.{n}": "1328" for n in range(1, 5)},
    **dict(zip((f"MPI-{n}" for n in range(1, 8)), ("1201", "584", "1595", "352", "1596", "1250", "1251"), strict=True)),
    "N2-1": "93",
    "N2-2": "93",
    "PWK-8": "704",
    "TS2-20": "782",
}
TYPES = {"1201": "ID", "1595": "ID", "1596": "ID", "704": "ID", "1701": "ID"}
CONTROL = {
    "97": "N0",
    "123": "N0",
    "124": "AN",
    "I08": "DT",
    "I09": "TM",
    "I12": "N0",
    "I16": "N0",
}  # without a type there
REPEATED = ("EB-3",)
HERE = Path(__file__).resolve().parents[1] / "src" / "veil" / "formats" / "x12"
HEAD = "# Made by tools/make_x12.py from pyx12 4.0.0 (BSD, John Holland) and linuxforhealth-x12 0.57.0 (Apache-2.0); run it again, do not edit.\n"


def value(node: ET.Element, key: str) -> str | None:
    """An attribute, or what older maps write as an element."""
    return node.get(key) or node.findtext(key)


def positions(maps: Path) -> Iterator[tuple[str, str, set[str], bool]]:
    """Every position of every map: its name, its data element, its codes, whether it may repeat."""
    for path in sorted(maps.glob("*.xml")):
        if not path.name.startswith(MAPS):
            continue
        for segment in ET.parse(path).getroot().iter("segment"):
            for element in segment:
                if element.tag not in ("element", "composite"):
                    continue
                name = f"{segment.get('xid')}-{int(value(element, 'seq') or 0)}"
                many = (value(element, "repeat") or "1") != "1"
                parts = element.findall("element") if element.tag == "composite" else [element]
                for part in parts:
                    whole = name if part is element else f"{name}.{int(value(part, 'seq') or 0)}"
                    codes = {code.text or "" for code in part.iter("code")}
                    yield whole, value(part, "data_ele") or "", codes, many


def order(name: str) -> tuple[str, float, int]:
    segment, _, number = name.partition("-")
    element, _, component = number.partition(".")
    return segment, int(element), int(component or 0)


def main(maps: Path) -> None:
    types = {
        node.get("ele_num") or "": node.get("data_type") or "" for node in ET.parse(maps / "dataele.xml").getroot()
    }
    types |= {number: kind for number, kind in (CONTROL | TYPES).items() if not types.get(number)}
    numbers: dict[str, str] = dict(MORE)
    codes: dict[str, set[str]] = defaultdict(set)
    many = set(REPEATED)
    for name, number, own, repeats in positions(maps):
        numbers.setdefault(name, number)
        codes[SAME.get(name, name)] |= own
        many |= {name.partition(".")[0]} if repeats else set()
    lines = [
        "\t".join((name, numbers[name], types.get(numbers[name], "AN"), "*" if name.partition(".")[0] in many else ""))
        for name in sorted(numbers, key=order)
    ]
    (HERE / "elements.tsv").write_text(HEAD + "\n".join(line.rstrip() for line in lines) + "\n", encoding="utf-8")
    known = [f"{name}\t{' '.join(sorted(codes[name]))}" for name in QUALIFIERS]
    (HERE / "qualifiers.tsv").write_text(HEAD + "\n".join(known) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
