"""Situations of surrogates: people, places, addresses of all kinds."""

import re

import pyarrow as pa
import pytest

from veil.errors import KeyringError, PolicyError
from veil.keys import Keys
from veil.lexicon.names import sex_of, surrogate_family, surrogate_given
from veil.model import about_table
from veil.operators.surrogate import KINDS, Surrogate

KEYS = Keys.from_secret(b"k" * 32)


def done(kind, *values, **about):
    values = pa.array(values, pa.large_string())
    return Surrogate(kind).replace(values, about_table(len(values), **about), KEYS).values.to_pylist()


def test_two_notes_of_one_patient_share_surrogates_in_every_form():
    about = {"subject": "p1", "sex": "M"}
    given, family = done("name", "John Smith", **about)[0].split()
    assert done("name", "Smith, John", **about) == [f"{family}, {given}"]
    assert done("name", "J. Smith", **about) == [f"{given[0]}. {family}"]
    assert done("name", "JOHN SMITH", "smith", **about) == [f"{given} {family}".upper(), family.lower()]
    assert done("name", "Mr. Smith", "Smith's", **about) == [f"Mr. {family}", f"{family}'s"]
    assert done("name", "JS", "John S.", **about, called="john smith") == [
        given[0] + family[0],
        f"{given} {family[0]}.",
    ]
    assert done("name", "Dr. John Smith, MD", "John Smith Jr.", **about) == [
        f"Dr. {given} {family}, MD",
        f"{given} {family} Jr.",
    ]
    assert done("given_name", "John", **about) == [given]
    assert done("family_name", "SMITH", **about) == [family.upper()]
    assert re.fullmatch(rf"{given} [A-Z]\. {family}", done("name", "John Q. Smith", **about)[0])


def test_a_hyphenated_name_stays_hyphenated():
    assert re.fullmatch(r"\w+ \w+-\w+", done("name", "Mary Smith-Jones", subject="p1")[0])


def test_a_person_who_is_meant_goes_before_the_owner_of_the_record():
    mother = done("name", "Jane Doe", "Doe", "Jane", subject="p1", person="p1\x1fjane doe")
    assert mother[0] == f"{mother[2]} {mother[1]}"
    assert done("name", "Jane Doe", subject="p2", person="p1\x1fjane doe") == mother[:1]


def test_a_name_of_nobody_is_its_own_person():
    assert done("name", "Jane Doe")[0].split()[::-1] == done("name", "Doe, Jane")[0].replace(",", "").split()


def test_sex_is_kept_where_it_is_known_or_the_name_tells_it():
    for i in range(20):
        woman = done("given_name", "Chris", subject=f"p{i}", sex="F")[0]
        assert woman in surrogate_given("F")
        assert done("given_name", "Margaret", subject=f"q{i}")[0] in surrogate_given(sex_of("Margaret"))


def test_nobody_gets_their_own_name():
    names = list(surrogate_family()[:300])
    for i, new in enumerate(done("family_name", *names, subject=pa.array([f"p{i}" for i in range(300)]))):
        assert new != names[i]


def test_a_place_keeps_its_state_and_the_kind_of_its_street():
    (address,) = done("place", "123 Main St Apt 4B, Boston, MA 02139")
    assert re.fullmatch(r"\d{3} \w+ St Apt \dB, [\w .'-]+, MA 02100", address)
    assert "Main" not in address
    assert "Boston" not in address
    assert done("place", "Boston MA", "Massachusetts") == [f"{done('city', 'Boston')[0]} MA", "Massachusetts"]
    assert done("city", "BOSTON", "Boston ", "boston")[0].isupper()
    assert len({one.casefold().strip() for one in done("city", "BOSTON", "Boston ", "boston")}) == 1


@pytest.mark.parametrize("word", ["Highway", "STREET", "Apt", "N", "Court Lane", "north"])
def test_a_kind_of_street_alone_never_stays_as_it_was(word):
    (new,) = done("street", word)
    assert new != word
    assert new.endswith(f" {word}")


def test_a_hospital_stays_a_hospital():
    (name,) = done("organization", "Massachusetts General Hospital")
    assert name.endswith(" General Hospital")
    assert "Massachusetts" not in name
    assert done("organization", "MGH")[0].endswith("Medical Center")


@pytest.mark.parametrize("phone", ["617-253-1000", "(617) 253-1000", "617.253.1000", "+1 617 253 1000", "253-1000"])
def test_a_telephone_number_keeps_its_format_in_a_range_of_nobody(phone):
    (made,) = done("phone", phone)
    assert re.sub(r"\d", "9", made) == re.sub(r"\d", "9", phone)
    assert re.search(r"55501\d\d|555\d{7}", re.sub(r"\D", "", made))


def test_one_number_has_one_stand_in_however_it_is_punctuated():
    digits = [
        re.sub(r"\D", "", one)[-10:] for one in done("phone", "617-253-1000", "(617) 253-1000", "+1 617.253.1000")
    ]
    assert len(set(digits)) == 1


def test_addresses_of_the_net_lie_where_nobody_is():
    assert done("email", "John@Hospital.org")[0] == done("email", "john@hospital.org")[0]
    assert re.fullmatch(r"person-\w{10}@example\.org", done("email", "a@b.de")[0])
    assert re.match(r"192\.0\.2|198\.51\.100|203\.0\.113", done("ip", "10.2.3.4")[0])
    assert done("ip", "fe80::1")[0].startswith("2001:db8::")
    assert done("url", "https://www.hospital.org/x")[0].startswith("https://www.example.org/")
    assert re.fullmatch(r"[A-Z]{3}-\d{7}", done("id", "MRN-1234567")[0])


@pytest.mark.parametrize(
    ("kind", "odd"), [("name", "123"), ("phone", "12"), ("email", "x"), ("ip", "x"), ("place", "?")]
)
def test_what_has_too_little_in_it_is_unread(kind, odd):
    made = Surrogate(kind).replace(pa.array([odd, None], pa.large_string()), about_table(2), KEYS)
    assert made.values.null_count == 2
    assert made.unread.to_pylist() == [True, False]


def test_without_a_key_there_is_no_surrogate():
    for kind in KINDS:
        with pytest.raises(KeyringError, match="keys-missing"):
            Surrogate(kind).replace(pa.array(["x1234567"], pa.large_string()), about_table(1), Keys.none())
    with pytest.raises(PolicyError, match="operator-option"):
        Surrogate("x")


def test_a_town_that_is_called_like_a_state_or_a_country_goes_too():
    values = pa.array(["Jamaica", "Washington", "NEW YORK", "Lebanon"], pa.large_string())
    new = Surrogate("city").replace(values, about_table(4), KEYS).values.to_pylist()
    assert not set(new) & set(values.to_pylist())
    assert new[2].isupper()
    stays = (
        Surrogate("place")
        .replace(pa.array(["Boston, New York"], pa.large_string()), about_table(1), KEYS)
        .values.to_pylist()
    )
    assert stays[0].endswith("New York")
