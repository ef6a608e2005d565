"""What tests of databases stand on: tables, a policy for them, and ways to put rows in and read them."""

import contextlib
import datetime as dt
import itertools

import pyarrow as pa
import pyarrow.parquet as pq
from tests.servers import PASSWORD

from veil.stores import open_target

count = itertools.count(1)
ZOO = 'odd "table" %s'
TABLES = {
    "patients": pa.table(
        {
            "patient_id": pa.array([7, 1042, 2000], pa.int64()),
            "mrn": ["00990011", "00771234", "00123456"],
            "first": ["Bo", "Ada", "Zoë"],
            "born": [dt.date(1988, 12, 31), dt.date(1950, 2, 28), None],
            "zip": ["00501", "02139", None],
        }
    ),
    "encounters": pa.table(
        {
            "encounter_id": pa.array([901, 902, 903], pa.int64()),
            "patient_id": pa.array([1042, 7, 1042], pa.int64()),
            "start": pa.array(["2019-01-31 00:00:00", "2019-03-01 08:30:00", "2020-02-29 00:00:00"]).cast(
                pa.timestamp("us")
            ),
        }
    ),
    "labs": pa.table(
        {
            "lab_id": pa.array(range(1, 41), pa.int64()),
            "encounter_id": pa.array([901, 902, 903, 902] * 10, pa.int64()),
            "value": pa.array([98.6, None, 2.5, 3.0] * 10, pa.float64()),
            "taken": pa.array([dt.date(2019, 1, 31 - i % 20) for i in range(40)]),
            "comment": ["O'Brien said 100 %", "", None, 'a "quote"'] * 10,
        }
    ),
}
RULES = """profile: expert
tables:
  patients:
    subject: patient_id
    columns: {patient_id: {pseudonym: {format: integer}}, mrn: pseudonym, first: {surrogate: given_name}, born: shift, zip: zip3}
  encounters:
    subject: patient_id
    columns: {encounter_id: {pseudonym: {format: integer}}, patient_id: {pseudonym: {format: integer}}, start: shift}
  labs:
    subject: {through: encounters, on: encounter_id}
    columns: {lab_id: drop, encounter_id: {pseudonym: {format: integer}}, value: keep, taken: shift, comment: scan}
"""


def in_postgres(server, *statements):
    from adbc_driver_postgresql import dbapi

    with contextlib.closing(
        dbapi.connect(f"host=127.0.0.1 port={server.port} user=veil dbname=postgres password='{PASSWORD}'")
    ) as line:
        with line.cursor() as cursor:
            for one in statements:
                cursor.execute(one)
        line.commit()


def in_maria(server, *statements, database="mysql"):
    import pymysql

    with contextlib.closing(
        pymysql.connect(host="127.0.0.1", port=server.port, user="veil", password=PASSWORD, database=database)
    ) as line:
        with line.cursor() as cursor:
            for one in statements:
                cursor.execute(one)
        line.commit()


def fill(address, tables, folder):
    target = open_target(address, folder)
    for name, table in tables.items():
        assert target.put(name, table.schema, table.to_batches(), "of the test") == table.num_rows
    target.close()


def texts(table):
    """Cells as text, so that a database that has no dates or flags can be compared."""
    return {name: [_text(value) for value in table[name].to_pylist()] for name in table.column_names}


def _text(value):
    if isinstance(value, dt.datetime):
        return value.isoformat(" ").removesuffix(".000000")
    return None if value is None else str(value).removesuffix(".000000")


def released(made):
    return {path.stem: texts(pq.read_table(path)) for path in made.out.glob("*.parquet")}


def project_on(project, address, files=None, more=""):
    made = project(RULES + more, files or {"none.txt": ""}, name=f"p{next(count)}")
    text = made.file.read_text().replace("in: data\n", f"in: '{address}'\n" if address else "in: data\n")
    made.file.write_text(text)
    return made
