"""Laws of surrogate names: one for each person, shared families as the originals share them, nothing by order or by batch."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.jobs.texts.texts import deidentify
from veil.keys import Keys
from veil.lexicon.names import sex_of
from veil.model import GIVEN, about_table
from veil.operators.names import Name, PersonSurrogates
from veil.operators.unique_names import NamedPerson, name_offsets_of

KEYS = Keys.from_secret(b"k" * 32)
SECRET = KEYS.secret("surrogate", "person")
GIVENS = st.sampled_from("felix nora ines tess rosa lena hugo saul petra maeve otto ivan omar ravi greta".split())
FAMILIES = st.sampled_from("vance dunne tasker sutter moreau kowal okafor quill whitlock orsini nash harrow".split())
HOUSEHOLDS = st.dictionaries(
    st.integers(0, 400).map(lambda n: f"p{n}"),
    st.lists(st.tuples(GIVENS, FAMILIES), min_size=1, max_size=6, unique=True),
    min_size=1,
    max_size=40,
)


def bearers(households):
    for name, people in households.items():
        for number, (given_name, family) in enumerate(people):
            key = name if number == 0 else f"{name}\x1f{given_name} {family}"
            yield NamedPerson(name, key, given_name, family, sex_of(given_name))


def drawn(one, turns):
    moved = {**turns.families.get(one.household, {}), GIVEN: turns.givens.get(one.person, 0)}
    person = PersonSurrogates(SECRET, one.person, one.household, one.sex, "", moved)
    return person.given("given", 0, one.given), person.family_for(one.family)


@given(households=HOUSEHOLDS)
@settings(max_examples=40, deadline=None)
def test_no_two_people_share_a_full_name_and_a_household_shares_families_as_before(households):
    everybody = list(bearers(households))
    turns = name_offsets_of(SECRET, everybody)
    assert turns == name_offsets_of(SECRET, reversed(everybody))
    new = {one.person: drawn(one, turns) for one in everybody}
    assert len(set(new.values())) == len(new)
    for name in households:
        here = [one for one in everybody if one.household == name]
        for one in here:
            assert new[one.person][1].casefold() not in {other.family for other in here}
            assert new[one.person][0].casefold() not in {other.given for other in here}
            for other in here:
                assert (one.family == other.family) == (new[one.person][1] == new[other.person][1])


@given(
    rows=st.lists(st.tuples(st.sampled_from(["p1", "p2", "p3"]), GIVENS, FAMILIES), min_size=1, max_size=12),
    cut=st.integers(0, 12),
)
@settings(max_examples=40, deadline=None)
def test_a_surrogate_does_not_depend_on_its_neighbours(rows, cut):
    def made(some):
        subjects, given_names, families = zip(*some, strict=True) if some else ((), (), ())
        values = pa.array([f"{a} {b}" for a, b in zip(given_names, families, strict=True)], pa.large_string())
        about = about_table(len(some), subject=pa.array(subjects, pa.large_string()))
        return Name().replace(values, about, KEYS).values.to_pylist()

    assert made(rows) == made(rows[:cut]) + made(rows[cut:])
    assert made(rows[::-1]) == made(rows)[::-1]


def test_a_batch_of_texts_of_one_person_has_one_family_for_one(monkeypatch):
    texts = [
        "Patient: Marian Okafor, seen today.",
        "Mrs. Okafor is well. Her daughter Grace Okafor called.",
        "Mr. Dunne was here too.",
    ]
    new = deidentify(texts, profile="expert", keys=KEYS, subjects=["p1", "p1", "p1"])
    family = new[0].split(",")[0].split(" ")[-1]
    assert new[1].startswith(f"Mrs. {family} is well.")
    assert new[1].endswith(f" {family} called.")
    assert family not in new[2]
    other = deidentify(texts, profile="expert", keys=KEYS, subjects=["p2", "p2", "p2"])
    assert family not in " ".join(other)
