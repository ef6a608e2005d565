"""Risk of small tables, counted by hand; of the Adult set, as ARX counts it; and what a table must be."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bench.corpora import CORPORA, must_prove
from typer.testing import CliRunner

from veil.cli.app import app
from veil.errors import Error, FormatError, LimitError, PolicyError
from veil.jobs.risks import fix
from veil.jobs.risks.risk import RiskRequest, check_page, risk
from veil.jobs.risks.risk import measured as together
from veil.jobs.work.table_files import TableFiles
from veil.reports.percent import percent
from veil.reports.risk import risk_page
from veil.risk.cases import Goal
from veil.risk.classes import Tally
from veil.risk.external_sort import SortMemory
from veil.risk.thresholds import figures, short_of, wanted

PEOPLE = """sex,age,zip,ill
F,30,02139,flu
F,30,02139,cold
M,41,02139,flu
M,41,02139,flu
M,41,02139,cold
F,77,,Quackenthorpe
"""


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


def measured(path, *quasi, **more):
    sensitive = more.pop("sensitive", ())
    return risk([path], RiskRequest(quasi, sensitive), **more)


def test_a_table_counted_by_hand(people):
    found = measured(people, "sex", "age", "zip", sensitive=("ill",))
    assert (found["records"], found["classes"], found["k"]) == (6, 3, 1)
    assert found["unique"] == 1 / 6
    assert found["prosecutor"] == {"highest": 1.0, "average": 0.5, "lowest": 1 / 3, "over": 1.0}
    assert (found["marketer"], found["journalist"], found["population"]) == (0.5, None, None)
    assert [row["classes"] for row in found["sizes"]] == [1, 1, 1, 0, 0, 0, 0, 0]
    ill = found["sensitive"][0]
    assert (ill["distinct"], ill["entropy"], ill["alone"], ill["distance"]) == (1, 1.0, 1 / 6, "equal")
    assert ill["t"] == pytest.approx(5 / 6)


def test_a_column_that_another_tells_adds_nothing(people):
    rows = {row["column"]: row for row in measured(people, "sex", "age", "zip")["contributions"]}
    assert rows["zip"]["unique_added"] == 0
    assert rows["age"]["k"] == 1
    assert rows["zip"]["values"] == 2


def test_the_only_column_left_out_leaves_one_class(people):
    (row,) = measured(people, "age")["contributions"]
    assert (row["k"], row["unique"], row["unique_added"]) == (6, 0, 1 / 6)


def test_numbers_have_an_order_and_a_null_takes_it_away(tmp_path):
    (tmp_path / "a.csv").write_text("q,n\n1,3\n1,4\n1,5\n2,6\n2,11\n2,8\n3,7\n3,9\n3,10\n")
    found = measured(tmp_path / "a.csv", "q", sensitive=("n",))["sensitive"][0]
    assert found["distance"] == "ordered"
    assert found["t"] == pytest.approx(0.375)  # the salaries of Li et al., in thousands
    assert found["t_equal"] == pytest.approx(2 / 3)
    (tmp_path / "b.csv").write_text("q,n\n1,3\n1,\n2,5\n")
    assert measured(tmp_path / "b.csv", "q", sensitive=("n",))["sensitive"][0]["distance"] == "equal"


def test_one_number_written_in_two_ways_is_one_value(tmp_path):
    (tmp_path / "a.csv").write_text("q,n\n1,1\n1,1.0\n2,2\n")
    found = measured(tmp_path / "a.csv", "q", sensitive=("n",))["sensitive"][0]
    assert (found["values"], found["distinct"], found["alone"]) == (2, 1, 1.0)


def test_nulls_are_a_value_of_their_own(tmp_path):
    (tmp_path / "a.csv").write_text("q,s\n,a\n,\n1,a\n1,b\n")
    found = measured(tmp_path / "a.csv", "q", sensitive=("s",))
    assert (found["k"], found["sensitive"][0]["distinct"]) == (2, 2)


def test_a_population_lowers_the_risk(people, tmp_path):
    rows = PEOPLE.splitlines()
    (tmp_path / "all.csv").write_text("\n".join([rows[0], *rows[1:], *rows[1:], "F,77,,x", "Z,1,1,x"]) + "\n")
    found = measured(people, "sex", "age", "zip", population=[tmp_path / "all.csv"])
    assert found["journalist"] == {
        "highest": 1 / 3,
        "average": pytest.approx(8 / 6 / 6),
        "lowest": 1 / 6,
        "over": 0.5,
    }
    assert found["marketer"] == pytest.approx((2 / 4 + 3 / 6 + 1 / 3) / 6)
    assert found["population"] == {"records": 14, "classes": 4}


def test_a_population_without_the_people_of_the_table_is_refused(people, tmp_path):
    (tmp_path / "few.csv").write_text("\n".join(PEOPLE.splitlines()[:-1]) + "\n")
    with pytest.raises(PolicyError, match="risk-population"):
        measured(people, "sex", "age", "zip", population=[tmp_path / "few.csv"])


def test_every_door_tells_the_same(people, tmp_path):
    want = measured(people, "sex", "age", "zip", sensitive=("ill",))
    (tmp_path / "semi.csv").write_text(PEOPLE.replace(",", ";"))
    (tmp_path / "tabs.tsv").write_text(PEOPLE.replace(",", "\t"))
    (tmp_path / "odd.dat").write_text(PEOPLE.replace(",", "|"))
    columns = {
        name: list(cells) for name, *cells in zip(*(line.split(",") for line in PEOPLE.splitlines()), strict=True)
    }
    columns |= {"zip": [cell or None for cell in columns["zip"]], "age": [30, 30, 41, 41, 41, 77]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    (tmp_path / "cut").mkdir()
    head, *rows = PEOPLE.splitlines(keepends=True)
    (tmp_path / "cut" / "1.csv").write_text(head + "".join(rows[:3]))
    (tmp_path / "cut" / "2.csv").write_text(head + "".join(rows[3:]))
    (tmp_path / "cut" / "read.me").write_text("no table")
    for path, delimiter in (
        ("semi.csv", ";"),
        ("tabs.tsv", None),
        ("odd.dat", "|"),
        ("a.parquet", None),
        ("a.parquet", ";"),
        ("cut", None),
    ):
        assert measured(tmp_path / path, "sex", "age", "zip", sensitive=("ill",), delimiter=delimiter) == want, path


@pytest.mark.parametrize("cells", [[[1], [2]], [{"a": 1}, {"a": 2}], [b"\xff", b"a"], [b"a", b"b"]])
def test_a_cell_without_a_text_form_does_not_pass_as_a_null(tmp_path, cells):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"x": cells, "y": [1, 2]}), path)
    with pytest.raises(FormatError, match="risk-column-type"):
        measured(path, "x", "y")
    assert measured(path, "y")["unique"] == 1


def test_typed_cells_count_by_what_they_are(tmp_path):
    (tmp_path / "year=2020").mkdir()
    path = tmp_path / "year=2020" / "a.parquet"
    columns = {
        "year": [1, 2],
        "a.b": [1.5, 1.5],
        "day": [dt.date(2020, 1, 1), None],
        "kind": pa.array(["x", "y"]).dictionary_encode(),
        "yes": [True, False],
        "cost": [Decimal("1.20"), None],
        "all": pa.nulls(2),
    }
    pq.write_table(pa.table(columns), path)
    uniques = {name: measured(path, name)["unique"] for name in columns}
    assert uniques == {"year": 1, "a.b": 0, "day": 1, "kind": 1, "yes": 1, "cost": 1, "all": 0}


def test_an_unreadable_table_is_told_by_its_number(people, tmp_path):
    (tmp_path / "torn.csv").write_text("sex,age,zip\nF,1,2\nF,1\n")
    with pytest.raises(FormatError, match="csv-ragged") as met:
        risk([people, tmp_path / "torn.csv"], RiskRequest(("sex",)))
    assert (met.value.where, met.value.row) == ("file 2", 2)
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(FormatError, match="parquet-unreadable"):
        measured(tmp_path / "torn.parquet", "sex")


@pytest.mark.parametrize(
    ("code", "quasi", "sensitive"),
    [
        ("risk-column-missing", ("sex", "height"), ()),
        ("risk-column-missing", ("sex",), ("height",)),
        ("risk-columns", ("sex", "sex"), ()),
        ("risk-columns", ("sex",), ("sex",)),
        ("risk-columns", (), ("sex",)),
    ],
)
def test_columns_must_be_there_and_be_named_once(people, code, quasi, sensitive):
    with pytest.raises(PolicyError, match=code):
        measured(people, *quasi, sensitive=sensitive)


def test_a_table_must_be_there_hold_records_and_be_a_table(tmp_path):
    (tmp_path / "none.csv").write_text("sex,age\n")
    with pytest.raises(FormatError, match="risk-empty"):
        measured(tmp_path / "none.csv", "sex")
    (tmp_path / "nothing.csv").write_text("")
    with pytest.raises(FormatError, match="csv-empty"):
        measured(tmp_path / "nothing.csv", "sex")
    (tmp_path / "a.docx").write_text("x")
    with pytest.raises(PolicyError, match="risk-format"):
        measured(tmp_path / "a.docx", "sex")
    (tmp_path / "bare").mkdir()
    for path in ("bare", "gone.csv"):
        with pytest.raises(PolicyError, match="risk-file-missing"):
            measured(tmp_path / path, "sex")
    with pytest.raises(PolicyError, match="risk-delimiter"):
        measured(tmp_path / "none.csv", "sex", delimiter=";;")


def test_an_error_and_a_page_hold_no_value_and_no_name_of_a_file(tmp_path):
    folder = tmp_path / "Zebulonia"
    folder.mkdir()
    (folder / "Zebulonia.csv").write_text(PEOPLE)
    page = risk_page(measured(folder, "sex", "age", "zip", sensitive=("ill",)))
    for value in ("Quackenthorpe", "02139", "cold", "Zebulonia"):
        assert value not in page
    with pytest.raises(Error) as met:
        measured(folder, "height")
    assert "Zebulonia" not in met.value.line()


def test_the_page_tells_the_journalist_only_where_there_is_a_population(people):
    assert "journalist, highest" in risk_page(measured(people, "sex", population=[people], sensitive=("age",)))
    assert "journalist, highest" not in risk_page(measured(people, "sex"))


def test_markup_in_a_column_name_is_shown_as_text(tmp_path):
    (tmp_path / "a.csv").write_text("<b>x</b>,y\n1,2\n")
    page = risk_page(measured(tmp_path / "a.csv", "<b>x</b>"))
    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x" in page


def test_shares_are_never_rounded_to_all_or_none():
    assert [percent(share) for share in (0, 1e-9, 0.5, 1 - 1e-9, 1)] == [
        "0.00 %",
        "0.01 %",
        "50.00 %",
        "99.99 %",
        "100.00 %",
    ]


def test_bars_are_held_by_their_own_side(people):
    record = measured(people, "sex", "age", "zip", sensitive=("ill",))
    assert short_of(record, wanted("k=1,marketer=0.5,unique=0.2,t=1, distinct=1")) == []
    assert short_of(record, wanted("k=2,marketer=0.4,unique=0.1,over=0.5,t=0.2,entropy=2,journalist=1")) == [
        "k",
        "marketer",
        "unique",
        "over",
        "t",
        "entropy",
        "journalist",
    ]
    assert figures(measured(people, "sex"))["t"] is None
    for text, code in (("height=1", "want-unknown"), ("k=x", "want-number"), ("k=nan", "want-number")):
        with pytest.raises(PolicyError, match=code):
            wanted(text)


def test_a_page_is_not_written_over_the_table_nor_into_nowhere(people, tmp_path):
    for page, code in (
        (people, "risk-page"),
        (tmp_path, "folder-missing"),
        (tmp_path / "no" / "a.html", "folder-missing"),
    ):
        with pytest.raises(PolicyError, match=code):
            check_page(page, [people])


def test_the_command_prints_writes_and_fails(people, tmp_path):
    words = ["risk", str(people), "-q", "sex", "-q", "age", "--sensitive", "ill"]
    page = tmp_path / "risk.html"
    shown = CliRunner().invoke(app, [*words, "-o", str(page)])
    assert shown.exit_code == 0
    assert "Quackenthorpe" not in shown.stdout
    assert "Risk of re-identification" in page.read_text()
    told_json = CliRunner().invoke(app, [*words, "--json", "--want", "k=1"])
    assert json.loads(told_json.stdout)["records"] == 6
    failed = CliRunner().invoke(app, [*words, "--want", "k=5"])
    assert (failed.exit_code, "threshold missed: k 5" in failed.stderr) == (1, True)


ADULT = ("sex", "age", "race", "marital-status", "education", "native-country", "workclass", "occupation")


@pytest.mark.corpora
def test_the_adult_set_has_the_risk_that_arx_tells():
    path = CORPORA / "adult" / "adult.csv"
    if not path.exists():
        if must_prove():
            pytest.fail("the open corpora are not beside the checkout, and this must be proved")
        pytest.skip("the open corpora are not beside the checkout")
    found = measured(path, *ADULT, delimiter=";", sensitive=("salary-class",))
    assert found["records"] == 30_162
    assert found["prosecutor"]["highest"] == 1.0
    assert f"{found['prosecutor']['average']:.6f}" == "0.600391"
    assert f"{found['marketer']:.6f}" == "0.600391"
    assert f"{found['unique']:.6f}" == "0.464856"
    assert measured(path, *ADULT, delimiter=";", sensitive=("salary-class",)) == found
    alone = measured(path, *ADULT, delimiter=";", population=[path])
    assert alone["journalist"] == found["prosecutor"]
    assert alone["marketer"] == pytest.approx(found["marketer"])
    assert pl.DataFrame(found["sizes"])["records"].sum() == 30_162


@pytest.mark.corpora
def test_the_search_of_the_adult_set_is_no_worse_than_that_of_arx(monkeypatch):
    path = CORPORA / "adult" / "adult.csv"
    if not path.exists():
        if must_prove():
            pytest.fail("the open corpora are not beside the checkout, and this must be proved")
        pytest.skip("the open corpora are not beside the checkout")
    asked_of = []
    whole = fix.search
    monkeypatch.setattr(fix, "search", lambda lattice, tell: asked_of.append(lattice) or whole(lattice, tell))
    files = {name: str(path.parent / f"adult_hierarchy_{name}.csv") for name in ADULT}
    found = fix.fixed([path], RiskRequest(ADULT), Goal(5, 0.05), files, beside=path.parent, delimiter=";")
    arx = asked_of[0].outcome((0, 3, 0, 0, 1, 1, 1, 2))
    assert (arx.suppressed, arx.classes, f"{arx.classes / (30_162 - arx.suppressed):.6f}") == (1_458, 399, "0.013901")
    assert arx.k >= 5
    assert found.record["loss"] < arx.loss
    assert found.record["suppressed"] == found.after["suppressed"] == 1_248
    assert f"{found.after['marketer']:.6f}" == "0.013281"
    assert found.after["k"] == 5


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_classes_are_those_that_duckdb_counts(tmp_path, ending):
    duckdb = pytest.importorskip("duckdb")
    draw = np.random.default_rng(5)
    texts = np.array(["a", "007", "7", "NA", "", " x", "é" * 90, "null"])
    columns = {name: pa.array(texts[draw.integers(0, len(texts), 30_000)]) for name in ("x", "y", "z", "w")}
    columns["n"] = pa.array(draw.integers(0, 900, 30_000), mask=draw.random(30_000) < 0.1)
    path = tmp_path / f"t.{ending}"
    if ending == "csv":
        pl.DataFrame(pa.table(columns)).write_csv(path, quote_style="non_numeric")
    else:
        pq.write_table(pa.table(columns), path, row_group_size=7_000)
    table = duckdb.connect()
    table.register("t", pa.table(columns))
    asked = (
        "select size, count(*) from (select count(*) size from t group by x, y, z, w, n) group by size order by size"
    )
    want = table.execute(asked).fetchall()
    with SortMemory(memory=100_000) as room:
        tally = Tally(("x", "y", "z", "w", "n"), room)
        for batch in TableFiles.of([path]).batches(("x", "y", "z", "w", "n")):
            tally.add(batch)
        spectrum = tally.spectrum()
        assert list(zip(spectrum.sizes.tolist(), spectrum.classes.tolist(), strict=True)) == want
        assert [tally.distinct(name) for name in ("x", "n")] == [8, 901]


def test_a_column_that_seems_to_tell_persons_apart_and_repeats_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("patient_id,sex\n1,F\n1,F\n2,M\n")
    assert measured(tmp_path / "a.csv", "sex")["repeated"] == [{"column": "patient_id", "values": 2, "rows": 3}]
    (tmp_path / "b.csv").write_text("patient_id,sex\n1,F\n3,F\n2,M\n,M\n")
    assert measured(tmp_path / "b.csv", "sex")["repeated"] == []
    shown = CliRunner().invoke(app, ["risk", str(tmp_path / "a.csv"), "-q", "sex"])
    assert "--person patient_id" in shown.stderr
    by_person = CliRunner().invoke(
        app, ["risk", str(tmp_path / "a.csv"), "-q", "sex", "--person", "patient_id", "--json"]
    )
    found = json.loads(by_person.stdout)
    assert (found["k"], found["records"], found["persons"], found["rows"], found["repeated"]) == (1, 2, 2, 3, [])


def test_a_table_is_measured_beside_the_one_that_is_to_be_released(people, tmp_path):
    (tmp_path / "after.csv").write_text("sex,age\nF,*\nF,*\nM,*\nM,*\n*,*\n")
    words = ["risk", str(people), "-q", "sex", "-q", "age", "--after", str(tmp_path / "after.csv")]
    page = tmp_path / "page.html"
    shown = CliRunner().invoke(app, [*words, "--want", "k=2", "-o", str(page), "--json"])
    assert shown.exit_code == 0
    found = json.loads(shown.stdout)
    assert (found["k"], found["after"]["k"], found["after"]["suppressed"]) == (1, 2, 1)
    assert "Before and after" in page.read_text()
    with pytest.raises(PolicyError, match="risk-after"):
        together([people], RiskRequest(("sex",)), population=[people], after=[people])


def test_a_table_of_suppressed_records_alone_is_none(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n*,*\n*,*\n")
    with pytest.raises(FormatError, match="risk-empty"):
        measured(tmp_path / "a.csv", "x", "y")


def test_a_sensitive_column_of_too_many_values_is_refused(people, monkeypatch):
    monkeypatch.setattr("veil.risk.diversity.MOST", 2)
    with pytest.raises(LimitError, match="risk-values"):
        measured(people, "sex", sensitive=("ill",))
