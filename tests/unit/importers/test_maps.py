"""Old reference tables: sealed in the vault once, read as pandas had written them, and never changed there."""

import pyarrow as pa
import pytest

from veil.errors import FormatError, KeyringError
from veil.importers.cleared import read_cleared
from veil.importers.maps import old_shifts, read_maps, seal
from veil.importers.people import people_of
from veil.importers.rules import Notes
from veil.keys import Keys, Vault, seal_offsets, sealed_offsets

STEPS = {
    "id": "{method: IDDeidentifier, configs: {idconfig: {name: pid, uid: patient}}}",
    "date": "{method: DateTimeDeidentifier, configs: {idconfig: {name: pid, uid: patient}, datetime_column: at}}",
}


@pytest.fixture
def vault(tmp_path):
    return Vault.open(tmp_path / "codes.vault", Keys.from_secret(bytes(range(32))))


def config_of(folder, *tables, method="shift_by_days"):
    lines = [
        f"  t{at}: {{transformers: [{', '.join(STEPS[one] for one in steps)}]}}" for at, steps in enumerate(tables)
    ]
    text = f"name: s\ndeid_config: {{time_shift: {{method: {method}, min: -9, max: 9}}}}\ntables:\n" + "\n".join(lines)
    (folder / "c.yaml").write_text(text)
    return read_cleared(folder / "c.yaml")


def maps_in(folder, ids="", shifts=""):
    if ids:
        (folder / "patient.csv").write_text("patient,patient__deid\n" + ids)
    if shifts:
        (folder / "patient_shift.csv").write_text("patient,patient_shift\n" + shifts)
    return folder


def sealed(folder, config, vault):
    notes = Notes()
    seal(folder, config, people_of(config), read_maps(folder, config), vault, notes)
    return notes, dict(zip(*(one.to_pylist() for one in sealed_offsets(vault)), strict=True))


def codes(vault, *values):
    return vault.codes("patient", pa.array(values, pa.large_string())).to_pylist()


def test_old_pseudonyms_and_shifts_are_in_the_vault_and_a_second_time_changes_nothing(tmp_path, vault):
    config = config_of(tmp_path, ["date", "id"])
    maps_in(tmp_path, "1001,1\n1002,2\n", "1001.0,7.0\n1002.0,-3.0\n")
    for new in ("2", "0"):
        notes, days = sealed(tmp_path, config, vault)
        assert any(f"({new} are new" in one for one in notes.taken)
    assert codes(vault, "1001", "1002", "1003") == ["1", "2", None]
    assert days == {"1001": 7, "1002": -3}


def test_new_ids_get_codes_that_no_old_one_has(tmp_path, vault):
    maps_in(tmp_path, "".join(f"{n},{n + 1}\n" for n in range(100)))
    sealed(tmp_path, config_of(tmp_path, ["id"]), vault)
    everyone = pa.array([str(n) for n in range(300)], pa.large_string())
    assert vault.mint("patient", everyone, format="integer") == 200
    held = vault.codes("patient", everyone).to_pylist()
    assert len(set(held)) == 300
    assert held[:100] == [str(n + 1) for n in range(100)]


def test_another_code_for_an_id_or_another_id_for_a_code_is_refused_whole(tmp_path, vault):
    word = pa.large_string()
    vault.adopt("d", pa.array(["a", "b"], word), pa.array(["1", "2"], word))
    for values, given in ((["c", "a"], ["3", "9"]), (["c"], ["2"])):
        with pytest.raises(KeyringError, match="vault-taken"):
            vault.adopt("d", pa.array(values, word), pa.array(given, word))
    assert vault.count("d") == 2
    assert vault.originals("d", pa.array(["1", "2", "3", "9"], word)).to_pylist() == ["a", "b", None, None]


def test_another_shift_for_a_subject_is_refused_and_new_ones_are_added(vault):
    seal_offsets(vault, {"a": 3})
    seal_offsets(vault, {"b": -4})
    with pytest.raises(KeyringError, match="vault-taken"):
        seal_offsets(vault, {"a": 5, "c": 1})
    assert [one.to_pylist() for one in sealed_offsets(vault)] == [["a", "b"], [3, -4]]


def test_shifts_under_pseudonyms_are_led_back_to_their_originals(tmp_path, vault):
    maps_in(tmp_path, "1001,1\n1002,2\n", "1.0,7.0\n2.0,-3.0\n")
    assert sealed(tmp_path, config_of(tmp_path, ["id", "date"]), vault)[1] == {"1001": 7, "1002": -3}


def test_where_a_patient_had_two_shifts_that_of_the_dates_before_the_id_goes_on(tmp_path, vault):
    maps_in(tmp_path, "1001,1\n1002,2\n", "1001,7\n1,-5\n2,-3\n")
    notes, days = sealed(tmp_path, config_of(tmp_path, ["date", "id"], ["id", "date"]), vault)
    assert (days["1001"], days["1002"]) == (7, -3)
    assert any("1 ids had two shifts" in one for one in notes.safer)


def test_a_shift_of_zero_does_not_go_on_and_is_told(tmp_path, vault):
    notes, days = sealed(maps_in(tmp_path, "1,5\n2,6\n", "1,0\n2,4\n"), config_of(tmp_path, ["date", "id"]), vault)
    assert days == {"2": 4}
    assert any("1 ids had a shift of 0" in one for one in notes.safer)


def test_shifts_in_weeks_are_days_and_those_in_hours_do_not_go_on(tmp_path, vault):
    maps_in(tmp_path, "1,5\n", "1,-2\n")
    assert sealed(tmp_path, config_of(tmp_path, ["date", "id"], method="shift_by_weeks"), vault)[1] == {"1": -14}
    config = config_of(tmp_path, ["date", "id"], method="shift_by_hours")
    notes = Notes()
    assert old_shifts(tmp_path, config, people_of(config), read_maps(tmp_path, config), notes) == {}
    assert any("hours are not kept" in one for one in notes.none)


def test_ids_with_leading_zeros_are_numbers_only_where_no_two_become_one(tmp_path):
    config = config_of(tmp_path, ["id"])
    assert read_maps(maps_in(tmp_path, "7.0,1\n12,2\n"), config)["patient"].pairs == {"7": "1", "12": "2"}
    both = read_maps(maps_in(tmp_path, "007,1\n7,2\n"), config)["patient"]
    assert (both.pairs, both.whole) == ({"007": "1", "7": "2"}, False)


def test_what_pandas_made_of_an_empty_id_is_nobody(tmp_path):
    found = read_maps(maps_in(tmp_path, "nan,1\n,2\nA1,3\n"), config_of(tmp_path, ["id"]))
    assert found["patient"].pairs == {"A1": "3"}


@pytest.mark.parametrize(
    ("ids", "code"),
    [("a,1\nb,1\n", "map-twice"), ("a,1\na,2\n", "map-twice"), ("a\n", "map-columns"), ('"a,1\n', "map-columns")],
)
def test_a_map_that_is_not_one_to_one_is_refused_and_no_value_is_told(tmp_path, ids, code):
    config = config_of(tmp_path, ["id"])
    (tmp_path / "patient.csv").write_text("patient,patient__deid\n" + ids.replace("a", "secret"))
    with pytest.raises(FormatError) as error:
        read_maps(tmp_path, config)
    assert error.value.code == code
    assert "secret" not in error.value.line()


def test_a_folder_without_a_map_of_this_configuration_is_refused(tmp_path):
    config = config_of(tmp_path, ["id"])
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(FormatError, match="map-missing"):
            read_maps(folder, config)
    maps_in(tmp_path, shifts="1,4\n")
    config = config_of(tmp_path, ["id", "date"])
    with pytest.raises(FormatError, match="map-missing"):
        old_shifts(tmp_path, config, people_of(config), {}, Notes())
