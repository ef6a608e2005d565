"""Whole numbers in disguise: `418800.0` and `4.18813E+05` are what they say, and a name outweighs how they are written."""

import pyarrow as pa
import pytest

from veil.discover.kinds import KEPT, guess
from veil.discover.signals import signals_of
from veil.discover.whole_numbers import whole_number, whole_numbers
from veil.operators.cast import cast_cells

IDENTIFYING = (
    "mrn",
    "MRN",
    "MRNo",
    "patient_mrn",
    "medicalRecordNumber",
    "patient_id",
    "PatientID",
    "patientId",
    "PATIENTID",
    "pat_nr",
    "pt_no",
    "ID_PATIENT",
    "subject_id",
    "person_key",
    "ssn",
    "SSN",
    "social_security_no",
    "phone",
    "home_phone",
    "mobile",
    "tel",
    "fax_no",
    "account_no",
    "acct_num",
    "member_id",
    "policy_number",
    "npi",
    "dob",
    "DOB",
    "birth_date",
    "birthDate",
    "date_of_birth",
    "bdate",
    "birthdt",
    "patient_dob",
    "birth_year",
    "yob",
    "year_of_birth",
    "zip",
    "postal_code",
    "visit_date",
    "encounter_id",
    "device_serial_no",
    "license_number",
)
SHAPES = {
    "data frame": [f"{418800 + 7 * i}.0" for i in range(40)],
    "spreadsheet": [f"{4.18813 + i / 100000:.5f}E+05" for i in range(40)],
    "mixed": ["418812", "4.18813E+05", "418814", "418815.0", ""] * 8,
    "days since 1900": [f"{20000 + 300 * i}.0" for i in range(40)],
    "eight digits": [f"19{30 + i % 40}0{1 + i % 9}1{i % 9}.0" for i in range(40)],
    "ten digits": [f"{4255550100 + i}.0" for i in range(40)],
    "few": ["1.0", "2.0", "3.0"] * 20,
    "one": ["1042.0"] * 30,
    "fractions": [f"{41.5 + i}" for i in range(40)],
    "short list": ["7", "8", "9", "10"] * 20,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", IDENTIFYING)
def test_what_its_name_says_is_an_identifier_is_never_proposed_as_kept(name, shape):
    assert guess(name, signals_of(SHAPES[shape])).kind not in KEPT


@pytest.mark.parametrize("name", ["hgb", "weight_kg", "glucose", "total_cost", "value_as_number", "c7"])
def test_a_measure_stays_a_measure(name):
    assert guess(name, signals_of([f"{9 + i / 7:.1f}" for i in range(40)])).kind == "measure"
    assert guess(name, signals_of([f"{90 + i}.0" for i in range(40)])).kind == "measure"


def test_a_measure_that_is_a_long_number_is_an_identifier():
    assert guess("total", signals_of([str(900_112_345 + 17 * i) for i in range(40)])).kind == "id"


def test_whole_numbers_are_read_and_fractions_are_not():
    assert whole_numbers(["418812", "4.18813E+05", "418800.0", "A1"]) == ["418812", "418813", "418800", "A1"]
    assert whole_numbers(["9.7", "14.0"]) is None
    assert whole_numbers(["12", "13"]) is None
    assert whole_number("1e+05") == "100000"
    assert whole_number("1.5e-3") is None


def test_a_cast_reads_powers():
    cells, uncast = cast_cells(
        pa.array(["4.18813E+05", "418800.0", "1e+05", "4.5E+00", "0042", None], pa.large_string()),
        "integer",
        day_first=False,
    )
    assert cells.to_pylist() == ["418813", "418800", "100000", None, "42", None]
    assert uncast.to_pylist() == [False, False, False, True, False, False]
