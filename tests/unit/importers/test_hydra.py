"""Configurations put together from files: what comes over what, and what is refused."""

import pytest

from veil.errors import LimitError, PolicyError
from veil.importers.hydra import compose
from veil.importers.interpolate import interpolated


def written(folder, **files):
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.yaml"


def test_a_file_comes_over_its_defaults_and_they_over_their_own(tmp_path):
    main = written(
        tmp_path,
        main="defaults: [io, users]\nx: main\n",
        io="defaults: [base]\nx: io\ny: io\n",
        base="y: base\nz: base\n",
        users="tables: {users: {name: users}}\n",
    )
    assert compose(main) == {"x": "main", "y": "io", "z": "base", "tables": {"users": {"name": "users"}}}


def test_self_says_where_the_file_itself_comes(tmp_path):
    main = written(tmp_path, main="defaults: [_self_, io]\nx: main\n", io="x: io\n")
    assert compose(main) == {"x": "io"}


def test_tables_of_several_files_are_joined_and_lists_are_replaced(tmp_path):
    main = written(
        tmp_path,
        main="defaults: [a, b]\n",
        a="tables: {p: {transformers: [1, 2]}}\n",
        b="tables: {p: {transformers: [3]}, q: {}}\n",
    )
    assert compose(main) == {"tables": {"p": {"transformers": [3]}, "q": {}}}


def test_a_group_goes_under_its_key_unless_the_file_says_global(tmp_path):
    main = written(tmp_path, main="defaults: [g/a, h: b]\n", g__a="x: 1\n", h__b="# @package _global_\ny: 2\n")
    assert compose(main) == {"g": {"x": 1}, "y": 2}


@pytest.mark.parametrize("entry", ["missing", "../up", "a@b", "{x: [1]}", "override a: b", "[1]"])
def test_a_default_that_cannot_be_followed_is_refused(tmp_path, entry):
    main = written(tmp_path, main=f"defaults: ['{entry}']\n" if entry[0] not in "{[" else f"defaults: [{entry}]\n")
    with pytest.raises(PolicyError) as error:
        compose(main)
    assert error.value.code == "import-default"


def test_defaults_that_lead_in_a_circle_are_refused(tmp_path):
    main = written(tmp_path, main="defaults: [a]\n", a="defaults: [main]\n")
    with pytest.raises(PolicyError, match="import-default"):
        compose(main)


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path):
    main = written(tmp_path, main="a: 1\nb: 2\na: 3\n")
    with pytest.raises(PolicyError) as error:
        compose(main)
    assert (error.value.code, error.value.where) == ("import-yaml", "main.yaml:3")


def test_a_tag_of_python_is_refused_and_runs_nothing(tmp_path):
    main = written(tmp_path, main=f"a: !!python/object/apply:os.mkdir ['{tmp_path}/made']\n")
    with pytest.raises(PolicyError, match="import-yaml"):
        compose(main)
    assert not (tmp_path / "made").exists()


def test_aliases_that_grow_without_end_are_refused(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(LimitError, match="import-many"):
        compose(written(tmp_path, main="\n".join(lines)))


def test_a_value_that_holds_itself_is_refused(tmp_path):
    with pytest.raises(PolicyError, match="import-yaml"):
        compose(written(tmp_path, main="a: &a [*a]\n"))


def test_a_merge_key_is_read_as_yaml_has_it(tmp_path):
    main = written(tmp_path, main="base: &b {x: 1, y: 2}\nown: {<<: *b, y: 3}\n")
    assert compose(main)["own"] == {"x": 1, "y": 3}


def test_an_override_changes_adds_and_takes_away(tmp_path):
    main = written(tmp_path, main="a: {b: 1, c: [1, 2]}\nd: 4\n")
    assert compose(main, ["a.b=x", "a.c.1=9", "+e.f=[1]", "~d"]) == {"a": {"b": "x", "c": [1, 9]}, "e": {"f": [1]}}


@pytest.mark.parametrize("override", ["a.x=1", "q=1", "~q", "a", "=1", "a.b.c=1", "a.b={"])
def test_an_override_that_names_nothing_fails_loudly(tmp_path, override):
    with pytest.raises(PolicyError, match="import-override"):
        compose(written(tmp_path, main="a: {b: 1}\n"), [override])


def test_interpolations_take_the_value_and_its_type():
    config = {
        "root": "/data",
        "n": 3,
        "io": {"a": "${root}/in", "b": "${.a}/x", "m": "${n}", "deep": {"up": "${..a}"}, "list": ["${io.list[1]}", 7]},
    }
    found = interpolated(config)["io"]
    assert found == {"a": "/data/in", "b": "/data/in/x", "m": 3, "deep": {"up": "/data/in"}, "list": [7, 7]}


def test_the_environment_is_read_with_a_default_or_refused():
    assert interpolated({"a": "${oc.env:ROOT}/x", "b": "${oc.env:NONE,here}", "c": "\\${kept}"}, {"ROOT": "/r"}) == {
        "a": "/r/x",
        "b": "here",
        "c": "${kept}",
    }
    with pytest.raises(PolicyError, match="import-interpolation"):
        interpolated({"a": "${oc.env:NONE}"}, {})


@pytest.mark.parametrize("text", ["${nowhere}", "${a}", "${oc.decode:1}", "${", "x${b}", "${..a}", "${}"])
def test_an_interpolation_that_leads_nowhere_is_refused(text):
    with pytest.raises(PolicyError, match="import-interpolation"):
        interpolated({"a": text, "b": {"c": 1}}, {})


def test_a_value_that_is_still_to_be_given_is_refused_with_its_place():
    with pytest.raises(PolicyError) as error:
        interpolated({"io": {"path": "???"}})
    assert (error.value.code, error.value.where) == ("import-value-missing", "io.path")
