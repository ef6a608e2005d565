"""A file's whole way through the portal: a real server, a real worker, every format, and files that mean harm."""

import gzip
import io
import json
import time
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from tests.portals import NOTE, TABLE, Browser, joined, parquet, served, site_in, workbook, working

from veil.jobs.texts.notes import notes_session
from veil.keys import Keys
from veil.service.store import ServiceStore
from veil.service.work.worker import safe_name


@pytest.fixture
def portal(tmp_path):
    """A store, a browser of a submitter, and a worker that works when it is asked to."""
    site = site_in(tmp_path, memory=4 << 30, cpu=60, wall=90.0, written=256 << 20)
    store = ServiceStore(site)
    with served(store) as address, joined(store, address, "bob") as bob, working(site) as worker:
        yield store, bob, worker
    store.close()


def done(portal, *told, **more):
    """The job of a file when a worker has been at it."""
    _, bob, worker = portal
    job = bob.hand_in(*told, **more)
    assert worker.once()
    return bob.ask("GET", f"/jobs/{job}").json()


def fetched(portal, job):
    answer = portal[1].ask("GET", f"/jobs/{job['id']}/result")
    assert answer.status_code == 200, answer.text
    return answer


RECORDS = b'{"patient_id": "1042", "name": "Zebulonia Quackenthorpe", "note": "seen by Dr. Wong"}\n'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("n.txt", b"Patient Zebulonia Quackenthorpe, seen by Dr. Wong\n"),
        ("t.csv", TABLE.replace(b"Ada", b"Zebulonia")),
        ("t.tsv", TABLE.replace(b",", b"\t").replace(b"Ada", b"Zebulonia")),
        ("r.json", b"[" + RECORDS.strip() + b"]"),
        ("r.jsonl", RECORDS),
        ("r.ndjson", RECORDS),
        ("p.parquet", parquet()),
        ("b.xlsx", workbook("People")),
        ("z.csv.gz", gzip.compress(TABLE.replace(b"Ada", b"Zebulonia"))),
    ],
)
def test_each_format_comes_back_as_itself_without_its_names(portal, name, data):
    job = done(portal, name, data)
    assert job["state"] == "done", portal[1].ask("GET", f"/jobs/{job['id']}/report").json()
    answer = fetched(portal, job)
    assert name.partition(".")[2] in answer.headers["content-disposition"]
    held = answer.content
    if name.endswith(".gz"):
        held = gzip.decompress(held)
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(held)) as book:
            held = b"".join(book.read(one) for one in book.namelist())
    assert held
    assert b"Zebulonia" not in held
    assert b"Wong" not in held


def test_a_workbook_of_several_sheets_comes_back_as_one_workbook(portal):
    job = done(portal, "b.xlsx", workbook("People", "Visits"))
    answer = fetched(portal, job)
    assert "b.xlsx" in answer.headers["content-disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert book.sheet_names == ["People", "Visits"]
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python()
        assert len(rows) > 1
        assert "Zebulonia" not in str(rows)


def test_a_note_has_the_bytes_of_the_command_line(portal, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/n.txt").write_bytes(NOTE)
    session = notes_session(tmp_path / "in", tmp_path / "out", "safe-harbor")
    session.run(Keys.none())
    assert fetched(portal, done(portal, "n.txt", NOTE)).content == next((tmp_path / "out").glob("*.txt")).read_bytes()


def test_a_plan_is_shown_changed_accepted_and_done(portal):
    _, bob, worker = portal
    job = done(portal, "t.csv", TABLE, review=True)
    assert job["state"] == "planned"
    plan = bob.ask("GET", f"/jobs/{job['id']}/plan").json()
    rules = {one["column"]: one["rule"] for one in plan["columns"]}
    assert (rules["first"], rules["zip"], rules["note"]) == ("drop", "zip3", "scan")
    assert "keep" in plan["rules"]
    wishes = [
        {"source": "table", "column": "first", "rule": "keep"},
        {"source": "table", "column": "zip", "rule": "drop"},
    ]
    assert bob.ask("PUT", f"/jobs/{job['id']}/plan", json={"columns": wishes}).status_code == 200
    wrong = {"columns": [{"source": "table", "column": "first", "rule": "shrug"}]}
    assert bob.ask("PUT", f"/jobs/{job['id']}/plan", json=wrong).json()["code"] == "plan-rule"
    assert bob.ask("POST", f"/jobs/{job['id']}/start").json()["state"] == "queued"
    assert worker.once()
    head, *rows = fetched(portal, job).content.decode().splitlines()
    assert head == "patient_id,mrn,first,born,note"
    assert rows[0].split(",")[2] == "Ada"
    assert bob.ask("GET", f"/jobs/{job['id']}/plan").status_code == 409


def test_nothing_runs_before_the_plan_is_accepted(portal):
    job = done(portal, "t.csv", TABLE, review=True)
    assert portal[2].once() is False
    assert portal[1].ask("GET", f"/jobs/{job['id']}/result").status_code == 409


def test_a_key_of_a_tree_that_may_be_a_person_is_not_kept(portal):
    data = json.dumps([{"patients": {"Zebulonia Quackenthorpe": {"sex": "F"}}, "sex": "M"}]).encode()
    job = done(portal, "r.json", data, review=True)
    shown = portal[1].ask("GET", f"/jobs/{job['id']}/plan").json()
    assert {one["column"]: one["rule"] for one in shown["columns"]}["$.patients.Zebulonia Quackenthorpe.sex"] == "drop"
    portal[1].ask("POST", f"/jobs/{job['id']}/start")
    portal[2].once()
    assert fetched(portal, job).content == b'[{"sex": "M"}]'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("r.json", json.dumps([{"name": "Zebulonia Quackenthorpe", "sex": "F"}] * 20).encode()),
        ("t.csv", b"name,sex\n" + b"Zebulonia Quackenthorpe,F\n" * 20),
        ("u.csv", b"city,sex\n" + b"Quackenthorpe,F\n" * 20),
    ],
)
@pytest.mark.parametrize(
    "asked", [{"profile": "redact"}, {"identifiers": ["Name", "Geographic Data"]}], ids=["profile", "identifiers"]
)
def test_one_name_again_and_again_is_no_code_that_stays(portal, name, data, asked):
    job = done(portal, name, data, **asked)
    assert b"Quackenthorpe" not in fetched(portal, job).content


def bomb(name="xl/worksheets/sheet1.xml", size=3 << 30):
    """A workbook of zeros: three megabytes that are three gigabytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook("A"))) as good, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bad:
        for one in good.namelist():
            if one != name:
                bad.writestr(one, good.read(one))
        with bad.open(name, "w", force_zip64=True) as sheet:
            for _ in range(size >> 24):
                sheet.write(bytes(1 << 24))
    return file.getvalue()


LAUGHS = (
    b"<!DOCTYPE l [<!ENTITY a 'ha'>"
    + b"".join(b"<!ENTITY %c '%s'>" % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><l>&j;</l>"
)
HARM = {
    "a workbook that is a page": ("x.xlsx", b"<html><script>alert(1)</script>", "failed"),
    "a billion laughs in a workbook": ("x.xlsx", None, "failed"),
    "a page that is a note": ("x.txt", b"<script>alert('Zebulonia')</script>\n", "done"),
    "laughs in a note": ("x.txt", LAUGHS, "done"),
    "a table without a header": ("x.csv", b"1042,1950-02-28\n7,1951-03-04\n", "failed"),
    "a table that is ragged": ("x.csv", b"patient_id,first\n1,2,3\n4\n", "failed"),
    "a table of no bytes": ("x.csv", b"", "failed"),
    "a broken encoding": ("x.csv", b"patient_id,first\n\xff\xfe\xfa,\xed\xa0\x80\n", None),
    "nulls": ("x.txt", b"\0" * 4096, "failed"),
    "a PDF that is called a note": ("x.txt", b"%PDF-1.4\nZebulonia\nxref\n0 2\n0000000010 65535 f\n", "failed"),
    "a Word document that is called a note": (
        "x.txt",
        b"PK\x03\x04" + bytes(26) + b"word/document.xml Zebulonia",
        "failed",
    ),
    "a tree that is too deep": ("x.json", b"[" * 100_000 + b"]" * 100_000, "failed"),
    "a tree that is broken": ("x.json", b'{"a": ', "failed"),
    "no Parquet at all": ("x.parquet", b"PAR1" + bytes(100) + b"PAR1", "failed"),
    "a packed table cut short": ("x.csv.gz", gzip.compress(TABLE)[:-9], "failed"),
    "an archive in a table": ("x.csv", b"PK\x03\x04" + bytes(60), None),
}


@pytest.mark.parametrize("what", HARM)
def test_a_file_that_means_harm_is_refused_or_done_and_the_worker_goes_on(portal, what):
    name, data, state = HARM[what]
    if data is None:
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(workbook("A"))) as good, zipfile.ZipFile(file, "w") as bad:
            for one in good.namelist():
                bad.writestr(one, LAUGHS if one == "xl/sharedStrings.xml" else good.read(one))
        data = file.getvalue()
    job = done(portal, name, data)
    assert job["state"] == (state or job["state"]), job
    assert job["state"] in ("done", "failed")
    if job["state"] == "failed":
        told = portal[1].ask("GET", f"/jobs/{job['id']}/report").json()
        assert job["code"]
        assert "Zebulonia" not in json.dumps(told)
    assert done(portal)["state"] == "done"


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.txt", "x.json"])
def test_of_a_file_that_is_a_table_and_a_workbook_at_once_nothing_passes_unread(portal, name):
    both = TABLE.replace(b"Ada", b"Quackenthorpe") + workbook("A")
    job = done(portal, name, both)
    assert job["state"] in ("done", "failed")
    if job["state"] == "done":
        content = fetched(portal, job).content
        assert b"Quackenthorpe" not in content
        assert b"Quackenthorpe" not in b"".join(unzipped(content))
    assert done(portal)["state"] == "done"


def unzipped(content):
    """What an archive holds, if it is one, also behind something else."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as held:
            yield from (held.read(one) for one in held.namelist())


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["workbook", "packed"])
def test_a_bomb_ends_within_its_limits(tmp_path, kind):
    site = site_in(tmp_path, memory=3 << 30, cpu=15, wall=40.0, written=64 << 20)
    store = ServiceStore(site)
    name, data = (
        ("x.xlsx", bomb())
        if kind == "workbook"
        else ("x.csv.gz", gzip.compress(b"patient_id,first\n" + b"1042,Zebulonia\n" * 10_000_000, 1))
    )
    with served(store) as address, joined(store, address, "bob") as bob, working(site) as worker:
        began = time.monotonic()
        job = done((store, bob, worker), name, data)
        assert job["state"] in (("failed",) if kind == "workbook" else ("done", "failed")), job
        assert time.monotonic() - began < 55
        assert done((store, bob, worker))["state"] == "done"
    store.close()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\n.csv", "n.csv"),
        ("a*?[b].csv", "a___b_.csv"),
        ("..txt", "upload.txt"),
        ("book.xlsx#Sheet.xlsx", "book.xlsx_Sheet.xlsx"),
        ("診" * 90 + ".text", "upload.text"),
        ("x" * 300, "upload.txt"),
        (".hidden.csv", "hidden.csv"),
        ("/", "upload.txt"),
        ("Jörg Müller.txt", "Jörg Müller.txt"),
        ("\u202egnp.txt", "_gnp.txt"),
    ],
)
def test_a_name_of_a_file_leads_nowhere(name, safe):
    assert safe_name(name, "text") == safe


def test_a_packed_table_with_a_name_of_many_bytes_is_unpacked(portal):
    assert done(portal, "診" * 90 + ".csv.gz", gzip.compress(TABLE))["state"] == "done"


def test_a_name_that_climbs_is_done_like_any_other(portal):
    job = done(portal, "../../../tmp/n.txt", NOTE)
    assert job["state"] == "done"
    assert ".." not in fetched(portal, job).headers["content-disposition"]


def test_an_upload_that_breaks_off_leaves_nothing(portal):
    import socket

    store, bob, _ = portal
    made = bob.ask("POST", "/jobs", json={"name": "n.txt", "profile": "redact"}).json()["id"]
    url = bob._client.base_url
    with socket.create_connection((url.host, url.port)) as line:
        line.sendall(
            f"PUT /portal/api/jobs/{made}/file HTTP/1.1\r\nHost: x\r\nCookie: veil={bob._client.cookies['veil']}\r\nX-CSRF-Token: {bob.me['change']}\r\n"
            "Content-Length: 5000000\r\n\r\n".encode()
            + bytes(1_000_000)
        )
        time.sleep(0.3)
    until = time.monotonic() + 10
    while list((store.site.folder / "objects").iterdir()) and time.monotonic() < until:
        time.sleep(0.05)
    assert list((store.site.folder / "objects").iterdir()) == []
    assert bob.ask("GET", f"/jobs/{made}").json()["state"] == "new"


def test_the_lists_name_what_the_engine_has(portal):
    from veil.parts import endings

    with Browser(str(portal[1]._client.base_url)) as anybody:
        lists = anybody.ask("GET", "/lists").json()
    assert len(lists["standard"]) + len(lists["premium"]) == 16
    assert len(lists["safe_harbor"]) == 18
    assert {one for group in lists["formats"].values() for one in group} == set(endings())
