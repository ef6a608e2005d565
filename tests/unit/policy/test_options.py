"""Options of operators are checked when a project is planned: each error has the file and line, what is allowed, and what to do."""

import pytest

from veil.errors import PartError, PolicyError
from veil.jobs.checks.lint import lint

FILES = {"t.csv": "pid,name,zip,born,n,note\np1,Ann,02139,1961-02-03,7,{}\n"}
COLUMNS = {"pid": "pseudonym", "name": "drop", "zip": "drop", "born": "drop", "n": "keep", "note": "drop"}


def written(head="", **columns):
    lines = "".join(f"      {name}: {rule}\n" for name, rule in (COLUMNS | columns).items())
    return f"profile: expert\n{head}tables:\n  t:\n    subject: pid\n    columns:\n{lines}"


def line_of(made, words):
    lines = made.file.read_text().splitlines()
    return next(i for i, line in enumerate(lines, start=1) if words in line)


WRONG = [
    ("name", "{mask: {style: 3}}", "style", "text"),
    ("name", "{mask: {style: squares}}", "style", "allowed: stars, blocks"),
    ("name", "{mask: {stile: stars}}", "stile", "style"),
    ("name", "{mask: blocks}", "kind", "style"),
    ("pid", "{pseudonym: {format: hex}}", "format", "allowed: text, integer, keep"),
    ("pid", "{pseudonym: {format: 7}}", "format", "text"),
    ("pid", "{hash: {length: 4}}", "length", "8 to 64"),
    ("pid", "{hash: {length: many}}", "length", "a whole number"),
    ("pid", "{hash: {length: true}}", "length", "a whole number"),
    ("born", "{shift: {unit: fortnights}}", "unit", "days, weeks"),
    ("born", "{shift: {max: 9999}}", "max", "365"),
    ("born", "{shift: {birth: 3}}", "birth", "true or false"),
    ("born", "{shift: {day_first: maybe}}", "day_first", "true or false"),
    ("born", "{year: {reference_date: soon}}", "reference_date", "2026-01-31"),
    ("zip", "{zip3: {zip_list: 5}}", "zip_list", "text"),
    ("zip", "{zip3: {digits: 3}}", "digits", "zip_list"),
    ("n", "{round: {to: 0}}", "to", "1 to"),
    ("n", "{round: {to: 2.5}}", "to", "a whole number"),
    ("n", "{band: {width: wide}}", "width", "a whole number"),
    ("n", "{age: {top: 80}}", "top", "as_number"),
    ("name", "{surrogate: dragon}", "kind", "allowed: name"),
    ("name", "{surrogate: {kind: [name]}}", "kind", "text"),
    ("born", "{cast: date}", "cast", ""),
    ("name", "{remove: {all: true}}", "all", "no options"),
    ("born", "{month: {day_first: 1}}", "day_first", "true or false"),
]


@pytest.mark.parametrize(("column", "rule", "option", "hint"), WRONG)
def test_a_wrong_option_stops_the_plan_at_its_line(project, column, rule, option, hint):
    made = project(written(**{column: rule}), FILES)
    with pytest.raises(PolicyError) as told:
        made.session()
    assert option in told.value.message or option in rule.split(":", 1)[0]
    assert told.value.where == f"project.yaml:{line_of(made, f'{column}: {rule}')}"
    assert hint in told.value.hint
    assert [(one.rule, one.where) for one in lint(made.file)] == [("veil-001", told.value.where)]


@pytest.mark.parametrize("options", ["{style: 3}", "{stile: stars}", "{style: squares}"])
def test_options_of_all_rules_are_checked_where_they_stand_even_if_no_rule_names_the_operator(project, options):
    made = project(written(f"options:\n  shift: {{unit: days}}\n  mask: {options}\n"), FILES)
    with pytest.raises(PolicyError, match="operator-option") as told:
        made.session()
    assert told.value.where == f"project.yaml:{line_of(made, '  mask:')}"


def test_options_of_an_operator_that_is_none_are_refused(project):
    made = project(written("options: {mosk: {style: stars}}\n"), FILES)
    with pytest.raises(PartError) as told:
        made.session()
    assert told.value.where == f"project.yaml:{line_of(made, 'mosk')}"


@pytest.mark.parametrize("label", ["NAME", "name", "PERSON"])
def test_options_under_a_label_are_checked(project, label):
    made = project(written(f"labels:\n  DATE: placeholder\n  {label}: {{mask: {{style: 3}}}}\n"), FILES)
    with pytest.raises(PolicyError, match="operator-option") as told:
        made.session()
    assert told.value.where == f"project.yaml:{line_of(made, f'  {label}:')}"


def test_options_of_a_profile_of_ones_own_are_told_with_its_own_line(project):
    from veil.policy.profile import HERE

    made = project(written().replace("profile: expert", "profile: mine.yaml"), FILES)
    text = (
        (HERE / "profiles" / "expert.yaml")
        .read_text()
        .replace("  PHONE: {surrogate: phone}", "  PHONE: {surrogate: fone}")
    )
    (made.folder / "mine.yaml").write_text(text)
    with pytest.raises(PolicyError, match="operator-option") as told:
        made.session()
    assert (
        told.value.where
        == f"mine.yaml:{next(i for i, line in enumerate(text.splitlines(), start=1) if 'fone' in line)}"
    )


def test_options_in_a_list_of_conditions_and_inside_an_opened_value_are_checked_at_their_own_line(project):
    cases = (
        "\n        - {where: n > 5, mask: {style: stars}}\n        - {where: n > 3, mask: {style: odd}}\n        - drop"
    )
    made = project(written(name=cases), FILES)
    with pytest.raises(PolicyError, match="operator-option") as told:
        made.session()
    assert told.value.where == f"project.yaml:{line_of(made, 'style: odd')}"
    opened = '\n        open: json\n        unlisted: drop\n        rules:\n          "$.a": {mask: {style: stars}}\n          "$.b": {mask: {style: odd}}'
    made = project(written(note=opened), FILES, "opened")
    with pytest.raises(PolicyError, match="operator-option") as told:
        made.session()
    assert told.value.where == f"project.yaml:{line_of(made, 'style: odd')}"


def test_every_right_option_is_let_through(project):
    head = "options: {shift: {max: 30}, mask: {style: blocks}}\nlabels: {NAME: {mask: {style: stars}}}\n"
    made = project(
        written(
            head,
            name="{constant: {value: 5}}",
            born="{shift: {unit: weeks, min: 2, max: 4}}",
            zip="zip3",
            n="{round: {to: 5}}",
        ),
        FILES,
    )
    assert made.run().exit_code == 0


@pytest.mark.parametrize("option", ["{formt: integer}", "{format: keep}"])
def test_options_of_a_pseudonym_are_checked_where_it_becomes_a_random_code(project, option):
    made = project(
        written(pid=f"{{pseudonym: {option}}}").replace("profile: expert", "profile: safe-harbor\nvault: v.vault"),
        FILES,
    )
    with pytest.raises(PolicyError, match="operator-option"):
        made.session()
