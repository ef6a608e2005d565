"""C23: read and write database tables in stretches, names quoted. PostgreSQL, MariaDB and the rest: tests/integration/test_databases.py."""

import contextlib
import sqlite3

POLICY = """profile: expert
in: sqlite:///emr.db
publish: sqlite:///study.db
tables:
  patients:
    files: 'pa"tients; --'
    subject: patient_id
    columns: {patient_id: pseudonym, 'first "name"': drop, born: shift, weight: keep}
  visits:
    subject: patient_id
    columns: {visit_id: {pseudonym: {format: integer}}, patient_id: pseudonym, seen: shift, note: scan}
"""


def emr(folder):
    with contextlib.closing(sqlite3.connect(folder / "emr.db")) as line:
        line.executescript('''
            CREATE TABLE "pa""tients; --" (patient_id TEXT PRIMARY KEY, "first ""name""" TEXT, born DATE, weight REAL);
            CREATE TABLE visits (visit_id INTEGER PRIMARY KEY, patient_id TEXT, seen TEXT, note TEXT);
            INSERT INTO "pa""tients; --" VALUES ('007', 'Ada', '1950-02-28', 61.5), ('12', 'Bo', NULL, NULL);
            INSERT INTO visits VALUES (1, '007', '2019-01-31', 'Seen by Dr. Anna Schmidt.'), (2, '12', '2019-03-01', NULL), (3, '007', '2020-02-29', '');
        ''')


def rows(folder, sql):
    with contextlib.closing(sqlite3.connect(folder / "study.db")) as line:
        return line.execute(sql).fetchall()


def test_c23_tables_of_a_database_become_tables_of_another(project, veil):
    made = project(POLICY, {"none.txt": ""})
    made.file.write_text(made.file.read_text().replace("in: data\n", ""))
    emr(made.folder)
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 0, done.erred
    people = rows(made.folder, "SELECT patient_id, weight, typeof(weight) FROM patients ORDER BY rowid")
    assert [row[1:] for row in people] == [(61.5, "real"), (None, "null")]
    visits = rows(made.folder, "SELECT patient_id, typeof(visit_id), julianday(seen), note FROM visits ORDER BY rowid")
    assert [row[0] for row in visits] == [people[0][0], people[1][0], people[0][0]]
    assert visits[2][2] - visits[0][2] == 394
    assert visits[1][3] is None
    assert visits[2][3] == ""
    everything = (made.folder / "study.db").read_bytes() + b"".join(made.bytes_out().values())
    assert not any(word in everything for word in (b"Schmidt", b"Ada", b"1950-02-28"))


def test_c23_the_same_run_again_doubles_no_row(project, veil):
    made = project(POLICY, {"none.txt": ""})
    made.file.write_text(made.file.read_text().replace("in: data\n", ""))
    emr(made.folder)
    for _ in range(2):
        assert veil(made.folder, "run", "project.yaml").code == 0
    assert rows(made.folder, "SELECT count(*), count(DISTINCT visit_id) FROM visits") == [(3, 3)]


def test_c23_a_table_that_is_not_there_is_named(project, veil):
    made = project(POLICY.replace("  visits:", "  stays:"), {"none.txt": ""})
    made.file.write_text(made.file.read_text().replace("in: data\n", ""))
    emr(made.folder)
    done = veil(made.folder, "run", "project.yaml")
    assert done.code == 2
    assert "[files-missing] no file found for stays" in done.erred


def test_c23_a_release_is_put_into_the_database_that_it_came_from(project, veil):
    import duckdb

    made = project(
        "profile: redact\ntables: {study: {files: visits, columns: {a: keep}}}\npublish: duckdb:///emr.db\n",
        {"none.txt": ""},
    )
    made.file.write_text(made.file.read_text().replace("in: data\n", "in: duckdb:///emr.db\n"))
    with contextlib.closing(duckdb.connect(str(made.folder / "emr.db"))) as line:
        line.execute("CREATE TABLE visits AS SELECT 7 AS a")
    for _ in range(2):
        done = veil(made.folder, "run", "project.yaml")
        assert done.code == 0, done.erred
    with contextlib.closing(duckdb.connect(str(made.folder / "emr.db"))) as line:
        assert (
            line.execute("SELECT * FROM study").fetchall() == line.execute("SELECT * FROM visits").fetchall() == [(7,)]
        )
