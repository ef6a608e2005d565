"""Small files done together: the bytes, counts, quarantine and way back that each has when it is done alone."""

from __future__ import annotations

import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import PASSPHRASE

from veil.jobs.checks.verify_release import read_again
from veil.jobs.reversal.reverse import open_reversal, reverse
from veil.jobs.work import small_files
from veil.jobs.work.worker import UnitWorker

TABLE = """profile: expert
tables:
  people:
    subject: id
    columns: {id: {pseudonym: {}, known: strong, label: MRN}, last: {as: family_name, known: true}, born: shift}
  events:
    files: "events/*"
    subject: id
    columns:
      id: pseudonym
      day: shift
      kind: keep
      value:
        - {where: "kind = 'id'", pseudonym: {}}
        - {where: "kind = 'day'", shift: {}}
        - keep
      note: scan
"""
TREE = (
    TABLE.split("  events:", maxsplit=1)[0]
    + """trees:
  events:
    files: "events/*"
    subject: $.id
    columns:
      $.id: {pseudonym: {}, domain: id}
      $.day: shift
      $.kind: keep
      $.value: [{where: '"$.kind" = ''id''', pseudonym: {}}, keep]
      $.note: scan
      "$.more[*].code": keep
      "$.more[*].text": [{where: '"$.more[*].code" = ''a''', mask: {}}, keep]
"""
)
NAMES = ["Quennell", "Tasker", "Whitlock", "Harrow", "Lindqvist"]
PEOPLE = "id,last,born\n" + "".join(
    f"{7301001 + 13 * i},{name},19{60 + i}-03-0{1 + i}\n" for i, name in enumerate(NAMES)
)


def rows_of(draw, count):
    rows = []
    for _ in range(count):
        who = draw.randrange(len(NAMES))
        kind = draw.choice(["id", "day", "x"])
        value = {
            "id": str(draw.randrange(10**6)),
            "day": f"2020-05-{draw.randrange(10, 29)}",
            "x": draw.choice(["", "1.5", "a, b"]),
        }[kind]
        note = draw.choice(
            ["", "stable", f"seen, Mrs. {NAMES[who]} on 03/04/2021", 'said "well"', "two\nlines", "schön"]
        )
        rows.append(
            {
                "id": str(7301001 + 13 * who),
                "day": f"2021-0{draw.randrange(1, 9)}-1{draw.randrange(10)}",
                "kind": kind,
                "value": value,
                "note": note,
            }
        )
    return rows


def as_text(rows, delimiter=",", end="\n"):
    cells = [["id", "day", "kind", "value", "note"], *(list(row.values()) for row in rows)]
    quoted = [
        [
            '"' + cell.replace('"', '""') + '"' if any(char in cell for char in (delimiter, '"', "\n")) else cell
            for cell in row
        ]
        for row in cells
    ]
    return end.join(delimiter.join(row) for row in quoted) + end


def as_parquet(rows):
    sink = pa.BufferOutputStream()
    schema = pa.schema([(name, pa.string()) for name in ("id", "day", "kind", "value", "note")])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    return bytes(sink.getvalue())


def as_tree(draw, rows):
    return [
        row | {"more": [{"code": draw.choice("ab"), "text": "x y"} for _ in range(draw.randrange(3))]} for row in rows
    ]


def files_of(draw, kind):
    """Some small files: of no row, one, many; another delimiter, encoding and line end now and then."""
    files = {}
    for number in range(9):
        rows = rows_of(draw, draw.choice([0, 1, 3, 8]) if number else 3)
        name = f"events/part-{number}.{kind}"
        if kind == "plain.csv":
            rows = [
                {key: value.replace(",", "").replace('"', "").replace("\n", " ") for key, value in row.items()}
                for row in rows
            ]
            files[name] = (
                as_text(rows).encode(draw.choice(["utf-8", "utf-8-sig"])).removesuffix(draw.choice([b"", b"\n"]))
            )
        elif kind in ("csv", "tsv"):
            text = as_text(rows, "\t" if kind == "tsv" else draw.choice([",", ";"]), draw.choice(["\n", "\r\n"]))
            files[name] = text.encode(draw.choice(["utf-8", "utf-8-sig"]))
        elif kind == "parquet":
            files[name] = as_parquet(rows)
        elif kind == "ndjson":
            files[name] = "".join(json.dumps(row) + "\n" for row in as_tree(draw, rows)) or "\n"
        else:
            files[name] = json.dumps(
                as_tree(draw, rows) if draw.random() < 0.8 or not rows else as_tree(draw, rows)[0],
                indent=draw.choice([None, 1]),
            )
    return files


def manifest(made):
    held = json.loads((made.out / "veil-manifest.json").read_text())
    held["counts"].sort(key=json.dumps)
    return {key: held[key] for key in ("counts", "quarantined", "weak_evidence", "outputs", "rules")}


def both(project, monkeypatch, text, files, *, runs_together=True, workers=1):
    """The project run with its small files together, and with each alone."""
    seen = []
    whole = small_files._Group.done

    def noted(self):
        seen.append(False)
        found = whole(self)
        seen[-1] = found is not None
        return found

    monkeypatch.setattr(small_files._Group, "done", noted)
    made = project(text, {"people.csv": PEOPLE, **files})
    made.run(workers=workers)
    if workers == 1:
        assert bool(seen and all(seen)) == runs_together
    with monkeypatch.context() as patched:
        patched.setattr("veil.jobs.work.units.GROUP_FILES", 1)
        alone = project(text, {"people.csv": PEOPLE, **files}, "alone")
        alone.run()
    assert made.bytes_out() == alone.bytes_out()
    assert manifest(made) == manifest(alone)
    return made


def check_back(made, tmp_path):
    """A release agrees with its input, and comes back as the one whose files were done alone."""
    back = []
    for name in (made.folder.name, "alone"):
        own = type(made)(made.folder.parent / name / "project.yaml")
        if own.file.exists():
            session = own.session()
            assert read_again(session, session.keys(lambda: PASSPHRASE)).leaks == []
            reversal = open_reversal(own.file)
            reverse(reversal, reversal.keys(lambda: PASSPHRASE), "a test", tmp_path / "back" / name)
            back.append(
                {
                    path.relative_to(tmp_path / "back" / name).as_posix(): path.read_bytes()
                    for path in (tmp_path / "back" / name).rglob("*")
                    if path.is_file() and not path.name.startswith("veil-")
                }
            )
    assert all(one == back[0] for one in back)
    return back[0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", ["csv", "plain.csv", "tsv", "parquet", "ndjson", "json"])
def test_files_done_together_have_the_bytes_that_each_has_alone(project, monkeypatch, tmp_path, kind, seed):
    files = files_of(random.Random(f"{kind}{seed}"), kind)
    made = both(project, monkeypatch, TREE if "json" in kind else TABLE, files)
    back = check_back(made, tmp_path)
    assert len(back) == (1 if "json" in kind else 10)
    if kind in ("csv", "plain.csv", "tsv"):
        for name in files:
            ids = [line.partition("\n")[0][:7] for line in back[name].decode("utf-8-sig").splitlines()[1:]]
            assert ids == [line[:7] for line in as_bytes(files[name]).decode("utf-8-sig").splitlines()[1:]]


def as_bytes(content):
    return content if isinstance(content, bytes) else content.encode()


def test_more_processes_give_the_same_bytes(project, monkeypatch, tmp_path):
    monkeypatch.setattr("veil.jobs.work.units.GROUP_FILES", 4)
    files = files_of(random.Random(7), "csv")
    check_back(both(project, monkeypatch, TABLE, files, workers=2), tmp_path)


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ("id,day,kind,value,note\n1,2021-01-02,x\n", "csv-ragged"),
        ("id,day,kind,value,note\n7301001,2021-01-02,Quennell,1,x\n", "known-identifier"),
    ],
)
def test_one_file_that_is_amiss_costs_itself_alone(project, monkeypatch, part, code):
    files = files_of(random.Random(3), "csv") | {"events/part-4.csv": part}
    text = TABLE if code == "known-identifier" else TABLE.replace(", known: true", "").replace(", known: strong", "")
    made = both(project, monkeypatch, text, files, runs_together=False)
    assert [(one["what"], one["code"]) for one in manifest(made)["quarantined"]] == [("events file 5", code)]
    assert len(made.bytes_out()) == 9


def test_the_files_beside_one_that_is_amiss_stay_together(project, monkeypatch):
    done = []
    do = UnitWorker.do
    monkeypatch.setattr(UnitWorker, "do", lambda self, unit: done.append(unit.label) or do(self, unit))
    draw = random.Random(8)
    files = {f"events/p{i:02}.csv": as_text(rows_of(draw, 2)) for i in range(24)}
    files["events/p17.csv"] = "id,day,kind,value,note\n1,2021-01-02,x\n"
    project(TABLE, {"people.csv": PEOPLE, **files}).run()
    assert len(done) <= 1 + small_files.FEW
    assert "events file 18" in done


def test_single_rows_in_quarantine_are_those_of_each_file(project, monkeypatch, tmp_path):
    files = files_of(random.Random(4), "csv")
    files["events/part-2.csv"] = (
        "id,day,kind,value,note\n7301001,2021-01-02,x,1,x\n7301001,2021-01-02\n7301027,2021-01-02,Whitlock,1,x\n"
    )
    text = "rows: {broken: quarantine-rows}\nverify: {strong: quarantine-rows}\n" + TABLE
    made = both(project, monkeypatch, text, files, runs_together=False)
    assert [
        (one["what"], one["code"], [place["row"] for place in one["places"]]) for one in manifest(made)["quarantined"]
    ] == [
        ("events file 3", "csv-ragged", [3]),
        ("events file 3", "known-identifier", [4]),
    ]
    check_back(made, tmp_path)


def test_weak_evidence_is_listed_by_file_and_row(project, monkeypatch):
    text = TABLE.replace("born: shift", "born: {as: zip, known: weak}")
    people = "id,last,born\n" + "".join(f"{7301001 + 13 * i},{name},0120{i}\n" for i, name in enumerate(NAMES))
    files = {
        f"events/p{i}.csv": f"id,day,kind,value,note\n7301001,2021-01-02,x,7,a\n{7301001 + 13 * i},2021-01-02,x,120{i},b\n"
        for i in range(4)
    }
    made = both(project, monkeypatch, text, {**files, "people.csv": people})
    assert [(one["what"], one["rows"]) for one in manifest(made)["weak_evidence"]] == [
        (f"events file {i}", [3]) for i in range(1, 5)
    ]


@pytest.mark.parametrize("how", ["{from: file}", '{from: file_name, pattern: "{id}-{n}.csv"}'])
def test_a_subject_that_the_file_tells_is_the_one_of_its_own_file(project, monkeypatch, how):
    text = TABLE.replace('files: "events/*"\n    subject: id', f'files: "events/*"\n    subject: {how}')
    files = {f"events/{7301001 + 13 * i}-1.csv": as_text(rows_of(random.Random(i), 3)) for i in range(5)}
    both(project, monkeypatch, text, files)


def test_a_run_that_is_killed_goes_on_with_the_groups_that_are_left(project, monkeypatch, tmp_path):
    monkeypatch.setattr("veil.jobs.work.units.GROUP_FILES", 3)
    files = files_of(random.Random(5), "csv")
    whole = project(TABLE, {"people.csv": PEOPLE, **files}, "whole")
    whole.run()
    made = project(TABLE, {"people.csv": PEOPLE, **files})
    do, calls = small_files.do_units, []

    def dies(worker, units):
        calls.append([unit.number for unit in units])
        if len(calls) == 3:
            raise KeyboardInterrupt
        return do(worker, units)

    monkeypatch.setattr("veil.jobs.local_run.do_units", dies)
    with pytest.raises(KeyboardInterrupt):
        made.run()
    first = calls[:2]
    made.run()
    assert not [units for units in calls[3:] if units in first]
    assert made.bytes_out() == whole.bytes_out()
    check_back(made, tmp_path)


def test_files_of_other_columns_or_of_some_size_are_done_apart(project, monkeypatch):
    monkeypatch.setattr("veil.jobs.work.units.SMALL_BYTES", 2_000)
    text = TABLE.replace("    columns:\n      id", "    unlisted: drop\n    columns:\n      id")
    draw = random.Random(6)
    files = {f"events/p{i}.csv": as_text(rows_of(draw, 2)) for i in range(6)} | {
        "events/p3.csv": as_text(rows_of(draw, 90))
    }
    files["events/p5.csv"] = "id,extra,day,kind,value,note\n7301001,1,2021-01-02,x,7,a\n"
    done = []
    do = UnitWorker.do
    monkeypatch.setattr(UnitWorker, "do", lambda self, unit: done.append(unit.label) or do(self, unit))
    made = project(text, {"people.csv": PEOPLE, **files})
    made.run()
    assert set(done) == {"people file 1", "events file 4", "events file 5", "events file 6"}
