"""Case 40: one person and one street over tables, however they are written; kin are not the patient."""

import csv
import shutil

import pyarrow as pa
import pytest
from tests.conftest import SHARED

from veil.keys import Keys
from veil.model import about_table
from veil.operators.surrogate import Surrogate

CASE = SHARED / "cases" / "40"
KEYS = Keys.from_secret(b"k" * 32)


def made_of(kind, *values, **about):
    values = pa.array(values, pa.large_string())
    return Surrogate(kind).replace(values, about_table(len(values), **about), KEYS).values.to_pylist()


@pytest.mark.corpora
@pytest.mark.skipif(not CASE.exists(), reason="the cases are not here")
def test_the_case_has_one_street_and_one_name_for_each(project):
    text = (
        (CASE / "p.yaml")
        .read_text()
        .partition("\ntables:")[2]
        .replace("next_of_kin: {as: person_name}", "next_of_kin: {as: person_name, person: next_of_kin}")
    )
    made = project("profile: expert\ntables:" + text, {"customers.csv": "", "orders.csv": ""})
    for name in ("customers.csv", "orders.csv"):
        shutil.copy(CASE / name, made.folder / "data" / name)
    assert made.run().exit_code == 0
    people, orders = (
        list(csv.DictReader((made.out / name).read_text().splitlines())) for name in ("customers.csv", "orders.csv")
    )
    first = people[0]
    given, family = first["name"].split(" ")
    assert [one["customer_name"] for one in orders] == [
        first["name"],
        first["name"].upper(),
        " ".join(reversed(people[1]["name"].split(", "))),
        " ".join(reversed(people[2]["name"].split(" "))),
        f"{given[0]}. {family}",
        f"{family}^{given}",
    ]
    assert orders[0]["address"] == first["address"] == orders[5]["address"]
    assert orders[1]["address"] == first["address"].upper().replace(" LANE", " LN")
    assert orders[2]["address"] == people[1]["address"].replace(" Street", " St.")
    assert orders[0]["next_of_kin"] == orders[1]["next_of_kin"]
    assert orders[0]["next_of_kin"].split(" ")[1] == family
    assert orders[0]["next_of_kin"] != first["name"]
    assert orders[4]["next_of_kin"] == f"Mrs {family}"


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("12 Larkspur Lane", "12 LARKSPUR LN"),
        ("9 Quay Street", "9 Quay St."),
        ("700 North Fenwick Avenue", "700 N. Fenwick Ave"),
        ("3 Tarrow Boulevard Apartment 4", "3 tarrow blvd apt 4"),
        ("88 Old Mill Road Suite 2", "88 Old Mill Rd., Ste 2"),
        ("5 Brannock Court", "5 BRANNOCK CT"),
        ("41 Southwest Pellam Parkway", "41 SW Pellam Pkwy"),
    ],
)
def test_a_street_has_one_surrogate_however_it_is_abbreviated(long, short):
    from veil.operators.street_words import street_key

    one, other = made_of("street", long, short)
    assert street_key(one) == street_key(other)
    assert street_key(one) != street_key(long)
    assert other.isupper() == short.isupper()
    assert made_of("place", f"{long}, Boston, MA 02139")[0].startswith(one)


@pytest.mark.parametrize(
    ("given", "family"),
    [("Maeve", "Lindqvist"), ("Orla", "Quennell"), ("Hugo", "Kowal"), ("Bram", "Okonkwo"), ("Petra", "Brinkhoff")],
)
def test_both_orders_of_a_name_are_one_surrogate(given, family):
    straight, *others = made_of(
        "name",
        f"{given} {family}",
        f"{family} {given}",
        f"{family}, {given}",
        f"{family.upper()}^{given.upper()}",
        subject="s1",
        sex="F",
    )
    new_given, new_family = straight.split(" ")
    assert others == [f"{new_family} {new_given}", f"{new_family}, {new_given}", f"{new_family}^{new_given}".upper()]


@pytest.mark.parametrize("ssn", ["123-45-6789", "219 09 9999", "078051120", "666-12-3456", "000-45-6789"])
def test_a_fake_ssn_is_of_an_area_that_is_never_issued(ssn):
    from veil.model import Label
    from veil.verify.stand_ins import is_ours

    (new,) = made_of("ssn", ssn)
    assert new[:3] in ("000", "666")
    assert new != ssn
    assert [char.isdigit() for char in new] == [char.isdigit() for char in ssn]
    assert is_ours(new, Label.SSN)


@pytest.mark.parametrize("phone", ["617-228-9041", "(617) 228-9041 x12", "+1 617 228 9041", "228-9041", "6172289041"])
def test_a_fake_phone_is_of_an_area_or_exchange_of_nobody_and_known_as_ours(phone):
    from veil.model import Label
    from veil.verify.stand_ins import is_ours

    (new,) = made_of("phone", phone)
    assert "555" in new
    assert is_ours(new, Label.PHONE)
    assert not is_ours(phone, Label.PHONE)
