"""The OMOP set through the shipped schema pack, and a reading of the output by other means.

Usage: python -m bench.omop     runs the profiles expert and safe-harbor; ends with 1 where a check fails.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from bench.corpora import corpus
from bench.machine import OUT, machine, veil_run

SET = "omop-synthea27nj/Synthea27Nj_5.4.zip"
PROFILES = ("expert", "safe-harbor")
PROJECT = """\
name: OMOP
schema: omop-5.4
profile: {profile}
keyring: omop.key
in: data
out: {profile}
reference_date: 2026-06-30
"""
PARENTS = {
    "person_id": ("person", "person_id"),
    "subject_id": ("person", "person_id"),
    "visit_occurrence_id": ("visit_occurrence", "visit_occurrence_id"),
    "preceding_visit_occurrence_id": ("visit_occurrence", "visit_occurrence_id"),
    "visit_detail_id": ("visit_detail", "visit_detail_id"),
    "preceding_visit_detail_id": ("visit_detail", "visit_detail_id"),
    "parent_visit_detail_id": ("visit_detail", "visit_detail_id"),
    "provider_id": ("provider", "provider_id"),
    "care_site_id": ("care_site", "care_site_id"),
    "location_id": ("location", "location_id"),
    "note_id": ("note", "note_id"),
    "episode_id": ("episode", "episode_id"),
    "episode_parent_id": ("episode", "episode_id"),
    "payer_plan_period_id": ("payer_plan_period", "payer_plan_period_id"),
    "cohort_definition_id": ("cohort_definition", "cohort_definition_id"),
    "gender_concept_id": ("concept", "concept_id"),
    "condition_concept_id": ("concept", "concept_id"),
    "drug_concept_id": ("concept", "concept_id"),
    "measurement_concept_id": ("concept", "concept_id"),
}
DEVICES = ("unique_device_id", "production_id")  # no keys of the CDM: Safe Harbor empties them
Tables = dict[str, pl.DataFrame]


@dataclass(slots=True)
class Checks:
    """How often each check was made, and what failed; no value in either."""

    made: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def check(self, what: str, where: str, *, good: bool, count: int = 1) -> None:
        self.made[what] += count
        if not good:
            self.failed.append(f"{what}: {where}")


def prepare(folder: Path) -> Path:
    """The set unzipped, litter and all, with a keyring and a project for each profile."""
    from veil.keys import Cost, Keyring

    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(corpus(SET)) as packed:
        packed.extractall(folder / "data")
    Keyring.create(folder / "omop.key", "bench", Cost.cheap())
    for profile in PROFILES:
        (folder / f"{profile}.yaml").write_text(PROJECT.format(profile=profile))
    return folder


def tables_of(folder: Path) -> Tables:
    """Every CSV file as text, by its name in lower case; empty cells are null."""
    return {path.stem.lower(): pl.read_csv(path, infer_schema=False) for path in sorted(folder.glob("*.csv"))}


def check(folder: Path, profile: str) -> Checks:
    """Hold the output of a profile against the set."""
    checks = Checks()
    before, after = tables_of(folder / "data"), tables_of(folder / profile)
    checks.check("tables present", "all", good=before.keys() == after.keys(), count=len(before))
    for name, table in before.items():
        if name in after:
            checks.check("headers as before", name, good=table.columns == after[name].columns)
            checks.check("rows as before", name, good=table.height == after[name].height, count=table.height)
            ids = [c for c in table.columns if c.endswith("_id") and c not in DEVICES]
            nulls = [c for c in ids if not _same_nulls(table[c], after[name][c])]
            checks.check("empty ids as before", f"{name} {nulls}", good=not nulls)
    _references(before, after, checks)
    _one_to_one(before, after, checks)
    (_intervals if profile == "expert" else _years)(before, after, checks)
    _births(after, checks)
    _gone(before, folder / profile, checks)
    return checks


def _same_nulls(one: pl.Series, other: pl.Series) -> bool:
    return bool((one.is_null() == other.is_null()).all())


def _references(before: Tables, after: Tables, checks: Checks) -> None:
    """Each foreign key leads to the row it led to: rows keep their order, so rows are compared by their number."""
    for name, table in before.items():
        for column in [one for one in table.columns if one in PARENTS]:
            parent, key = PARENTS[column]
            was = _leads_to(table[column], before[parent][key])
            now = _leads_to(after[name][column], after[parent][key])
            checks.check("foreign keys", f"{name}.{column}", good=was.equals(now), count=was.len() - was.null_count())


def _leads_to(ids: pl.Series, keys: pl.Series) -> pl.Series:
    rows = pl.DataFrame({"id": keys, "row": range(keys.len())}, schema={"id": pl.String, "row": pl.Int64}).unique(
        "id", keep="first", maintain_order=True
    )
    return pl.DataFrame({"id": ids}).join(rows, on="id", how="left", maintain_order="left")["row"]


def _one_to_one(before: Tables, after: Tables, checks: Checks) -> None:
    """An id has one pseudonym wherever it stands, no other id has it, and it is a whole number."""
    for column in ("person_id", "provider_id", "visit_occurrence_id", "visit_detail_id"):
        held = [(table[column], after[name][column]) for name, table in before.items() if column in table.columns]
        pairs = pl.concat([pl.DataFrame({"was": was, "now": now}) for was, now in held]).drop_nulls().unique()
        single = pairs["was"].n_unique() == pairs.height == pairs["now"].n_unique()
        whole = pairs["now"].str.contains(r"^\d{1,16}$").all()
        fresh = not set(pairs["was"]) & set(pairs["now"])
        checks.check("one id, one pseudonym", column, good=bool(single and whole and fresh), count=pairs.height)


def _dated(name: str, table: pl.DataFrame) -> list[str]:
    if name in (
        "concept",
        "concept_relationship",
        "drug_strength",
        "source_to_concept_map",
        "cdm_source",
        "metadata",
        "cohort_definition",
    ):
        return []
    return [
        column for column in table.columns if column.endswith(("_date", "_datetime")) or column == "measurement_time"
    ]


def _intervals(before: Tables, after: Tables, checks: Checks) -> None:
    """Of each person, every date has moved by the same number of days, not by none, and kept its time of day."""
    moves = []
    for name, table in before.items():
        for column in _dated(name, table) if "person_id" in table.columns else []:
            was, now = table[column], after[name][column]
            times = was.str.slice(10).drop_nulls().equals(now.str.slice(10).drop_nulls())
            checks.check(
                "times of day",
                f"{name}.{column}",
                good=times and _same_nulls(was, now),
                count=was.len() - was.null_count(),
            )
            moved = (now.str.slice(0, 10).str.to_date() - was.str.slice(0, 10).str.to_date()).dt.total_days()
            moves.append(pl.DataFrame({"person": table["person_id"], "days": moved, "column": f"{name}.{column}"}))
    born = after["person"]["birth_datetime"].str.slice(0, 10)
    clamped = (
        before["person"].filter(born == born.min())["person_id"]
        if born.n_unique() < born.len()
        else pl.Series([], dtype=pl.String)
    )
    whole = (
        pl.concat(moves)
        .drop_nulls()
        .filter(~((pl.col("column") == "person.birth_datetime") & pl.col("person").is_in(clamped.to_list())))
    )
    each = whole.group_by("person").agg(pl.col("days").n_unique().alias("n"), pl.col("days").first(), pl.len())
    for person, (count, days, cells) in enumerate(each.sort("person").select("n", "days", "len").iter_rows()):
        checks.check(
            "dates whose intervals are as before", f"person {person}", good=count == 1 and days != 0, count=cells
        )
    checks.check("births of people over 89 set to one day (an exception)", "", good=True, count=clamped.len())


def _years(before: Tables, after: Tables, checks: Checks) -> None:
    """Of each date the year is left, or, of births over 89, the one category."""
    for name, table in before.items():
        for column in _dated(name, table) if "person_id" in table.columns else []:
            pairs = pl.DataFrame({"was": table[column].str.slice(0, 4), "now": after[name][column]}).drop_nulls("was")
            old = pairs.filter(pl.col("now") == "90 or older").height if name == "person" else 0
            same = pairs.filter(pl.col("was") == pl.col("now")).height
            checks.check(
                "dates of which the year is left",
                f"{name}.{column}",
                good=same + old == pairs.height,
                count=pairs.height,
            )


def _births(after: Tables, checks: Checks) -> None:
    """Year and day of birth of one person agree; month and day on their own are empty."""
    person = after["person"]
    year, born = person["year_of_birth"], person["birth_datetime"]
    agree = bool((year == pl.Series([one if one == "90 or older" else one[:4] for one in born])).all())
    checks.check("years of birth agree with the dates", "person", good=agree, count=person.height)
    empty = person["month_of_birth"].null_count() == person["day_of_birth"].null_count() == person.height
    checks.check("parts of births empty", "person", good=empty, count=person.height)


def _gone(before: Tables, out: Path, checks: Checks) -> None:
    """Identifiers of the source are in no file of the output, the manifest and the report among them."""
    whole = b"\n".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()).lower()
    sought = {
        "source numbers of persons": before["person"]["person_source_value"],
        "numbers of encounters": before["visit_occurrence"]["visit_source_value"],
        "source numbers of providers": before["provider"]["provider_source_value"],
        "names of providers": before["provider"]["provider_name"],
        "words with digits in the names of providers": before["provider"]["provider_name"]
        .str.extract_all(r"\S+\d+")
        .explode(),
        "devices": before["device_exposure"]["unique_device_id"],
    }
    for what, values in sought.items():
        left = sum(value.lower().encode() in whole for value in values.drop_nulls().unique().to_list())
        checks.check(f"{what} gone", f"{left} left", good=left == 0, count=values.drop_nulls().n_unique())
    was = before["person"]["birth_datetime"].str.slice(0, 10)
    now = tables_of(out)["person"]["birth_datetime"].str.slice(0, 10)
    checks.check("dates of birth changed", "person", good=not bool((was == now).any()), count=was.len())


def run(folder: Path, profile: str) -> str:
    """Run one profile by the command line; what it cost in words."""
    begun = time.perf_counter()
    veil_run(folder / f"{profile}.yaml")
    return f"{time.perf_counter() - begun:.1f} s"


QUASI = ("gender_concept_id", "year_of_birth", "race_concept_id", "ethnicity_concept_id")


def risk(folder: Path, profile: str, page: Path) -> dict[str, dict[str, float]]:
    """The risk of the table of persons before and after, with its page. Shape: `before`, `after`: figures by name."""
    veil = str(Path(sys.executable).with_name("veil"))
    asked = [word for column in QUASI for word in ("-q", column)]
    done = subprocess.run(
        [
            veil,
            "risk",
            str(_person(folder / "data")),
            "--after",
            str(_person(folder / profile)),
            *asked,
            "-o",
            str(page),
            "--json",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    return {
        when: {name: one[name] for name in ("k", "unique", "marketer")}
        for when, one in (("before", told), ("after", told["after"]))
    }


def _person(folder: Path) -> Path:
    return next(
        path for path in folder.rglob("*.csv") if path.stem.lower() == "person" and "__MACOSX" not in path.parts
    )


def main() -> None:
    print(machine())
    folder = prepare(OUT / "omop")
    failed = []
    for profile in PROFILES:
        took = run(folder, profile)
        checks = check(folder, profile)
        print(f"\nomop-5.4, profile {profile}, {took}")
        for what, count in checks.made.items():
            print(f"  {count:>9,}  {what}")
        failed += [f"{profile}: {one}" for one in checks.failed]
        page = OUT / f"omop-risk-{profile}.html"
        for when, figures in risk(folder, profile, page).items():
            print(f"  risk of persons {when}: " + ", ".join(f"{name} {value:.3g}" for name, value in figures.items()))
    shutil.rmtree(folder)
    print("\n" + ("\n".join(failed) if failed else "every check passed"))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
