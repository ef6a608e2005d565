"""Situations of generalisation: ZIP codes, ages, bands, rounding."""

import pyarrow as pa
import pytest

from veil.errors import PolicyError
from veil.keys import Keys
from veil.model import about_table
from veil.operators.generalize import Age, Band, Round, Zip3, zip_list


def done(operator, *values):
    made = operator.replace(pa.array(values, pa.large_string()), about_table(len(values)), Keys.none())
    unread = [False] * len(values) if made.unread is None else made.unread.to_pylist()
    return made.values.to_pylist(), unread


HHS = {36, 59, 63, 102, 203, 556, 692, 790, 821, 823, 830, 831, 878, 879, 884, 890, 893}
LATER = {36, 59, 102, 203, 205, 369, 556, 692, 821, 823, 878, 879, 884, 893}
CENSUS_2020 = {202, 753, 205, 204, 821, 203, 59, 772, 692, 893, 36, 823, 102, 879, 556, 884, 878, 369}


@pytest.mark.parametrize("prefix", sorted(f"{one:03}" for one in HHS | LATER | CENSUS_2020))
def test_each_prefix_of_the_lists_of_2000_2010_and_2020_is_withheld(prefix):
    assert done(Zip3(), f"{prefix}01")[0] == ["000"]


def test_of_a_zip_code_three_digits_stay():
    shown, unread = done(Zip3(), "02139", "02139-1234", "021391234", "00000", "2139", "x", None)
    assert shown == ["021", "021", "021", "000", None, None, None]
    assert unread == [False] * 4 + [True, True, False]


def test_a_newer_list_can_be_named(tmp_path):
    page = tmp_path / "zip3.toml"
    page.write_text('version = "mine"\nfew_people = ["021"]\nno_area = []\n')
    assert done(Zip3(zip_list=str(page)), "02139", "03601")[0] == ["000", "036"]
    assert zip_list(str(page)).version == "mine"
    page.write_text("few_people = 1")
    zip_list.cache_clear()
    with pytest.raises(PolicyError, match="zip-list"):
        Zip3(zip_list=str(page))


@pytest.mark.parametrize(
    "old", ["90", "93", "101", "ninety-two", "92 years old", "91 y/o", "101-year-old", "age 95", "90.5"]
)
def test_an_age_over_89_is_the_category(old):
    assert done(Age(), old)[0] == ["90 or older"]


@pytest.mark.parametrize("young", ["89", "0", "48 yo", "forty-two", "92 months", "93 days", "89.9", "6 weeks"])
def test_a_younger_age_stays_as_it_is_written(young):
    assert done(Age(), young)[0] == [young]


@pytest.mark.parametrize("odd", ["999", "x", "", "-1", "131"])
def test_what_is_no_age_is_unread(odd):
    assert done(Age(), odd) == ([None], [True])


def test_bands_and_rounding():
    assert done(Band(), "47", "85", "90", "-1", "x")[0] == ["45-49", "85-89", "90 or older", None, None]
    assert done(Band(width=10, top=0), "123.5")[0] == ["120-129"]
    assert done(Round(), "47", "45", "55", "-3.2", "nan")[0] == ["50", "40", "60", "0", None]
    with pytest.raises(PolicyError, match="operator-option"):
        Band(width=0)
