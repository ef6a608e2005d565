"""Situations of the engine: conditions within lists, spans, and people whom columns, conditions and documents name."""

import json

import pytest

from veil.errors import PolicyError

HEAD = "profile: expert\ndetectors: [patterns, dates, known]\n"
TREE = (
    HEAD
    + """trees:
  people:
    subject: $.id
    columns:
      $.id: pseudonym
      $.kind: keep
      $.name: {surrogate: name}
      "$.telecom[*].system": keep
      "$.telecom[*].use[*]": keep
      "$.telecom[*].value": RULE
"""
)
PHONES = '[{where: "\\"$.telecom[*].system\\" = \'phone\'", surrogate: phone}, {where: "\\"$.kind\\" = \'staff\'", keep: }, {constant: {value: hidden}}]'
RECORDS = [
    {
        "id": "1",
        "kind": "patient",
        "name": "Ada Orsini",
        "telecom": [{"system": "email", "value": "a@b.org"}, {"system": "phone", "value": "617-228-9041"}],
    },
    {
        "id": "2",
        "kind": "patient",
        "name": "Bo Pell",
        "telecom": [{"value": "617-228-9042"}, {"system": "phone", "value": "617-228-9043", "use": ["home"]}],
    },
    {"id": "3", "kind": "staff", "name": "Cy Nash", "telecom": [{"system": "fax", "value": "617-228-9044"}]},
    {"id": "4", "kind": "staff", "name": "Di Vance", "telecom": []},
    {
        "id": "5",
        "kind": "staff",
        "name": "Ed Kowal",
        "telecom": [{"system": "phone", "value": "617-228-9045"}, {"system": "fax", "value": None}],
    },
]


def lines(records):
    return "".join(json.dumps(one) + "\n" for one in records)


def values_of(made):
    there = [json.loads(line) for line in (made.out / "people.ndjson").read_text().splitlines()]
    return [[one.get("value") for one in record["telecom"]] for record in there]


def test_a_condition_reads_the_sibling_of_its_own_element(project):
    made = project(TREE.replace("RULE", PHONES), {"people.ndjson": lines(RECORDS)})
    assert made.run().exit_code == 0
    now = values_of(made)
    assert now[0][0] == "hidden"
    assert now[1][0] == "hidden"  # its own system is not there, whatever that of its neighbour is
    assert now[2] == ["617-228-9044"]
    assert now[3] == []
    assert now[4][1] is None
    for row, place in ((0, 1), (1, 1), (4, 0)):
        assert now[row][place] != RECORDS[row]["telecom"][place]["value"]
        assert "555" in now[row][place]


def test_a_condition_inside_a_cell_reads_the_sibling_of_its_own_element(project):
    rules = "{open: json, rules: {$.id: drop, $.kind: keep, $.name: drop, '$.telecom[*].system': keep, '$.telecom[*].use[*]': keep, '$.telecom[*].value': RULE}}"
    text = (
        HEAD
        + "tables:\n  people: {subject: pid, columns: {pid: pseudonym, record: "
        + rules.replace("RULE", PHONES)
        + "}}\n"
    )
    cells = ['"' + json.dumps(one).replace('"', '""') + '"' for one in RECORDS]
    made = project(text, {"people.csv": "pid,record\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))})
    assert made.run().exit_code == 0
    whole = (made.out / "people.csv").read_text()
    assert "617-228-9044" in whole
    for number in ("9041", "9042", "9043", "9045", "a@b.org"):
        assert number not in whole


@pytest.mark.parametrize(
    ("address", "sibling"),
    [
        ("$.name", "$.telecom[*].system"),
        ("$.telecom[*].value", "$.telecom[*].use[*]"),
        ("$.telecom[*].system", "$.other[*].system"),
        ("$.telecom[*].**", "$.telecom[*].use[*]"),
        ("$.**", "$.telecom[*].system"),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_a_condition_that_is_not_one_to_one_is_refused_before_the_run(project, address, sibling, inside):
    rule = f"[{{where: '\"{sibling}\" is null', keep: }}, drop]"
    records = [{**RECORDS[0], "other": [{"system": "x"}]}, RECORDS[1]]
    if inside:
        text = (
            HEAD
            + f"tables: {{t: {{columns: {{record: {{open: json, rules: {{'{address}': {rule}}}, unlisted: drop}}}}}}}}\n"
        )
        files = {"t.csv": 'record\n"{}"\n'}
    else:
        text = HEAD + f"trees: {{people: {{columns: {{'{address}': {rule}}}, unlisted: drop}}}}\n"
        files = {"people.ndjson": lines(records)}
    made = project(text, files)
    with pytest.raises(PolicyError) as told:
        made.session()
    assert told.value.code == "condition-many"
    assert "project.yaml:" in told.value.where
    assert told.value.hint


def test_a_condition_with_two_answers_is_never_the_lax_one(project):
    record = '{"id": "1", "kind": "a", "name": "Ada Orsini", "telecom": [{"system": "phone", "system": "fax", "value": "617-228-9041"}]}\n'
    rule = '[{where: "\\"$.telecom[*].system\\" = \'phone\'", surrogate: phone}, keep]'
    made = project(
        TREE.replace("RULE", rule).replace('      "$.telecom[*].use[*]": keep\n', ""), {"people.ndjson": record}
    )
    assert made.run().exit_code == 0
    assert "9041" not in (made.out / "people.ndjson").read_text()


CLINICIANS = (
    HEAD
    + """tables:
  visits:
    subject: pid
    columns:
COLUMNS
notes:
  notes: {subject: {from: file_name, pattern: "{pid}-{n}.txt"}, columns: {text: scan}}
"""
)
RULES = {
    "pid": "pseudonym",
    "doctor": "[{where: \"kind = 'x'\", drop: }, {surrogate: name, known: staff}]",
    "kind": "keep",
    "payload": "{open: json, rules: {$.signed: {surrogate: name, known: staff}, '$.seen[*].by': {surrogate: name, known: staff}}}",
}
ROWS = {
    "pid": ["1", "2", "3"],
    "doctor": ["Esmeralda Herrmann", "Odalys Brinkhoff", "Esmeralda Herrmann"],
    "kind": ["a", "x", "b"],
    "payload": [
        '{"signed": "Odalys Brinkhoff", "seen": [{"by": "Esmeralda Herrmann"}]}',
        "{}",
        '{"seen": [{"by": "Odalys Brinkhoff"}, {"by": "Esmeralda Herrmann"}]}',
    ],
}
NOTE = "Seen by Dr. Esmeralda Herrmann. Signed by Dr. Odalys Brinkhoff.\n"


def visits(project, order, tmp_path):
    columns = "".join(f"      {name}: {RULES[name]}\n" for name in order)
    cell = {name: [f'"{value.replace(chr(34), chr(34) * 2)}"' for value in values] for name, values in ROWS.items()}
    rows = [",".join(cell[name][i] for name in order) for i in range(3)]
    made = project(
        CLINICIANS.replace("COLUMNS\n", columns),
        {"visits.csv": ",".join(order) + "\n" + "\n".join(rows) + "\n", "notes/1-1.txt": NOTE},
    )
    assert made.run().exit_code == 0
    import csv
    import io

    there = list(csv.DictReader(io.StringIO((made.out / "visits.csv").read_text())))
    note = next((made.out / "notes").glob("*.txt")).read_text()
    return [{**row, "payload": json.loads(row["payload"])} for row in there], note


@pytest.mark.parametrize(
    "order",
    [("pid", "doctor", "kind", "payload"), ("payload", "pid", "kind", "doctor"), ("pid", "payload", "kind", "doctor")],
)
def test_the_order_of_columns_does_not_change_who_is_named(project, tmp_path, order):
    rows, note = visits(project, order, tmp_path)
    first = rows[0]["doctor"]
    assert first == rows[2]["doctor"]
    assert rows[1]["doctor"] == ""
    assert rows[0]["payload"]["seen"][0]["by"] == first
    assert [one["by"] for one in rows[2]["payload"]["seen"]] == [rows[0]["payload"]["signed"], first]
    assert note == f"Seen by Dr. {first}. Signed by Dr. {rows[0]['payload']['signed']}.\n"
