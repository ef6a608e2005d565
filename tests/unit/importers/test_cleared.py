"""Configurations of Cleared as projects: what each thing means here, what is safer, what is refused."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from veil.cli.app import app
from veil.errors import PolicyError
from veil.importers.cleared import read_cleared
from veil.importers.columns_without_rule import look
from veil.importers.write import ProjectPaths, write_project
from veil.policy.parse import parse_yaml
from veil.policy.project import validated

HEAD = "name: study\ndeid_config: {{time_shift: {shift}}}\nio: {{data: {{input_config: {{configs: {{base_path: data}}}}, output_config: {{}}}}}}\ntables:\n"
DAYS = "{method: shift_by_days, min: -365, max: 366}"


def id_of(column, uid, more=""):
    return f"{{method: IDDeidentifier, configs: {{idconfig: {{name: {column}, uid: {uid}}}}}{more}}}"


def date_of(column, key, uid, more=""):
    return f"{{method: DateTimeDeidentifier, configs: {{idconfig: {{name: {key}, uid: {uid}}}, datetime_column: {column}}}{more}}}"


def dropped(column, more=""):
    return f"{{method: ColumnDropper, configs: {{idconfig: {{name: {column}, uid: x}}}}{more}}}"


def config(tables, shift=DAYS, more=""):
    lines = [f"  {name}: {{name: {name}, transformers: [{', '.join(steps)}]}}" for name, steps in tables.items()]
    return HEAD.format(shift=shift) + "\n".join(lines) + "\n" + more


def imported(folder, text, seen=None, maps=None):
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    made = write_project(
        read_cleared(folder / "study.yaml"), "study.yaml", ProjectPaths("data", "release"), seen or {}, maps
    )
    return made, validated(parse_yaml(made.text, "project.yaml"))


def refused(folder, text):
    with pytest.raises(PolicyError) as error:
        imported(folder, text)
    return error.value.code


def test_two_columns_of_one_map_share_their_pseudonyms_here_too(tmp_path):
    _, project = imported(
        tmp_path, config({"patients": [id_of("patient_id", "patient_uid")], "labs": [id_of("pid", "patient_uid")]})
    )
    rules = [project.tables["patients"].columns["patient_id"], project.tables["labs"].columns["pid"]]
    assert rules == [{"pseudonym": {}, "domain": "patient_uid"}] * 2
    assert (project.profile, project.unlisted, project.missing, project.person) == (
        "expert",
        "stop",
        "skip",
        "patient_uid",
    )


def test_a_filtered_column_has_a_condition_and_other_rows_stay(tmp_path):
    more = ', filter: {where_condition: "event == 1"}, value_cast: integer'
    _, project = imported(tmp_path, config({"events": [id_of("value", "patient_uid", more)]}))
    assert project.tables["events"].columns["value"] == [
        {
            "where": "event = 1",
            "pseudonym": {"format": "integer", "canonical": "integer"},
            "domain": "patient_uid",
            "cast": "integer",
        },
        "keep",
    ]


def test_dates_move_with_the_person_and_through_a_table_that_leads_there(tmp_path):
    _, project = imported(
        tmp_path,
        config(
            {
                "labs": [date_of("at", "encounter_id", "encounter_uid"), id_of("encounter_id", "encounter_uid")],
                "encounters": [date_of("at", "patient_id", "patient_uid"), id_of("encounter_id", "encounter_uid")],
                "patients": [date_of("born", "patient_id", "patient_uid")],
            }
        ),
    )
    assert project.person == "patient_uid"
    assert {name: table.subject for name, table in project.tables.items()} == {
        "labs": "encounter_id",
        "encounters": "patient_id",
        "patients": "patient_id",
    }


def test_dates_whose_ids_lead_to_nobody_are_dropped_and_that_is_said(tmp_path):
    made, project = imported(
        tmp_path,
        config(
            {
                "patients": [date_of("born", "patient_id", "patient_uid")],
                "visits": [date_of("at", "patient_id", "patient_uid")],
                "devices": [
                    date_of("sold", "serial", "device_uid"),
                    date_of("used", "serial", "device_uid", ", filter: {where_condition: 'a == 1'}"),
                ],
            }
        ),
    )
    columns = project.tables["devices"].columns
    assert (columns["sold"], columns["used"][0]) == ("drop", {"where": "a = 1", "drop": {}})
    assert any("devices" in one for one in made.notes.none)


def test_an_id_that_only_dates_stood_on_is_replaced(tmp_path):
    made, project = imported(tmp_path, config({"patients": [date_of("born", "patient_id", "patient_uid")]}))
    assert project.tables["patients"].columns["patient_id"] == {"pseudonym": {}, "domain": "patient_uid"}
    assert any("released" in one for one in made.notes.safer)


@pytest.mark.parametrize(
    ("low", "high", "least", "most"),
    [
        (-365, 366, -365, 365),
        (0, 31, 1, 30),
        (10, 21, 10, 20),
        (-20, -9, -20, -10),
        (5, 5, 5, 5),
        (-3, 1, -3, -1),
        (-3650, 3651, -365, 365),
        (400, 800, 1, 365),
        (-800, -399, 1, 365),
        (-2000, 11, -365, 10),
    ],
)
def test_a_range_of_shifts_is_taken_with_both_ends_and_never_zero(tmp_path, low, high, least, most):
    shift = f"{{method: shift_by_days, min: {low}, max: {high}}}"
    _, project = imported(tmp_path, config({"p": [date_of("d", "i", "u")]}, shift))
    assert project.options == {"shift": {"unit": "days", "min": least, "max": most}}


@pytest.mark.parametrize(
    "shift",
    [
        "{method: shift_by_days, min: 0, max: 1}",
        "{method: shift_by_days, min: 9, max: 2}",
        "null",
        "{method: shift_by_moons, min: 1, max: 2}",
    ],
)
def test_a_range_without_a_shift_is_refused(tmp_path, shift):
    assert refused(tmp_path, config({"p": [date_of("d", "i", "u")]}, shift)) == "import-shift"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("tables: {p: {transformers: [{method: FreeTextDeidentifier, configs: {}}]}}", "import-transformer"),
        (
            "tables: {p: {transformers: [{method: IDDeidentifier, configs: {idconfig: {name: a, uid: b}, salt: 1}}]}}",
            "import-key",
        ),
        (
            "tables: {p: {transformers: [{method: IDDeidentifier, configs: {idconfig: {name: a}}}]}}",
            "import-value-missing",
        ),
        ("tables: {p: {columns: {}}}", "import-key"),
        ("tabels: {}", "import-key"),
        ("deid_config: {global_uids: {a: b}}", "import-key"),
        ("io: {data: {input_config: {io_type: sql, configs: {}}}}", "import-io"),
        ("io: {data: {input_config: {configs: {file_format: pickle}}}}", "import-format"),
        ("io: {data: {input_config: {configs: {file_format: xlsx}}}}", "import-format"),
        ("tables: [p]", "import-value"),
    ],
)
def test_what_nobody_can_know_the_meaning_of_stops_the_import(tmp_path, line, code):
    assert refused(tmp_path, f"name: study\n{line}\n") == code


def test_depends_on_in_a_circle_is_refused_for_tables_and_for_transformers(tmp_path):
    assert refused(tmp_path, "name: s\ntables: {a: {depends_on: [b]}, b: {depends_on: [a]}}\n") == "import-circle"
    steps = [id_of("x", "u", ", uid: one, depends_on: [two]"), id_of("y", "v", ", uid: two, depends_on: [one]")]
    assert refused(tmp_path, config({"a": steps})) == "import-circle"


def test_tables_stand_in_the_order_of_what_they_depend_on_and_a_stranger_is_told(tmp_path):
    made, project = imported(tmp_path, "name: s\ntables: {c: {depends_on: [b, x]}, b: {depends_on: [a]}, a: {}}\n")
    assert list(project.tables) == ["a", "b", "c"]
    assert any(one.endswith(": x") for one in made.notes.none)


def test_two_transformers_of_a_column_for_every_row_are_refused_and_a_drop_wins(tmp_path):
    assert refused(tmp_path, config({"p": [id_of("a", "u"), id_of("a", "v")]})) == "import-twice"
    _, project = imported(tmp_path, config({"p": [id_of("a", "u"), dropped("a")]}))
    assert project.tables["p"].columns == {"a": {"drop": {}, "domain": "u"}}


def test_maps_whose_names_differ_in_nothing_that_tells_are_refused(tmp_path):
    assert refused(tmp_path, config({"p": [id_of("a", "Uid"), id_of("b", "uid")]})) == "import-uid"


def test_a_condition_that_calls_a_function_stops_the_import_and_runs_nothing(tmp_path):
    made = tmp_path / "made"
    text = config(
        {"p": [id_of("a", "u", f", filter: {{where_condition: \"@pd.io.common.os.system('touch {made}') == 0\"}}")]}
    )
    assert refused(tmp_path, text) == "import-condition"
    assert not made.exists()


def test_columns_without_a_transformer_get_a_rule_where_the_data_is_at_hand(tmp_path):
    (tmp_path / "data").mkdir()
    rows = "".join(
        f"{i},0{i % 90 + 1000},Seen by Dr. Miller on 03/04/2020 for a cough.,2020-01-02\n" for i in range(1, 60)
    )
    (tmp_path / "data" / "patients.csv").write_text("patient_id,zip,note,seen\n" + rows)
    made, project = imported(
        tmp_path, config({"patients": [id_of("patient_id", "patient_uid")]}), look(tmp_path / "data")
    )
    columns = project.tables["patients"].columns
    assert list(columns) == ["patient_id", "zip", "note", "seen"]
    assert (columns["zip"], columns["note"]["as"], columns["seen"]["as"]) == ({"as": "zip"}, "text", "datetime")
    assert "Miller" not in made.text


def test_an_id_of_the_tables_is_sought_in_notes_that_passed_before(tmp_path, keyring_file, monkeypatch):
    """Both places give the same pseudonym, so that what was linked stays linked."""
    monkeypatch.setenv("VEIL_PASSPHRASE", "open sesame")
    (tmp_path / "data").mkdir()
    rows = "".join(
        f"{4410000 + i},2020-01-02,Record {4410000 + i} was seen again on 03/04/2020 for a cough.\n" for i in range(60)
    )
    (tmp_path / "data" / "visits.csv").write_text("patient_id,at,note\n" + rows)
    (tmp_path / "study.yaml").write_text(
        config({"visits": [date_of("at", "patient_id", "u"), id_of("patient_id", "u")]})
    )
    (tmp_path / "veil.key").write_bytes(keyring_file.read_bytes())
    (tmp_path / "veil.key").chmod(0o600)
    assert CliRunner().invoke(app, ["import", "cleared", str(tmp_path / "study.yaml")]).exit_code == 0
    done = CliRunner().invoke(app, ["run", str(tmp_path / "study-veil.yaml")])
    assert done.exit_code == 0, done.output
    for line in (tmp_path / "release" / "visits.csv").read_text().splitlines()[1:]:
        pseudonym, _, note = line.split(",")
        assert f"Record {pseudonym} was" in note


def test_an_old_map_makes_codes_of_the_vault_and_a_map_of_numbers_reads_numbers(tmp_path):
    text = config({"p": [id_of("a", "u"), id_of("b", "v"), id_of("c", "w")]})
    _, project = imported(tmp_path, text, maps={"u": True, "v": False})
    assert project.tables["p"].columns == {
        "a": {"code": {"format": "integer", "canonical": "integer"}, "domain": "u"},
        "b": {"code": {"format": "integer"}, "domain": "v"},
        "c": {"pseudonym": {}, "domain": "w"},
    }
    assert project.vault == "veil.key.vault"


def test_every_line_that_means_something_safer_says_so_with_its_number(tmp_path):
    more = ", filter: {where_condition: 'a == 1'}, value_cast: integer"
    made, _ = imported(
        tmp_path,
        config(
            {"p": [date_of("born", "i", "u"), id_of("i", "u"), id_of("v", "u", more)]},
            "{method: shift_by_months, min: -5, max: 6}",
        ),
    )
    for line, numbers in (
        ("missing:", [9]),
        ("unlisted:", [2]),
        ("out:", [10]),
        ("shift: {unit", [3, 4, 15]),
        ("i: {pseudonym", [1, 5]),
        ("born:", [14]),
        ("- {where", [1, 5, 16, 17]),
        ("subject:", [3]),
    ):
        (found,) = [one for one in made.text.splitlines() if one.strip().startswith(line)]
        assert all(f"({number})" in found for number in numbers), found
        assert all(f"#   ({number})" in made.text for number in numbers)


def test_odd_names_of_columns_and_tables_come_through_as_they_are(tmp_path):
    names = ["on", "1e3", "a: b", "x # y", 'quo"te', "tab\tname", "null", "naïve", "- dash", "{x}"]
    steps = ", ".join(
        f"{{method: IDDeidentifier, configs: {{idconfig: {{name: {yaml_word(name)}, uid: u{at}}}}}}}"
        for at, name in enumerate(names)
    )
    _, project = imported(tmp_path, f"name: 'a # b'\ntables: {{'odd: one': {{transformers: [{steps}]}}}}\n")
    assert project.name == "a # b"
    assert list(project.tables["odd: one"].columns) == names


def yaml_word(word):
    import json

    return json.dumps(word)


def test_the_project_is_written_beside_the_configuration_and_not_over_another(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "study.yaml").write_text(config({"patients": [id_of("patient_id", "patient_uid")]}))
    run = CliRunner().invoke(app, ["import", "cleared", str(tmp_path / "study.yaml")])
    assert run.exit_code == 0
    assert (tmp_path / "study-veil.yaml").read_text().count("in: data\n") == 1
    again = CliRunner().invoke(app, ["import", "cleared", str(tmp_path / "study.yaml")])
    assert again.exception.code == "project-there"


@pytest.mark.parametrize("word", ["format", "setup"])
def test_a_verb_that_is_not_here_names_its_successor_and_exits_two(word):
    run = CliRunner().invoke(app, [word, "--check", "config.yaml"])
    assert run.exit_code == 2
    assert "veil" in run.output


def test_validate_knows_a_configuration_of_cleared_and_names_the_import(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(config({}))
    for word in ("validate", "check-syntax"):
        assert "import cleared" in CliRunner().invoke(app, [word, str(path)]).exception.hint


def test_validate_and_check_syntax_are_aliases_that_read_a_project(project):
    made = project("profile: redact\ntables: {t: {columns: {a: keep}}}\n", {"t.csv": "a\n1\n"})
    for word in ("validate", "check-syntax"):
        assert CliRunner().invoke(app, [word, str(made.file)]).exit_code == 0
    assert CliRunner().invoke(app, ["validate", str(made.file), "-o", "tabels.t=x"]).exception.code == "project-key"
    assert "Python" in CliRunner().invoke(app, ["info"]).output


def test_the_output_goes_to_another_folder_where_files_of_others_are(tmp_path):
    from veil.importers.write import out_folder

    (tmp_path / "out").mkdir()
    assert out_folder(tmp_path / "out", tmp_path / "in") == (tmp_path / "out", False)
    Path(tmp_path / "out" / "labs.csv").write_text("a\n")
    assert out_folder(tmp_path / "out", tmp_path / "in") == (tmp_path / "out-veil", True)
    assert out_folder(tmp_path / "x", tmp_path / "x") == (tmp_path / "x-veil", True)


def test_the_page_for_users_of_cleared_tells_every_fault_and_its_commands_run(tmp_path):
    import os
    import re
    import subprocess
    import sys

    from veil.importers.faults import FAULTS

    page = (Path(__file__).resolve().parents[3] / "docs" / "how-to" / "from-cleared.md").read_text(encoding="utf-8")
    assert [int(one) for one in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)] == sorted(FAULTS)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "patients.csv").write_text(
        "patient_id,born\n" + "".join(f"{i},2001-02-03\n" for i in range(50))
    )
    (tmp_path / "hospital.yaml").write_text(
        config({"patients": [date_of("born", "patient_id", "u"), id_of("patient_id", "u")]})
    )
    (block,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "VEIL_PASSPHRASE": "x"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "release" / "patients.csv").exists()
