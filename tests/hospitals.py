"""Small hospitals of six tables whose keys count from one, named in the styles of several houses; no person in them exists."""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path

GIVEN = [
    "Saul",
    "Greta",
    "Ines",
    "Ivan",
    "Theo",
    "Ravi",
    "Nora",
    "Omar",
    "Mina",
    "Felix",
    "Otto",
    "Dora",
    "Tess",
    "Rosa",
    "Karl",
    "Hugo",
    "Maeve",
    "Petra",
    "Lena",
    "Emil",
]
FAMILY = [
    "Brandt",
    "Reyes",
    "Harrow",
    "Vance",
    "Kowal",
    "Dunne",
    "Lindqvist",
    "Stroud",
    "Orsini",
    "Quill",
    "Thorne",
    "Pell",
    "Ueda",
    "Moreau",
    "Tanaka",
    "Ferris",
    "Wolfe",
    "Sutter",
    "Okafor",
]
DIAGNOSES, TESTS, SPECIALTIES = (
    ("J45.909", "E11.9", "I10", "S52.501A"),
    ("718-7", "2345-7", "2160-0"),
    ("Cardiology", "Surgery", "Neurology"),
)
# For each style: table -> the names of its columns, in the order of ROWS.
STYLES = {
    "plural tables, table_id": {
        "patients": "patient_id first_name last_name birth_date city",
        "doctors": "doctor_id full_name specialty",
        "visits": "visit_id patient_id doctor_id room_id visit_date diagnosis",
        "payments": "payment_id visit_id paid_on amount",
        "rooms": "room_id name floor",
        "tests": "test_id visit_id code value taken_at",
    },
    "singular tables, id alone": {
        "patient": "id given_name surname dob town",
        "doctor": "id name specialty",
        "visit": "id patient_id doctor_id room_id date diagnosis",
        "payment": "id visit_id date amount",
        "room": "id name floor",
        "test": "id visit_id code result taken",
    },
    "capitals, ID first": {
        "PATIENT": "ID_PATIENT FIRSTNAME LASTNAME BIRTHDATE CITY",
        "DOCTOR": "ID_DOCTOR DOCTORNAME SPECIALTY",
        "VISIT": "ID_VISIT ID_PATIENT ID_DOCTOR ID_ROOM VISITDATE DIAGNOSIS1",
        "PAYMENT": "ID_PAYMENT ID_VISIT PAYMENTDATE AMOUNT",
        "ROOM": "ID_ROOM NAME FLOOR",
        "TEST": "ID_TEST ID_VISIT TESTCODE QUANTITY TESTDATE",
    },
    "camel": {
        "Patients": "patientId firstName lastName birthDate city",
        "Physicians": "physicianId physicianName specialty",
        "Appointments": "appointmentId patientId physicianId roomId startDate diagnosisCode",
        "Bills": "billId appointmentId billDate totalAmount",
        "Rooms": "roomId roomName floorLevel",
        "LabTests": "labTestId appointmentId loincCode value collectedDate",
    },
    "short": {
        "pat": "pat_nr vorname nachname dob city",
        "doc": "doc_nr doc_name specialty",
        "enc": "enc_nr pat_nr doc_nr room_nr enc_dt dx",
        "pay": "pay_nr enc_nr pay_dt amt",
        "room": "room_nr room_name floor_no",
        "lab": "lab_nr enc_nr lab_cd qty lab_dt",
    },
    "record number as key": {
        "tbl_patients": "mrn fname lname date_of_birth city",
        "tbl_staff": "staff_id staff_name specialty",
        "tbl_admissions": "admission_no mrn staff_id bed_id admit_date diagnosis_code",
        "tbl_charges": "charge_no admission_no charge_date charge_amount",
        "tbl_beds": "bed_id label floor",
        "tbl_results": "result_no admission_no test_code result_value result_date",
    },
}


def make_six_tables(folder: Path, style: str, *, patients: int = 40, seed: int = 3) -> dict[str, list[str]]:
    """Write the six tables as CSV; answers the columns of each, in the order of the style."""
    draw = random.Random(seed)

    def day() -> str:
        return (dt.date(2024, 1, 1) + dt.timedelta(draw.randrange(400))).isoformat()

    def born() -> str:
        return dt.date(1945 + draw.randrange(60), 1 + draw.randrange(12), 1 + draw.randrange(28)).isoformat()

    visits = patients * 3
    rows = [
        [
            [n, draw.choice(GIVEN), draw.choice(FAMILY), born(), draw.choice(["Dover", "Salem", "Bristol"])]
            for n in range(1, patients + 1)
        ],
        [[n, f"{draw.choice(GIVEN)} {draw.choice(FAMILY)}", draw.choice(SPECIALTIES)] for n in range(1, 9)],
        [
            [n, draw.randint(1, patients), draw.randint(1, 8), draw.randint(1, 6), day(), draw.choice(DIAGNOSES)]
            for n in range(1, visits + 1)
        ],
        [[n, n, day(), f"{draw.random() * 900:.2f}"] for n in range(1, visits + 1)],
        [[n, f"Room {chr(64 + n)}", 1 + n % 3] for n in range(1, 7)],
        [
            [n, draw.randint(1, visits), draw.choice(TESTS), draw.choice([1, 2, 4, 8]), day()]
            for n in range(1, visits * 2)
        ],
    ]
    columns = {table: names.split() for table, names in STYLES[style].items()}
    folder.mkdir(parents=True, exist_ok=True)
    for (table, names), body in zip(columns.items(), rows, strict=True):
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([names, *body])
    return columns


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
