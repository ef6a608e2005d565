"""Laws of imports: any configuration that can be imported gives a project that compiles; twice gives the same bytes."""

import csv
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from veil.errors import PolicyError
from veil.importers.cleared import read_cleared
from veil.importers.columns_without_rule import look
from veil.importers.where import where_of
from veil.importers.write import ProjectPaths, write_project
from veil.policy.compile import compile_plan
from veil.policy.condition import condition
from veil.policy.parse import parse_yaml
from veil.policy.project import validated

COLUMNS = ("patient_id", "encounter_id", "value", "admitted", "odd name", "on", "zip")
UIDS = ("patient_uid", "encounter_uid", "x.y", "Ünique")
filters = st.sampled_from(
    [None, "value == 5", "`odd name` in ['a', \"b\"]", "not (value > 1) and zip != '0'", "admitted.isnull()"]
)


@st.composite
def steps(draw):
    method = draw(st.sampled_from(["IDDeidentifier", "IDDeidentifier", "DateTimeDeidentifier", "ColumnDropper"]))
    configs = {"idconfig": {"name": draw(st.sampled_from(COLUMNS)), "uid": draw(st.sampled_from(UIDS))}}
    if method == "DateTimeDeidentifier":
        configs["datetime_column"] = draw(st.sampled_from(COLUMNS))
    made = {"method": method, "configs": configs}
    where, cast = draw(filters), draw(st.sampled_from([None, "integer", "float", "string", "datetime"]))
    return made | ({"filter": {"where_condition": where}} if where else {}) | ({"value_cast": cast} if cast else {})


@st.composite
def configurations(draw):
    names = draw(
        st.lists(st.sampled_from(["patients", "encounters", "labs", "2020"]), min_size=1, max_size=4, unique=True)
    )
    unit = draw(st.sampled_from(["days", "hours", "weeks", "months", "years"]))
    low, high = draw(st.integers(-400, 400)), draw(st.integers(-400, 400))
    return {
        "name": draw(st.text(min_size=1, max_size=10).filter(str.strip)).replace("$", "").replace("?", "") or "s",
        "deid_config": {"time_shift": {"method": f"shift_by_{unit}", "min": low, "max": high}},
        "skip_missing_tables": draw(st.booleans()),
        "tables": {
            name: {
                "name": name,
                "transformers": draw(st.lists(steps(), max_size=5)),
                "depends_on": draw(st.lists(st.sampled_from(["labs", "gone"]), max_size=1)),
            }
            for name in names
        },
    }


def the_project(folder: Path, config: dict, at_hand: bool, maps: dict) -> str:
    (folder / "c.yaml").write_text(json.dumps(config), encoding="utf-8")
    (folder / "in").mkdir(exist_ok=True)
    for name in config["tables"]:
        with (folder / "in" / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(
                [
                    COLUMNS,
                    ["1", "2", "3", "2020-01-02", "b", "c", "01234"],
                    ["4", "5", "", "2021-01-02", "b", "", "99999"],
                ]
            )
    seen = look(folder / "in") if at_hand else {}
    return write_project(read_cleared(folder / "c.yaml"), "c.yaml", ProjectPaths("in", "out"), seen, maps).text


@given(configurations(), st.booleans(), st.dictionaries(st.sampled_from(UIDS), st.booleans()))
@settings(max_examples=60)
def test_what_can_be_imported_compiles_and_twice_gives_the_same_bytes(config, at_hand, maps):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            text = the_project(folder, config, at_hand, maps)
        except PolicyError as error:
            assert error.code.startswith("import-")
            return
        assert the_project(folder, config, at_hand, maps) == text
        document = parse_yaml(text, "project.yaml")
        if not at_hand:  # columns without a transformer are then for the person to say
            document.data["unlisted"] = "drop"
        plan = compile_plan(validated(document), document, folder)
        assert plan.claims == "none"
        assert {source.name for source in plan.sources} == set(config["tables"])


@given(st.text(alphabet="ab`'\"=!<>&|~()[]., 15notinrd@", max_size=40))
@settings(max_examples=300)
def test_any_text_of_a_query_is_a_condition_or_is_refused(query):
    try:
        made, columns = where_of(query, "here")
    except PolicyError as error:
        assert error.code == "import-condition"
        return
    assert condition(made).columns == columns
